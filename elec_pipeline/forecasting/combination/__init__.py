"""From errors to bands: quantiles around a median."""
