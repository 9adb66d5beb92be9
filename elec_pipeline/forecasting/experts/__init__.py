"""The experts: each forecasts the load of a delivery day from one information set."""
