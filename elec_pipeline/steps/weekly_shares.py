"""The share of RTE's weekly forecast in ours: what it has earned on the days before a morning.

Here: reading what both said of past days so many days ahead, and what RTE's says of the days to come. Not here:
the share itself (`domain.rte_weekly`), and our forecast.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import pandas as pd
from sqlalchemy import Engine

from elec_pipeline.domain.delivery_day import day_end, day_start, days, hours
from elec_pipeline.domain.load_curve import QUARTERS_AN_HOUR
from elec_pipeline.domain.rte_weekly import FIRST_LEAD_DAYS, known_on, share_earned
from elec_pipeline.domain.week_ahead import LEADS, leads
from elec_pipeline.forecasting.week_ahead import OfRte
from elec_pipeline.store import queries

REACH_DAYS = 60
"""Days before a morning that a share is earned on."""


def shares_of_rte(engine: Engine, mornings: Sequence[date]) -> Mapping[date, Mapping[int, OfRte]]:
    """Return by morning and lead what RTE's weekly forecast says, where it has a share in ours.

    Args:
        engine: Of the store.
        mornings: In order.
    """
    longest = timedelta(days=LEADS[-1])
    first, last = mornings[0] - timedelta(days=REACH_DAYS), mornings[-1] + longest
    with engine.connect() as connection:
        vintages = queries.weekly_vintages(connection, day_start(first), day_end(last))
        if vintages.empty:
            return {}
        ours = queries.week_ahead_between(connection, day_start(first), day_end(mornings[-1]))
        actuals = queries.hours_between(connection, day_start(first), day_end(mornings[-1]))
    actual = actuals.loc[actuals["quarters"] == QUARTERS_AN_HOUR].set_index("hour_start")["load_mw"]
    by_lead = {
        int(lead): rows.drop_duplicates("hour_start").set_index("hour_start")["load_mw"]
        for lead, rows in ours.groupby(leads(ours["hour_start"], ours["issued_at"]))
    }
    known = {day: known_on(vintages, day) for day in days(first - longest, mornings[-1])}
    return {
        morning: {
            lead: OfRte(theirs, share)
            for lead in LEADS
            if lead >= FIRST_LEAD_DAYS and lead in by_lead
            for share in [_share(morning, lead, actual, by_lead[lead], known)]
            if share
            for theirs in [known[morning].reindex(hours(morning + timedelta(days=lead))).to_numpy()]
        }
        for morning in mornings
    }


def _share(morning: date, lead: int, actual: pd.Series, ours: pd.Series, known: Mapping[date, pd.Series]) -> float:
    """Return the share that is earned on the days whose load a morning knows in full."""
    past = days(morning - timedelta(days=REACH_DAYS), morning - timedelta(days=1))
    axis = hours(past[0], past[-1])
    theirs = pd.concat([known[day - timedelta(days=lead)].reindex(hours(day)) for day in past])
    return share_earned(*(series.reindex(axis).to_numpy() for series in (actual, ours, theirs)))
