"""What the week ahead is worth: `python -m benchmarks.week_ahead LOAD_CSV TEMPERATURE_CSV CITIES_CSV`.

Each morning of the test days that the archive of weather covers, the days two to seven ahead, by a checkpoint
(`--model`) that has not seen them, beside the morning issue of tomorrow on the same mornings. The temperature of
each lead, tomorrow's too, is the archive's, made as uncertain as a forecast of that lead (`worse_weather`), in
several draws: one alone moves what a band holds by a point or two. Errors by lead, what the bands hold, the daily
peaks and their hours, and the naive forecast: the same weekday, the newest that is known.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.real_data import LAST_WEATHER, TEST, Weather, read_history
from benchmarks.worse_weather import worse_temperatures
from elec_pipeline.domain import metrics
from elec_pipeline.domain.delivery_day import WEEK, Issue, days
from elec_pipeline.domain.history import History, actual_mw
from elec_pipeline.domain.information_set import InformationSet
from elec_pipeline.domain.inputs import INPUTS
from elec_pipeline.domain.quantiles import BANDS, LEVELS, MEDIAN, Floats
from elec_pipeline.domain.week_ahead import LEADS, delivery_days
from elec_pipeline.forecasting.checkpoint import load_forecaster
from elec_pipeline.forecasting.degraded import with_only
from elec_pipeline.forecasting.forecaster import Forecaster
from elec_pipeline.forecasting.week_ahead import week_ahead
from elec_pipeline.markdown import markdown_table

SEED = 20240701


@dataclass
class Scored:
    """What was said and came true at one lead.

    Attributes:
        true: Load of each day, MW.
        said: Quantiles of each day, MW.
        peaks: Quantiles of the highest hour of each day, MW.
        likely: Position of the hour that is most likely the highest.
        naive: Of each day, MW.
    """

    true: list[Floats] = field(default_factory=list)
    said: list[Floats] = field(default_factory=list)
    peaks: list[Floats] = field(default_factory=list)
    likely: list[int] = field(default_factory=list)
    naive: list[Floats] = field(default_factory=list)


def main() -> None:
    """Forecast, score, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("load", "temperature", "cities"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--model", required=True, help="checkpoint that has not seen the days")
    parser.add_argument("--draws", type=int, default=5, help="of the weather's errors (default 5), pooled")
    asked = parser.parse_args()
    forecaster = load_forecaster(asked.model)
    first = TEST[0]
    if forecaster.trained_through is None or forecaster.trained_through >= first:
        raise SystemExit(f"{forecaster.version} has seen days up to {forecaster.trained_through}.")
    mornings = days(first, LAST_WEATHER - timedelta(days=max(LEADS)))
    draws: list[dict[int, Scored]] = []
    for number in range(asked.draws):
        worse = partial(worse_temperatures, first=first, last=mornings[-1], seed=SEED + number)
        weather = Weather(asked.temperature, asked.cities)
        history = read_history(asked.load, LAST_WEATHER, weather, at_leads=worse)
        draws.append(scored(forecaster, history, mornings, INPUTS))
    without = scored(forecaster, history, mornings, ())
    for knows, made in ((f"weather, {asked.draws} draws of it", pooled(draws)), ("no weather", without)):
        print(f"\nWeek ahead by {forecaster.version}, {knows}, mornings of {first} to {mornings[-1]}.\n")
        print(table(made))


def known_on(
    history: History, day: date, context_hours: int, inputs: Sequence[str]
) -> tuple[InformationSet, list[InformationSet]]:
    """Return what a morning's issue knows of tomorrow, and of the days after it."""
    tomorrow, *later = (
        with_only(history.at(of, Issue.MORNING, context_hours=context_hours, lead_days=lead), frozenset(inputs))
        for lead, of in ((1, day + timedelta(days=1)), *delivery_days(day))
    )
    return tomorrow, later


def scored(
    forecaster: Forecaster, history: History, mornings: Sequence[date], inputs: Sequence[str]
) -> dict[int, Scored]:
    """Return what the issues of some mornings said of each lead, tomorrow's included, and what came true."""
    made: dict[int, Scored] = {lead: Scored() for lead in (1, *LEADS)}
    for day in mornings:
        tomorrow, later = known_on(history, day, forecaster.context_hours, inputs)
        ahead, refused = week_ahead(forecaster, tomorrow, later)
        if refused:
            print(refused)
        quantiles = {1: forecaster.predict([tomorrow])[0], **{each.lead: each.quantiles for each in ahead}}
        for lead, said in quantiles.items():
            true = actual_mw(history, day + timedelta(days=lead))
            known = day + timedelta(days=lead - WEEK * (1 if lead < WEEK else 2))
            naive = actual_mw(history, known)
            if not np.isnan(true).any() and len(naive) == len(true):
                made[lead].true.append(true)
                made[lead].said.append(said)
                made[lead].naive.append(naive)
                made[lead].peaks += [each.peak_mw for each in ahead if each.lead == lead]
                made[lead].likely += [int(each.peak_probability.argmax()) for each in ahead if each.lead == lead]
    return made


def pooled(draws: Sequence[dict[int, Scored]]) -> dict[int, Scored]:
    """Return what several draws of the weather's errors led to as one: what chance adds fades."""
    return {
        lead: Scored(
            **{
                each.name: [kept for draw in draws for kept in getattr(draw[lead], each.name)]
                for each in fields(Scored)
            }
        )
        for lead in draws[0]
    }


def table(made: dict[int, Scored]) -> str:
    """Return the scores by lead."""
    rows = []
    of_morning = float("nan")
    for lead, each in made.items():
        true, said, naive = (np.concatenate(parts) for parts in (each.true, each.said, each.naive))
        missed = metrics.mape(true, said[:, MEDIAN])
        of_morning = missed if lead == 1 else of_morning
        row = [
            f"D+{lead}", f"{missed:.2f}", f"{missed / of_morning:.2f}", f"{metrics.mape(true, naive):.2f}",
            " / ".join(f"{100 * held(true, said, band):.0f}" for band in BANDS.values()),
        ]  # fmt: skip
        if each.peaks:
            peaks, highest = np.array(each.peaks), np.array([day.max() for day in each.true])
            hour = np.array([int(day.argmax()) for day in each.true])
            row += [
                f"{metrics.mape(highest, peaks[:, MEDIAN]):.2f}",
                f"{100 * held(highest, peaks, BANDS[0.8]):.0f}",
                f"{100 * float(np.mean(hour == np.array(each.likely))):.0f}",
            ]
        rows.append(row + [""] * (8 - len(row)))
    head = [
        "day",
        "MAPE %",
        "of tomorrow's",
        "naive %",
        "bands hold %",
        "peak MAPE %",
        "its 80 % holds",
        "hour right %",
    ]
    return markdown_table(head, rows)


def held(true: Floats, said: Floats, band: tuple[float, float]) -> float:
    """Return the share of what came true that lies within a band."""
    low, high = (said[:, LEVELS.index(level)] for level in band)
    return float(np.mean((true >= low) & (true <= high)))


if __name__ == "__main__":
    main()
