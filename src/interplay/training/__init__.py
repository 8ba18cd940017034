"""TRAIN: tuning, many models at once, and who attacks them."""
