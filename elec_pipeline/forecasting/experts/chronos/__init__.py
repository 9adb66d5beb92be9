"""The Chronos network around the regressions: its recipe, inputs, checkpoint; it makes the bands."""
