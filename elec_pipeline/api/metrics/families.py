"""Readings as families of Prometheus metrics.

Here: names, labels, units. Not here: where the values come from (`readings`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from elec_pipeline.api.metrics.readings import ModelReading, Readings
from elec_pipeline.backup.standing import Standing
from elec_pipeline.domain.delivery_day import hours
from elec_pipeline.domain.freshness import OLDEST, OLDEST_BACKUP
from elec_pipeline.store.orchestrator import Orchestrator

SHOWN_DAYS = 7
"""Whose completeness is told day by day."""


class StoreCollector(Collector):
    """Gives a registry the readings that were made last.

    Attributes:
        readings: Set before the registry is written down; None where the database does not answer.
    """

    readings: Readings | None = None

    def describe(self) -> Iterable[GaugeMetricFamily]:
        """Return nothing: a registry asks when the collector is registered, and no reading is there yet."""
        return ()

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Return the families."""
        up = self.readings is not None
        yield GaugeMetricFamily("elec_database_up", "Whether the database answers.", value=float(up))
        if self.readings is not None:
            yield from families(self.readings)


def families(readings: Readings) -> Iterator[GaugeMetricFamily]:
    """Return what readings tell, without what is not known."""
    yield GaugeMetricFamily(
        "elec_readings_timestamp_seconds", "When the database was read.", value=readings.at.timestamp()
    )
    yield _gauge(
        "elec_series_newest_timestamp_seconds",
        "The newest hour or interval of a series; of forecasts it lies ahead.",
        ("series",),
        {(name,): at.timestamp() for name, at in readings.newest.items() if at is not None},
    )
    yield _gauge(
        "elec_series_allowed_age_seconds",
        "How far the newest may lie behind the clock on a day that goes well; negative: ahead of it.",
        ("series",),
        {(name,): age.total_seconds() for name, age in OLDEST.items()},
    )
    yield from _completeness(readings)
    yield _gauge(
        "elec_forecast_skill_ratio",
        "1 less the MAPE relative to that of RTE's D-1, on the same of the last seven delivery days.",
        ("forecaster",),
        {(name,): skill.ratio for name, skill in readings.skill.items()},
    )
    yield _gauge(
        "elec_forecast_skill_days",
        "How many days the skill stands on.",
        ("forecaster",),
        {(name,): float(skill.days) for name, skill in readings.skill.items()},
    )
    yield GaugeMetricFamily(
        "elec_forecasts_held_back",
        "Issues of the last seven days whose own forecast was implausible and is not published.",
        value=readings.held_back,
    )
    if readings.model is not None:
        yield from _model(readings.model)
    if readings.orchestrator is not None:
        yield from _orchestrator(readings.orchestrator)
    if readings.backups is not None:
        yield from _backups(readings.backups)


def _completeness(readings: Readings) -> Iterator[GaugeMetricFamily]:
    shares: dict[tuple[str, ...], float] = {}
    for days_ago, state in enumerate(reversed(readings.days[-SHOWN_DAYS:]), start=1):
        n_hours = len(hours(state.day))
        counts = {
            "actuals": state.complete_hours,
            "rte_d1": state.rte_hours,
            "temperature": state.temperature_hours,
        }
        shares |= {(series, str(days_ago)): count / n_hours for series, count in counts.items()}
    yield _gauge(
        "elec_delivery_day_completeness_ratio",
        "Share of the hours of a past delivery day that are there.",
        ("series", "days_ago"),
        shares,
    )
    yield _gauge(
        "elec_delivery_days_lacking",
        "How many of the last fourteen delivery days lack something that is due.",
        ("lack",),
        {(lack.value,): float(count) for lack, count in readings.lacking.items()},
    )


def _model(model: ModelReading) -> Iterator[GaugeMetricFamily]:
    yield _gauge(
        "elec_model_info", "The model in use, and why.", ("version", "reason"),
        {(model.version, model.reason): 1.0},
    )  # fmt: skip
    shares: dict[tuple[str, ...], float] = {}
    for each in model.weights:
        for part, of_experts in (("median", each.medians), ("width", each.widths)):
            for expert, weight in of_experts.items():
                shares[expert, part, each.situation, "+".join(each.inputs)] = weight
    yield _gauge(
        "elec_expert_weight_ratio",
        "Share of an expert in the model's median, or in the width of its bands, by what a forecast stands on.",
        ("expert", "part", "situation", "inputs"),
        shares,
    )


def _orchestrator(found: Orchestrator) -> Iterator[GaugeMetricFamily]:
    yield _gauge(
        "elec_dagster_runs", "Runs of Dagster that are queued, or running.", ("status",),
        {(status,): float(count) for status, count in found.runs.items()},
    )  # fmt: skip
    yield GaugeMetricFamily(
        "elec_dagster_failed_runs", "Runs of Dagster that failed in the last 24 hours.", value=found.failed_runs
    )
    yield _gauge(
        "elec_asset_last_success_timestamp_seconds",
        "When an asset was last materialised.",
        ("asset",),
        {(name,): at.timestamp() for name, at in found.last_success.items()},
    )
    yield _gauge(
        "elec_asset_check_passed",
        "Whether the newest result of an asset check is well; fully_informed fails where a forecast is degraded.",
        ("asset", "check"),
        {key: float(is_well) for key, is_well in found.checks.items()},
    )
    yield _gauge(
        "elec_dagster_heartbeat_timestamp_seconds",
        "When a part of Dagster's daemon last gave a sign of life.",
        (),
        {(): found.heartbeat.timestamp()} if found.heartbeat else {},
    )
    yield _gauge(
        "elec_nightly_backup_passed",
        "Whether the last nightly backup was made, restored and found the same.",
        (),
        {(): float(found.backup.is_well)} if found.backup else {},
    )


def _backups(found: Standing) -> Iterator[GaugeMetricFamily]:
    yield GaugeMetricFamily("elec_backups", "Whole backups in the folder for them.", value=found.whole)
    yield _gauge(
        "elec_backup_newest_timestamp_seconds",
        "When the newest whole backup was made.",
        (),
        {(): found.newest.timestamp()} if found.newest else {},
    )
    yield GaugeMetricFamily(
        "elec_backup_allowed_age_seconds", "How old it may be.", value=OLDEST_BACKUP.total_seconds()
    )


def _gauge(
    name: str, about: str, labels: tuple[str, ...], values: Mapping[tuple[str, ...], float]
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, about, labels=labels)
    for key, value in values.items():
        family.add_metric(key, value)
    return family
