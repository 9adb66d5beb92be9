"""Gradient boosting on the same information: what a back-test sets against the model."""
