"""MEASURE: every metric on every treatment."""
