"""Figures, each with the command that repeats it; see docs/en/accuracy.md."""
