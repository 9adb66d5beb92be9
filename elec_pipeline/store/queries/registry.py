"""Reads of the registered models."""

from __future__ import annotations

from sqlalchemy import Connection, select

from elec_pipeline.store.models import RegisteredModel
from elec_pipeline.store.tables import models


def registered_models(connection: Connection) -> list[RegisteredModel]:
    """Return every registered model, in order of registration."""
    return [
        RegisteredModel(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for a row as a mapping
        for row in connection.execute(select(models).order_by(models.c.created_at, models.c.version))
    ]


def promoted_model(connection: Connection) -> RegisteredModel | None:
    """Return the model of the newest promotion that stands; None where none does."""
    row = connection.execute(
        select(models).where(models.c.promoted_at.is_not(None)).order_by(models.c.promoted_at.desc()).limit(1)
    ).one_or_none()
    return None if row is None else RegisteredModel(**row._mapping)  # noqa: SLF001
