"""The share of RTE's weekly forecast in ours: what it has earned on the days before a morning.

Here: what both said of past days so many days ahead, and what RTE's says of the days to come. Not here: the share
itself (`domain.rte_weekly`), and our forecast.

The load that both are held against is the one that the morning knew: what is revised later decides nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
import pandas as pd
from sqlalchemy import Engine

from elec_pipeline.domain.delivery_day import day_end, day_start, days, hours
from elec_pipeline.domain.information_set import InformationSet
from elec_pipeline.domain.rte_weekly import FIRST_LEAD_DAYS, known_on, share_earned
from elec_pipeline.domain.week_ahead import LEADS, leads
from elec_pipeline.forecasting.week_ahead import OfRte
from elec_pipeline.store import queries

REACH_DAYS = 60
"""Days before a morning that a share is earned on."""
SHARED_LEADS = tuple(lead for lead in LEADS if lead >= FIRST_LEAD_DAYS)


@dataclass(frozen=True, eq=False)
class WeeklyForecasts:
    """What was said of some days, so many days ahead.

    Attributes:
        theirs: By morning, what RTE's weekly forecast said then, MW by hour; nothing where there is none.
        ours: By lead, what we said, MW by hour.
    """

    theirs: Mapping[date, pd.Series] = field(default_factory=dict)
    ours: Mapping[int, pd.Series] = field(default_factory=dict)

    def of(self, morning: date, known: InformationSet) -> dict[int, OfRte]:
        """Return by lead what RTE's forecast says on a morning, where it has a share in ours.

        Args:
            morning: Paris day.
            known: What the morning knows; of its load the days before that are looked at.
        """
        if not self.theirs:
            return {}
        past = days(morning - timedelta(days=REACH_DAYS), morning - timedelta(days=1))
        axis = hours(past[0], past[-1])
        actual = pd.Series(known.load_mw, pd.DatetimeIndex(known.hours, tz="UTC")).reindex(axis)
        made = {}
        for lead in SHARED_LEADS:
            ours = self.ours.get(lead, pd.Series(dtype=float)).reindex(axis)
            theirs = pd.concat([self.theirs[day - timedelta(days=lead)].reindex(hours(day)) for day in past])
            share = share_earned(*(np.asarray(series, dtype=np.float64) for series in (actual, ours, theirs)))
            if share:
                of_day = self.theirs[morning].reindex(hours(morning + timedelta(days=lead)))
                made[lead] = OfRte(of_day.to_numpy(), share)
        return made


def read_weekly(engine: Engine, mornings: Sequence[date]) -> WeeklyForecasts:
    """Read what the shares of some mornings are made from.

    Args:
        engine: Of the store.
        mornings: In order.
    """
    longest = timedelta(days=LEADS[-1])
    first = mornings[0] - timedelta(days=REACH_DAYS)
    with engine.connect() as connection:
        vintages = queries.weekly_vintages(connection, day_start(first), day_end(mornings[-1] + longest))
        if vintages.empty:
            return WeeklyForecasts()
        ours = queries.week_ahead_between(connection, day_start(first), day_end(mornings[-1]))
    return WeeklyForecasts(
        {day: known_on(vintages, day) for day in days(first - longest, mornings[-1])},
        {
            int(lead): rows.drop_duplicates("hour_start").set_index("hour_start")["load_mw"]  # the first model's
            for lead, rows in ours.groupby(leads(ours["hour_start"], ours["issued_at"]))
        },
    )
