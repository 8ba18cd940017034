"""DESIGN: every run of a study laid out before anything is trained."""
