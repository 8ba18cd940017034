"""Simulated members and rows whose metric values are known: what the stated error rates of a metric are measured on."""
