"""The tables of the daily pipeline.

A migration is frozen once released: it spells its columns out and imports nothing from `tables`.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SCHEMA = "elec"


def _zone() -> sa.Column[str]:
    return sa.Column("zone", sa.Text, nullable=False, server_default="FR")


def _instant(name: str, *, now: bool = False, nullable: bool = False) -> sa.Column[object]:
    default = sa.func.now() if now else None
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable, server_default=default)


def _mw(name: str, *, nullable: bool = False) -> sa.Column[float]:
    return sa.Column(name, sa.Double, nullable=nullable)


def upgrade() -> None:
    """Create every table."""
    op.create_table(
        "raw_consumption",
        _zone(),
        _instant("interval_start"),
        _mw("load_mw"),
        sa.Column("resolution_minutes", sa.SmallInteger, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        _instant("published_at", nullable=True),
        _instant("ingested_at", now=True),
        sa.PrimaryKeyConstraint("zone", "interval_start"),
        schema=SCHEMA,
        comment="Actual consumption as the source gave it, one row per interval.",
    )
    op.create_table(
        "raw_consumption_revisions",
        _zone(),
        _instant("interval_start"),
        _instant("replaced_at"),
        _mw("old_load_mw", nullable=True),
        _mw("new_load_mw"),
        sa.Column("source", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("zone", "interval_start", "replaced_at"),
        schema=SCHEMA,
        comment="Values that were replaced. old_load_mw is null where the interval had been missing.",
    )
    op.create_table(
        "raw_consumption_gaps",
        _zone(),
        _instant("interval_start"),
        _instant("asked_at", now=True),
        sa.PrimaryKeyConstraint("zone", "interval_start"),
        schema=SCHEMA,
        comment="Intervals that were due and asked for, and that the source did not have.",
    )
    op.create_table(
        "hourly_consumption",
        _zone(),
        _instant("hour_start"),
        _mw("load_mw"),
        sa.Column("quarters", sa.SmallInteger, nullable=False),
        _instant("updated_at", now=True),
        sa.PrimaryKeyConstraint("zone", "hour_start"),
        schema=SCHEMA,
        comment="Mean actual consumption of each UTC hour; four quarters are a complete hour.",
    )
    op.create_table(
        "rte_forecasts",
        _zone(),
        _instant("hour_start"),
        sa.Column("forecast_type", sa.Text, nullable=False),
        _instant("published_at"),
        _mw("load_mw"),
        sa.Column("source", sa.Text, nullable=False),
        _instant("ingested_at", now=True),
        sa.PrimaryKeyConstraint("zone", "hour_start", "forecast_type", "published_at"),
        schema=SCHEMA,
        comment="Every vintage of RTE's forecasts (D-1, D-2, ID). Rows are never changed.",
    )
    op.create_table(
        "chronos_predictions",
        _zone(),
        _instant("hour_start"),
        _instant("issued_at"),
        sa.Column("model_version", sa.Text, nullable=False),
        *(_mw(name) for name in ("load_mw", "q05", "q10", "q25", "q75", "q90", "q95")),
        _instant("created_at", now=True),
        sa.PrimaryKeyConstraint("zone", "hour_start", "issued_at", "model_version"),
        schema=SCHEMA,
        comment="Every issue of our forecasts. Rows are never changed.",
    )
    op.create_table(
        "forecast_accuracy",
        _zone(),
        sa.Column("delivery_day", sa.Date, nullable=False),
        sa.Column("forecaster", sa.Text, nullable=False),
        *(_mw(name) for name in ("mape", "mae_mw", "rmse_mw", "bias_mw")),
        *(_mw(name, nullable=True) for name in ("pinball_mw", "coverage_80")),
        sa.Column("hours", sa.SmallInteger, nullable=False),
        sa.PrimaryKeyConstraint("zone", "delivery_day", "forecaster"),
        schema=SCHEMA,
        comment="Errors of each forecaster on each Paris day; mape in percent, coverage_80 as a share.",
    )
    op.create_table(
        "models",
        sa.Column("version", sa.Text, primary_key=True),
        sa.Column("base_model", sa.Text, nullable=False),
        sa.Column("trained_through", sa.Date),
        _instant("created_at", now=True),
        _instant("promoted_at", nullable=True),
        sa.Column("metrics", JSONB, nullable=False, server_default="{}"),
        sa.Column("location", sa.Text, nullable=False),
        schema=SCHEMA,
        comment="Every model version that made a forecast or was trained here.",
    )


def downgrade() -> None:
    """Refuse: the first tables hold what cannot be fetched again."""
    raise NotImplementedError("forecast vintages cannot be fetched again: restore a backup instead")
