"""Forecasts of French hourly load, with quantiles.

Regressions for each local hour, which every issue brings up to date, make the median; where they stand on RTE's
D-2 without temperature, a Chronos network has a small say in it. The network and the errors of the last weeks make
the bands.

Here: everything between an information set and seven quantiles per hour of the delivery day. Not here:
where history comes from and where forecasts go (`store`), scores (`domain.metrics`), orchestration (`defs`).

`torch` and `chronos` take seconds to import: they are imported only inside the functions that need them.
"""
