"""French electricity consumption: collected, forecast a day ahead, compared with RTE's own forecast.

Here: how the libraries below share the cores, which must be said before the first of them is imported. Several
processes of ours compute beside each other. A library that takes a thread for every core and lets those that wait
spin makes all of them slow: a fit of three seconds took a minute where one other process computed. So the many
small regressions have one thread, and threads of torch that wait sleep. What the environment says stands.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
