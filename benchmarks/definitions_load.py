"""How long a fresh process takes to load the definitions. Budget: 2.5 s, without torch."""

from __future__ import annotations

import statistics
import subprocess
import sys

CODE = """
import sys, time
started = time.perf_counter()
import elec_pipeline.definitions
print(time.perf_counter() - started, "torch" in sys.modules)
"""
RUNS = 5


def main() -> None:
    """Print the median of several fresh processes."""
    seconds = []
    for _ in range(RUNS):
        done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)  # noqa: S603
        took, torch = done.stdout.split()
        assert torch == "False", "loading the definitions imported torch"
        seconds.append(float(took))
    print(f"definitions load: {statistics.median(seconds):.2f} s (budget 2.5 s), torch not imported")


if __name__ == "__main__":
    main()
