"""`/metrics` for Prometheus: how the service answers, and how the pipeline behind it does.

Here: counting requests, reading the store now and then, writing both down. Not here: SQL (`store.queries`), who
may read it (`api.limits`), and what is drawn or alerted on (`deploy/`).
"""
