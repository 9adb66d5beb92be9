"""Forecasts of French hourly load, with quantiles.

Regressions for each local hour, which every issue brings up to date, and dense networks on the same features make
nearly all of the median. A Chronos network and the errors of the last weeks make the bands.

Here: everything between an information set and seven quantiles per hour of the delivery day. Not here:
where history comes from and where forecasts go (`store`), scores (`domain.metrics`), orchestration (`defs`).

`torch` and `chronos` take seconds to import: they are imported only inside the functions that need them.
"""
