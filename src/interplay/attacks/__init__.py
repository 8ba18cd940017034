"""Attacks: on inputs, on categories and on membership; one file each, and none knows what a treatment is."""
