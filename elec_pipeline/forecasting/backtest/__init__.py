"""Past delivery days, forecast as they would have been, and scored on the same hours."""
