"""Models: networks as two pure functions, ours and those that a program brings."""
