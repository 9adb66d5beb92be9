"""The tables of the schema `elec`.

Here: names, types and keys. Changing one takes a migration beside this file. Every table has a zone first
in its key, and every instant is a `timestamptz`.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Double,
    ForeignKey,
    Identity,
    Index,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB

from elec_pipeline.domain.input_names import WEATHER
from elec_pipeline.domain.knowledge import Knowledge

SCHEMA = "elec"
ZONE = "FR"

metadata = MetaData(schema=SCHEMA)


def _zone() -> Column[str]:
    return Column("zone", Text, nullable=False, server_default=ZONE)


def _instant(name: str, *, now: bool = False, nullable: bool = False) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=nullable, server_default=func.now() if now else None)


def _load(name: str = "load_mw", *, nullable: bool = False) -> Column[float]:
    return Column(name, Double, nullable=nullable)


raw_consumption = Table(
    "raw_consumption",
    metadata,
    _zone(),
    _instant("interval_start"),
    _load(),
    Column("resolution_minutes", SmallInteger, nullable=False),
    Column("source", Text, nullable=False),
    _instant("published_at", nullable=True),
    _instant("ingested_at", now=True),
    PrimaryKeyConstraint("zone", "interval_start"),
    comment="Actual consumption as the source gave it, one row per interval.",
)

raw_consumption_revisions = Table(
    "raw_consumption_revisions",
    metadata,
    _zone(),
    _instant("interval_start"),
    _instant("replaced_at"),
    _load("old_load_mw", nullable=True),
    _load("new_load_mw"),
    Column("source", Text, nullable=False),
    PrimaryKeyConstraint("zone", "interval_start", "replaced_at"),
    comment="Values that were replaced. old_load_mw is null where the interval had been missing.",
)

raw_consumption_gaps = Table(
    "raw_consumption_gaps",
    metadata,
    _zone(),
    _instant("interval_start"),
    _instant("asked_at", now=True),
    PrimaryKeyConstraint("zone", "interval_start"),
    comment="Intervals that were due and asked for, and that the source did not have.",
)

hourly_consumption = Table(
    "hourly_consumption",
    metadata,
    _zone(),
    _instant("hour_start"),
    _load(),
    Column("quarters", SmallInteger, nullable=False),
    _instant("updated_at", now=True),
    PrimaryKeyConstraint("zone", "hour_start"),
    comment="Mean actual consumption of each UTC hour; four quarters are a complete hour.",
)

raw_rte_forecasts = Table(
    "raw_rte_forecasts",
    metadata,
    _zone(),
    _instant("interval_start"),
    Column("forecast_type", Text, nullable=False),
    _instant("published_at"),
    Column("is_dated", Boolean, nullable=False),
    _load(),
    Column("resolution_minutes", SmallInteger, nullable=False),
    Column("source", Text, nullable=False),
    _instant("ingested_at", now=True),
    PrimaryKeyConstraint("zone", "interval_start", "forecast_type", "published_at", "ingested_at"),
    comment="Every reading of RTE's forecasts as it came, a row per interval; after three months "
    "those that no issue knew go. published_at: when it was read, where not is_dated.",
)

rte_forecasts = Table(
    "rte_forecasts",
    metadata,
    _zone(),
    _instant("hour_start"),
    Column("forecast_type", Text, nullable=False),
    _instant("published_at"),
    _load(),
    Column("source", Text, nullable=False),
    _instant("ingested_at", now=True),
    PrimaryKeyConstraint("zone", "hour_start", "forecast_type", "published_at"),
    comment="Every vintage of RTE's forecasts (D-1, D-2, ID). Rows are never changed.",
)

rte_weekly_forecasts = Table(
    "rte_weekly_forecasts",
    metadata,
    _zone(),
    _instant("hour_start"),
    _instant("published_at"),
    _load(),
    _instant("ingested_at", now=True),
    PrimaryKeyConstraint("zone", "hour_start", "published_at"),
    comment="Each vintage of RTE's weekly forecasts (D-3 to D-9) that says something new. Rows are never changed. "
    "published_at: when it was read, where RTE does not say.",
)

weather_forecasts = Table(
    "weather_forecasts",
    metadata,
    _zone(),
    _instant("hour_start"),
    _instant("issued_at"),
    *(Column(name, Double, nullable=True) for name in WEATHER),
    Column("source", Text, nullable=False),
    _instant("ingested_at", now=True),
    PrimaryKeyConstraint("zone", "hour_start", "issued_at"),
    comment="Every weather forecast, weighted by population. What is known is never changed, what is null may be "
    "added.",
)

chronos_predictions = Table(
    "chronos_predictions",
    metadata,
    _zone(),
    _instant("hour_start"),
    _instant("issued_at"),
    Column("model_version", Text, nullable=False),
    _load(),
    *(_load(name, nullable=True) for name in ("q05", "q10", "q25", "q75", "q90", "q95")),
    _instant("created_at", now=True),
    Column("held_back", Text, nullable=True),
    PrimaryKeyConstraint("zone", "hour_start", "issued_at", "model_version"),
    comment="Every issue of our forecasts. Rows are never changed. held_back: why the model's own forecast was "
    "implausible, and who speaks instead.",
)

quarter_hourly_predictions = Table(
    "quarter_hourly_predictions",
    metadata,
    _zone(),
    _instant("interval_start"),
    _instant("issued_at"),
    Column("model_version", Text, nullable=False),
    _load(),
    *(_load(name, nullable=True) for name in ("q05", "q10", "q25", "q75", "q90", "q95")),
    PrimaryKeyConstraint("zone", "interval_start", "issued_at", "model_version"),
    comment="The quarter-hours of every issue of chronos_predictions; those of an hour have its forecast as mean. "
    "Rows are never changed.",
)

intraday_predictions = Table(
    "intraday_predictions",
    metadata,
    _zone(),
    _instant("hour_start"),
    _instant("issued_at"),
    Column("model_version", Text, nullable=False),
    _load(),
    *(_load(name, nullable=True) for name in ("q05", "q10", "q25", "q75", "q90", "q95")),
    _instant("goes_on_from"),
    _instant("known_until"),
    _instant("created_at", now=True),
    PrimaryKeyConstraint("zone", "hour_start", "issued_at"),
    comment="Every hour: the rest of today and tomorrow. Rows are never changed. goes_on_from: issue time of the "
    "day-ahead forecast that was brought up to date; known_until: end of the newest actual hour known.",
)

week_ahead_predictions = Table(
    "week_ahead_predictions",
    metadata,
    _zone(),
    _instant("hour_start"),
    _instant("issued_at"),
    Column("model_version", Text, nullable=False),
    _load(),
    *(_load(name) for name in ("q05", "q10", "q25", "q75", "q90", "q95")),
    Column("peak_probability", Double, nullable=False),
    _instant("created_at", now=True),
    PrimaryKeyConstraint("zone", "hour_start", "issued_at", "model_version"),
    comment="Each morning: the days two to seven ahead. Rows are never changed. peak_probability: that the "
    "hour is the highest of its Paris day.",
)

week_ahead_peaks = Table(
    "week_ahead_peaks",
    metadata,
    _zone(),
    Column("delivery_day", Date, nullable=False),
    _instant("issued_at"),
    Column("model_version", Text, nullable=False),
    _load(),
    *(_load(name) for name in ("q05", "q10", "q25", "q75", "q90", "q95")),
    _instant("created_at", now=True),
    PrimaryKeyConstraint("zone", "delivery_day", "issued_at", "model_version"),
    comment="Quantiles of the highest hour of each day of an issue of week_ahead_predictions.",
)

expert_predictions = Table(
    "expert_predictions",
    metadata,
    _zone(),
    _instant("hour_start"),
    _instant("issued_at"),
    Column("model_version", Text, nullable=False),
    Column("expert", Text, nullable=False),
    _load(),
    PrimaryKeyConstraint("zone", "hour_start", "issued_at", "model_version", "expert"),
    comment="The median of each expert in every issue of chronos_predictions. Rows are never changed.",
)

prediction_changes = Table(
    "prediction_changes",
    metadata,
    _zone(),
    _instant("hour_start"),
    _instant("issued_at"),
    Column("model_version", Text, nullable=False),
    _instant("previous_issued_at"),
    _load("load_change_mw"),
    *(_load(group.column, nullable=True) for group in Knowledge),
    PrimaryKeyConstraint("zone", "hour_start", "issued_at", "model_version"),
    comment="How the median of an issue of chronos_predictions differs from the issue before it of the same "
    "day, and the shares of three groups of knowledge in the ridge's change. Rows are never changed.",
)

forecast_accuracy = Table(
    "forecast_accuracy",
    metadata,
    _zone(),
    Column("delivery_day", Date, nullable=False),
    Column("forecaster", Text, nullable=False),
    _load("mape"),
    _load("mae_mw"),
    _load("rmse_mw"),
    _load("bias_mw"),
    _load("pinball_mw", nullable=True),
    _load("coverage_80", nullable=True),
    Column("hours", SmallInteger, nullable=False),
    Column("basis", Text, nullable=True),
    PrimaryKeyConstraint("zone", "delivery_day", "forecaster"),
    comment="Errors of each forecaster on each Paris day; mape in percent, coverage_80 as a share. basis, of "
    "rte_d1: published, or nominal where hours were fetched late and count from 20:00 the day before.",
)

models = Table(
    "models",
    metadata,
    Column("version", Text, primary_key=True),
    Column("base_model", Text, nullable=False),
    Column("trained_through", Date, nullable=True),
    _instant("created_at", now=True),
    _instant("promoted_at", nullable=True),
    Column("metrics", JSONB, nullable=False, server_default="{}"),
    Column("location", Text, nullable=False),
    comment="Every model version that made a forecast or was trained here.",
)

changes = Table(
    "changes",
    metadata,
    _zone(),
    Column("id", BigInteger, Identity(always=True), nullable=False),
    Column("table_name", Text, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    PrimaryKeyConstraint("zone", "id"),
    comment="A note of every write that changed rows of a table; those a day old and outdated are dropped.",
)

alerts = Table(
    "alerts",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("key", Text, nullable=False),
    Column("kind", Text, nullable=False),
    _instant("opened_at"),
    _instant("last_seen_at"),
    _instant("closed_at", nullable=True),
    Column("flaps", SmallInteger, nullable=False, server_default="0"),
    Column("facts", JSONB, nullable=False, server_default="{}"),
    comment="Problems, a row from opening to end. flaps: how often the same one had just been over.",
)
Index("alerts_open", alerts.c.key, unique=True, postgresql_where=alerts.c.closed_at.is_(None))
Index("alerts_closed_at", alerts.c.closed_at)

alert_deliveries = Table(
    "alert_deliveries",
    metadata,
    Column("alert_id", BigInteger, ForeignKey(alerts.c.id, ondelete="CASCADE"), nullable=False),
    Column("event", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("tries", SmallInteger, nullable=False),
    _instant("first_tried_at"),
    _instant("last_tried_at"),
    _instant("delivered_at", nullable=True),
    Column("error", Text, nullable=False, server_default=""),
    PrimaryKeyConstraint("alert_id", "event", "address"),
    comment="Which address took which message. address: scheme and place in ELEC_ALERTS, never the URL.",
)
