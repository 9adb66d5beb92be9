"""The table `models`: every version that made a forecast or was trained here, and which of them was promoted.

Here: writes, each in one transaction. Not here: which model is in use (`forecasting.lifecycle.registry`), and
whether one deserves promotion (`forecasting.lifecycle.gate`).

Promotions are a stack: promoting puts a version on top, rolling back takes the top one off. `promoted_at` of a
version is its newest promotion that was not rolled back; all of them are kept in its metrics, with who
promoted it, and a version may be promoted more than once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, cast, func, select, text, update
from sqlalchemy.dialects.postgresql import JSONB, insert

from elec_pipeline.errors import RegistryError
from elec_pipeline.store.changes import note_change
from elec_pipeline.store.tables import models

_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('elec.models'))")
PROMOTIONS = "promotions"
"""Key of a version's promotions in its metrics."""


@dataclass(frozen=True)
class RegisteredModel:
    """A row of `models`.

    Attributes:
        version: Names weights and recipe.
        base_model: What it was trained from.
        trained_through: Last delivery day it learnt from; None where that is not known.
        created_at: When it was registered, UTC.
        promoted_at: Its newest promotion that stands, UTC; None where there is none.
        metrics: `card`, `gate` and `promotions`, each where there is one.
        location: `bundled`, the checkpoint's folder, or a hub id.
    """

    version: str
    base_model: str
    trained_through: date | None
    created_at: datetime
    promoted_at: datetime | None
    metrics: dict[str, Any]
    location: str


def register_model(
    engine: Engine, *, version: str, base_model: str, location: str, trained_through: date | None
) -> None:
    """Note a model version, unless it is known already."""
    row = {
        "version": version,
        "base_model": base_model,
        "location": location,
        "trained_through": trained_through,
    }
    with engine.begin() as connection:
        connection.execute(insert(models).values(row).on_conflict_do_nothing())


def register_trained(
    engine: Engine,
    *,
    version: str,
    base_model: str,
    location: str,
    trained_through: date | None,
    metrics: dict[str, Any],
) -> None:
    """Note a version that was trained here, and where it lies now.

    A version that is known keeps its promotions and whatever of its metrics is not given anew.
    """
    row = {
        "version": version,
        "base_model": base_model,
        "location": location,
        "trained_through": trained_through,
        "metrics": metrics,
    }
    statement = insert(models).values(row)
    new = statement.excluded
    with engine.begin() as connection:
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=[models.c.version],
                set_={
                    "base_model": new.base_model,
                    "location": new.location,
                    "trained_through": new.trained_through,
                    "metrics": models.c.metrics.concat(new.metrics),
                },
            )
        )


def note_metrics(engine: Engine, version: str, **metrics: Any) -> None:
    """Put further metrics beside those of a version; one of the same name is replaced."""
    with engine.begin() as connection:
        _set_metrics(connection, version, metrics)


def promote(engine: Engine, version: str, *, by: str) -> datetime:
    """Make a registered version the promoted one.

    Args:
        engine: Of the store.
        version: In full.
        by: Who promotes it: `gate` or `hand`.

    Returns:
        When, UTC; later than every promotion before, whatever the clock says.

    Raises:
        RegistryError: The version is not registered.
    """
    with engine.begin() as connection:
        connection.execute(_LOCK)
        promotions = _promotions(connection, version)
        now: datetime = connection.scalars(select(func.clock_timestamp())).one()
        newest = connection.scalar(select(func.max(models.c.promoted_at)))
        at = now if newest is None else max(now, newest + timedelta(microseconds=1))
        promotions.append({"at": at.isoformat(), "by": by})
        _set_metrics(connection, version, {PROMOTIONS: promotions})
        connection.execute(update(models).where(models.c.version == version).values(promoted_at=at))
        note_change(connection, models)
    return at


def roll_back(engine: Engine) -> str:
    """Take the newest promotion back; the one before it stands again, or the bundled model where there is none.

    Returns:
        The version whose promotion was taken back.

    Raises:
        RegistryError: No version is promoted.
    """
    with engine.begin() as connection:
        connection.execute(_LOCK)
        version = connection.scalar(
            select(models.c.version)
            .where(models.c.promoted_at.is_not(None))
            .order_by(models.c.promoted_at.desc())
            .limit(1)
        )
        if version is None:
            raise RegistryError("No model is promoted: the bundled checkpoint is in use, nothing to roll back to.")
        promotions = _promotions(connection, version)
        standing = [each for each in promotions if "rolled_back_at" not in each]
        now: datetime = connection.scalars(select(func.clock_timestamp())).one()
        for each in standing[-1:]:
            each["rolled_back_at"] = now.isoformat()
        former = datetime.fromisoformat(standing[-2]["at"]) if len(standing) > 1 else None
        _set_metrics(connection, version, {PROMOTIONS: promotions})
        connection.execute(update(models).where(models.c.version == version).values(promoted_at=former))
        note_change(connection, models)
    return str(version)


def _promotions(connection: Connection, version: str) -> list[dict[str, str]]:
    metrics = connection.scalar(select(models.c.metrics).where(models.c.version == version))
    if metrics is None:
        raise RegistryError(f"No model {version} is registered: `elec models list` shows those that are.")
    return list(metrics.get(PROMOTIONS, []))


def _set_metrics(connection: Connection, version: str, metrics: dict[str, Any]) -> None:
    connection.execute(
        update(models)
        .where(models.c.version == version)
        .values(metrics=models.c.metrics.concat(cast(metrics, JSONB)))
    )
