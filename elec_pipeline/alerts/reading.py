"""The facts that the database, the settings and the disk hold.

Here: one read of each. Not here: what follows from them (`rules`), what is forecast of tomorrow
(`tomorrow`), and what Dagster's runs say, which its shell reads and hands over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine

from elec_pipeline.alerts.disks import disks
from elec_pipeline.alerts.facts import Facts, Revisions, RunOutcome
from elec_pipeline.alerts.rules import LEAST_REVISION
from elec_pipeline.alerts.tomorrow import read_tomorrow
from elec_pipeline.backup.standing import Standing, standing
from elec_pipeline.domain.completeness import GIVE_UP_DAYS
from elec_pipeline.domain.delivery_day import FIRST_DAY, delivery_day
from elec_pipeline.forecasting.lifecycle.drift import SCORED_BEFORE, drift
from elec_pipeline.settings import Settings
from elec_pipeline.settings_source import Source
from elec_pipeline.store import queries

SETTLED = timedelta(days=4)
"""The last three days are read again each night for revisions; what changes in older ones is a surprise."""
REACH = timedelta(days=120)
"""How far back revisions count: what older days are corrected by is history."""


def read_facts(
    engine: Engine,
    settings: Settings,
    now: datetime,
    runs: Sequence[RunOutcome],
    open_facts: Mapping[str, Mapping[str, Any]],
    promised_ratio: float | None = None,
) -> Facts:
    """Return all that the rules look at.

    Args:
        engine: Of the store.
        settings: Of the platform.
        now: Current instant, UTC.
        runs: What has ended lately, oldest first.
        open_facts: The facts of problems that are open, by key.
        promised_ratio: What the card of the model in use promises, see `drift`.
    """
    today = delivery_day(now)
    first = max(FIRST_DAY, today - timedelta(days=GIVE_UP_DAYS))
    with engine.connect() as connection:
        span = queries.span_of_hours(connection)
        drifting = drift(queries.accuracy_between(connection, today - SCORED_BEFORE, today), promised_ratio)
        return Facts(
            now=now,
            newest=queries.newest_instants(connection),
            states=queries.day_states(connection, first, today + timedelta(days=1)),
            first_hour=None if span is None else span[0],
            first_forecast_at=queries.first_forecast_at(connection),
            with_weather=settings.weather is not None,
            is_open_data=settings.source is Source.ODRE,
            held_back=queries.held_back_since(connection, today),
            revisions=_revisions(connection, now),
            drift=drifting.why if drifting.is_drifting else "",
            disks=disks(settings),
            backups=backups(settings),
            tomorrow=read_tomorrow(connection, today + timedelta(days=1)),
            levels=settings.notice_levels,
            runs=runs,
            open=open_facts,
        )


def backups(settings: Settings) -> Standing | None:
    """Return what there is of backups, none where their folder may not be read; None where none are made."""
    try:
        return standing(settings)
    except OSError:
        return Standing(settings.backup_folder)


def _revisions(connection: Connection, now: datetime) -> Revisions | None:
    today = delivery_day(now)
    found = queries.older_revisions(
        connection, today - REACH, today - SETTLED, now - timedelta(days=1), LEAST_REVISION
    )
    if found.first is None:
        return None
    return Revisions(found.values, delivery_day(found.first), delivery_day(found.last), found.largest)
