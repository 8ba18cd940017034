"""Explainers: local explanations of scores, and how well they hold."""
