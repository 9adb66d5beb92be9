"""OpenSTEF 4 and this project on the same hours, from the same information sets: `python -m benchmarks.openstef`.

Here: what OpenSTEF is given (`inputs`), the environment it runs in (`environment`), what runs there (`inside`, the
one file that imports it), and the scores on identical hours (`scores`). Not here: how this project forecasts.
"""
