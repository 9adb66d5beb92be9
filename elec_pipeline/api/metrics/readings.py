"""What `/metrics` tells of the store, of Dagster and of the backups: read at once, a few cheap queries.

Here: reading. Not here: how often (`monitor`), and how it is written down (`families`).
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from elec_pipeline.backup.standing import Standing, standing
from elec_pipeline.domain.completeness import GIVE_UP_DAYS, DayState, Lack, lacks
from elec_pipeline.domain.delivery_day import delivery_day
from elec_pipeline.domain.skill import Skill, skill_against_rte
from elec_pipeline.errors import ElecError
from elec_pipeline.forecasting.checkpoint import card_of
from elec_pipeline.forecasting.lifecycle import registry
from elec_pipeline.forecasting.lifecycle.weights import Weights, weights
from elec_pipeline.settings import Settings
from elec_pipeline.store import queries
from elec_pipeline.store.orchestrator import Orchestrator, orchestrator

_LOG = logging.getLogger(__name__)
SKILL_DAYS = 7
HELD_BACK_DAYS = 7


@dataclass(frozen=True)
class ModelReading:
    """The model in use.

    Attributes:
        version: As its card says; empty where it has none.
        reason: Why it is in use.
        weights: Of its experts.
    """

    version: str
    reason: str
    weights: Sequence[Weights]


@dataclass(frozen=True)
class Readings:
    """What was found at one moment.

    Attributes:
        at: The moment, UTC.
        newest: By series, the newest hour or interval, UTC; None where it is empty.
        days: The delivery days before today that are still asked for again, oldest first.
        lacking: By what may lack, how many of these days lack it.
        skill: By forecaster, of the last seven delivery days.
        held_back: How many issues of the last seven days and later were held back as implausible.
        model: The model in use; None where its card cannot be read.
        orchestrator: How Dagster does; None where its database is not there, or may not be read.
        backups: What the folder of backups holds; None where none are made, or it may not be read.
    """

    at: datetime
    newest: Mapping[str, datetime | None]
    days: Sequence[DayState]
    lacking: Mapping[Lack, int]
    skill: Mapping[str, Skill]
    held_back: int
    model: ModelReading | None
    orchestrator: Orchestrator | None
    backups: Standing | None


def read(engine: Engine, of_dagster: Engine, settings: Settings, now: datetime) -> Readings:
    """Read the store, and Dagster's tables where they are.

    Args:
        engine: Reads the store.
        of_dagster: Reads Dagster's database.
        settings: Say which model is in use, and whether weather is fetched.
        now: The moment, UTC.

    Raises:
        SQLAlchemyError: The store does not answer, or has no tables yet.
    """
    today = delivery_day(now)
    with engine.connect() as connection:
        newest = queries.newest_instants(connection) | {"weather_forecasts": queries.newest_weather(connection)}
        days = queries.day_states(connection, today - timedelta(days=GIVE_UP_DAYS), today - timedelta(days=1))
        scores = queries.accuracy_between(
            connection, today - timedelta(days=SKILL_DAYS), today - timedelta(days=1)
        )
        held_back = queries.held_back_issues(connection, today - timedelta(days=HELD_BACK_DAYS))
    lacking = [lacks(state, now, with_weather=settings.fetches_weather) for state in days]
    return Readings(
        at=now,
        newest=newest,
        days=days,
        lacking={lack: sum(lack in of_day for of_day in lacking) for lack in Lack},
        skill=skill_against_rte(scores),
        held_back=held_back,
        model=_model(engine, settings),
        orchestrator=_orchestrator(of_dagster),
        backups=_backups(settings),
    )


def _model(engine: Engine, settings: Settings) -> ModelReading | None:
    used = registry.in_use(engine, settings)
    try:
        card = card_of(used.model)
    except ElecError as error:  # the issue that needs it says so too; the other figures stand
        _LOG.warning("%s", error)
        return None
    version = used.version or str(card.get("version", ""))
    return ModelReading(version, used.reason.value, weights(card))


def _orchestrator(of_dagster: Engine) -> Orchestrator | None:
    try:
        with of_dagster.connect() as connection:
            return orchestrator(connection)
    except SQLAlchemyError as error:  # no such database, or none for this role: both are allowed
        _LOG.debug("Dagster's tables are not read: %s", error)
        return None


def _backups(settings: Settings) -> Standing | None:
    try:
        return standing(settings)
    except OSError as error:
        _LOG.debug("the folder of backups is not read: %s", error)
        return None
