"""Train the bundled checkpoint: `python -m benchmarks.train_bundled FOLDER LOAD_CSV TEMPERATURE_CSV CITIES_CSV`.

Learns from delivery days up to the end of 2023 and chooses on 2024; nothing later is read. With `--all-days`, once
that has been scored on the test days, the same again on all days: it chooses on the newest year of them.
"""

from __future__ import annotations

import argparse
from datetime import timedelta
from pathlib import Path

from benchmarks.real_data import LAST_WEATHER, TEST, TRAIN, VALIDATION, Weather, read_history
from elec_pipeline.domain.delivery_day import days
from elec_pipeline.forecasting.checkpoint import load_forecaster
from elec_pipeline.forecasting.experts.chronos.training.options import Progress
from elec_pipeline.forecasting.lifecycle.card import tested_figures, write_card
from elec_pipeline.forecasting.lifecycle.fitting import train

DATA = (
    "hourly load (RTE's eCO2mix and open data, ENTSO-E) and RTE's D-1 forecast, Licence Ouverte / Etalab; "
    "population-weighted temperature of SYNOP stations (Météo-France, to 2019); temperature, cloud cover, wind "
    "and humidity of Open-Meteo's archived short-lead forecasts (from 2021, CC BY 4.0), which are closer to the "
    "truth than a day-ahead forecast"
)


ALL_DAYS = ((TRAIN[0], TEST[1] - timedelta(days=365)), (TEST[1] - timedelta(days=364), TEST[1]))


def report(progress: Progress) -> None:
    """Print a line of progress."""
    print(f"step {progress.step} of {progress.steps}: {progress.loss or ''} {progress.validation_loss or ''}")


def main() -> None:
    """Train and write the checkpoint."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("load", type=Path)
    parser.add_argument("temperature", type=Path)
    parser.add_argument("cities", type=Path)
    parser.add_argument("--all-days", action="store_true")
    parser.add_argument("--tested", type=Path, help="that one's folder: the card takes its figures along")
    asked = parser.parse_args()
    learn, choose = ALL_DAYS if asked.all_days else (TRAIN, VALIDATION)
    known = read_history(asked.load, choose[1], Weather(asked.temperature, asked.cities))
    made = train(known, days(*learn), days(*choose), asked.folder, data=DATA, on_progress=report)
    if asked.tested is not None:
        known = read_history(asked.load, TEST[1], Weather(asked.temperature, asked.cities))
        former = load_forecaster(str(asked.tested))
        tested = tested_figures(known, days(*TEST), former, last_weather=LAST_WEATHER)
        write_card(made.card | {"tested": tested}, asked.folder)
    print(f"{made.version} is in {made.folder}")


if __name__ == "__main__":
    main()
