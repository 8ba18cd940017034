"""The parts of `audit.json`: one file for each, a function that makes it from what a finished run knows."""
