"""Compiled code: C beside the Python that calls it, and random numbers that a compiler turns into vector instructions."""
