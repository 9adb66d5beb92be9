"""How every web server of ours runs, and what stands in front of it.

Here: the server with its limits on connections (`server`), layers of plain ASGI (`origins`, `password`,
`mutations`), what they mean for an address to listen on (`reach`), and Dagster's web server (`dagster_ui`). Not
here: the JSON API, the dashboard and the simulator, which take their layers from here, and the supervision of
processes.
"""
