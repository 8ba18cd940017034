"""Data: from a table as people have it to features, groups, parts and encoded rows."""
