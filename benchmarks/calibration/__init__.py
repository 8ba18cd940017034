"""How often the statistics are wrong, measured on simulated audits whose truth is known."""
