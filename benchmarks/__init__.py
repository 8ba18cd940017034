"""Measured speed: the engine of interplay beside today's libraries, at the same work on the same machine."""
