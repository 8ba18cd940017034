"""Conformal prediction: conformity scores, thresholds from held-out rows, and the sets they make."""
