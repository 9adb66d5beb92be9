"""The read-only JSON API: FastAPI over `store.queries`.

Here: routes, parameters, formats, limits, caching. Not here: SQL (`store.queries`), forecasting
(`forecasting.experts.chronos.bare_series`), and how the service is started (`commands.api`).
"""
