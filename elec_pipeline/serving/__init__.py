"""What stands in front of the web servers, so that nobody but the operator uses them.

Here: layers of plain ASGI (`origins`, `password`, `mutations`), what they mean for an address to listen on
(`reach`), and Dagster's web server behind them (`dagster_ui`). Not here: the JSON API, the dashboard and
the simulator, which take their layers from here, and the supervision of processes.
"""
