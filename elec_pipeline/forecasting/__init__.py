"""Forecasts of French hourly load with Chronos models: load, predict, train, baselines.

Here: everything between an information set and seven quantiles per hour of the delivery day. Not here:
where history comes from and where forecasts go (`store`), scores (`domain.metrics`), orchestration (`defs`).

`torch` and `chronos` take seconds to import: they are imported only inside the functions that need them.
"""
