"""Train the bundled checkpoint from raw series: `python -m benchmarks.train_bundled FOLDER LOAD_CSV WEATHER_CSV`.

Learns from delivery days up to the end of 2023 and chooses on the first half of 2024; nothing later is read.
Takes about three minutes on one core.
"""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.real_data import TRAIN, VALIDATION, read_history
from elec_pipeline.domain.delivery_day import days
from elec_pipeline.forecasting.experts.chronos.training.options import Progress
from elec_pipeline.forecasting.lifecycle.fitting import train

DATA = (
    "hourly load and D-1 forecast of RTE (eCO2mix and open data), Licence Ouverte / Etalab; population-weighted "
    "temperature of SYNOP stations (to 2019) and of Open-Meteo's archived short-lead forecasts, which are closer "
    "to the truth than a day-ahead forecast"
)


def report(progress: Progress) -> None:
    """Print a line of progress."""
    print(f"step {progress.step} of {progress.steps}: {progress.loss or ''} {progress.validation_loss or ''}")


def main(folder: str, load_csv: str, temperature_csv: str) -> None:
    """Train and write the checkpoint."""
    known = read_history(Path(load_csv), VALIDATION[1], Path(temperature_csv))
    made = train(known, days(*TRAIN), days(*VALIDATION), Path(folder), data=DATA, on_progress=report)
    print(f"{made.version} is in {made.folder}")


if __name__ == "__main__":
    main(*sys.argv[1:])
