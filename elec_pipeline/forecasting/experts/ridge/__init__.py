"""Regressions for each local hour, brought up to date at every issue: they make the median."""
