"""French electricity consumption: collected, forecast a day ahead, compared with RTE's own forecast."""
