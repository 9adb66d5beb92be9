"""The tests, and one setting that must stand before any of them imports numpy or torch.

Each process of the tests, and each that they start, computes on one thread. Several workers share a few cores: a
library that takes a thread for each core makes them wait for each other, spinning, and a training that takes three
seconds alone takes a minute. A number that the caller has set is kept.
"""

from __future__ import annotations

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
