"""Weather of an archive, made as uncertain as a forecast of some days ahead.

Here: temperatures as an issue would have known them one to seven days ahead. Not here: the archive itself
(`real_data`), and what is forecast from it.

The archive holds one value for each hour, of short leads and close to the truth: it stands for what came true. A
forecast is drawn so that it is calibrated: with `rho` the correlation of its anomalies with those that come true,
it is `normal + rho² · anomaly + rho · √(1 − rho²) · s · z`, where `s` is the anomalies' standard deviation
and `z` a normal process whose memory fades by 1/e in 36 hours. Its error is then not correlated with what it says,
and has the standard deviation `s · √(1 − rho²)`. The correlations are those that are usual for the mean of an
ensemble over Europe at such leads. The day ahead is made worse as the others are: else they would be held against
a morning that knew its weather.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import numpy as np
import pandas as pd

from elec_pipeline.domain.delivery_day import PARIS, days, hours
from elec_pipeline.domain.inputs import TEMPERATURE
from elec_pipeline.domain.quantiles import Floats
from elec_pipeline.domain.week_ahead import issued_on

RHO: Mapping[int, float] = {1: 0.995, 2: 0.985, 3: 0.97, 4: 0.945, 5: 0.905, 6: 0.85, 7: 0.78}
"""By lead in days."""
FADES_IN_HOURS = 36.0
HARMONICS = 2


def worse_temperatures(archive: pd.DataFrame, first: date, last: date, *, seed: int) -> pd.DataFrame:
    """Return what the issues of the mornings from `first` to `last` knew of the days one to seven ahead.

    Args:
        archive: Columns `hour_start` (UTC) and `temperature_c`.
        first: First day of an issue.
        last: Last one, included.
        seed: Of what is drawn.

    Returns:
        Columns `hour_start`, `issued_at` (UTC) and `temperature_c`.
    """
    random = np.random.default_rng(seed)
    known = archive.set_index("hour_start")[TEMPERATURE]
    normal = pd.Series(_normal(known), known.index)
    spread = float((known - normal).std())
    frames = []
    for day in days(first, last):
        axis = hours(day + timedelta(days=min(RHO)), day + timedelta(days=max(RHO)))
        lead = ((axis.tz_convert(PARIS).tz_localize(None).normalize() - pd.Timestamp(day)).days).to_numpy()
        rho = np.array([RHO[each] for each in lead])
        usual, true = (series.reindex(axis).to_numpy() for series in (normal, known))
        said = usual + rho**2 * (true - usual) + rho * np.sqrt(1 - rho**2) * spread * _process(len(axis), random)
        frames.append(
            pd.DataFrame({"hour_start": axis, "issued_at": pd.Timestamp(issued_on(day)), TEMPERATURE: said})
        )
    made = pd.concat(frames, ignore_index=True).dropna()
    return made.assign(issued_at=made["issued_at"].astype(made["hour_start"].dtype))


def _normal(known: pd.Series) -> Floats:
    """Return what is usual for each hour: waves of the year for waves of the day, fitted on the archive."""
    local = pd.DatetimeIndex(known.index).tz_convert(PARIS)
    year, day = 2 * np.pi * local.day_of_year.to_numpy() / 365.25, 2 * np.pi * local.hour.to_numpy() / 24
    seasons, of_day = (
        [np.ones(len(angle))]
        + [wave(number * angle) for number in range(1, HARMONICS + 1) for wave in (np.cos, np.sin)]
        for angle in (year, day)
    )
    columns = np.stack([season * hour for season in seasons for hour in of_day], axis=1)
    there = known.notna().to_numpy()
    fitted, *_ = np.linalg.lstsq(columns[there], known.to_numpy()[there], rcond=None)
    return np.asarray(columns @ fitted)


def _process(length: int, random: np.random.Generator) -> Floats:
    """Return a normal process of standard deviation 1 whose memory fades by the hour, shape (length,)."""
    kept = np.exp(-1 / FADES_IN_HOURS)
    steps = random.standard_normal(length) * np.sqrt(1 - kept**2)
    made = np.empty(length)
    made[0] = random.standard_normal()
    for number in range(1, length):
        made[number] = kept * made[number - 1] + steps[number]
    return made
