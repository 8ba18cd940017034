"""Data sets by name: one file each, found by the constant NAMED."""
