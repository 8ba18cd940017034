"""A package of somebody else: an exhibit with its maker and metric, a release, a rule and a diagnostic."""
