"""Training a network: windows, optimisation, going on after an interruption."""
