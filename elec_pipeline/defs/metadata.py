"""Reports of the domain as Dagster metadata and check results, each showing expected and actual."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import dagster as dg

from elec_pipeline.markdown import markdown_table

if TYPE_CHECKING:
    import pandas as pd

    from elec_pipeline.sources.fallback import FallbackSource
    from elec_pipeline.sources.left_out import LeftOut
    from elec_pipeline.steps.consumption import Report
    from elec_pipeline.store.bulk import Written

PREVIEW_ROWS = 8


def of_run(context: dg.AssetExecutionContext, written: Written, **counts: int) -> dict[str, Any]:
    """Return what a run did, all its days together.

    As JSON, which Dagster's UI does not plot: every day of the run carries it, and would be shown with the totals.

    Args:
        context: Of the asset.
        written: What its writes changed.
        counts: More of them.
    """
    asked = context.partition_key_range
    days = asked.start if asked.start == asked.end else f"{asked.start} to {asked.end}"
    rows = {"inserted": written.inserted, "replaced": written.replaced, "unchanged": written.unchanged}
    told = {"days": days, **{f"rows {name}": n for name, n in rows.items()}, **counts}
    return {"this run": dg.MetadataValue.json({name.replace("_", " "): value for name, value in told.items()})}


def left_out(parts: LeftOut, log: logging.Logger) -> str:
    """Return what could not be read of a source's replies, after a warning in the run's log where there is any."""
    if parts:
        log.warning(f"The source's replies held parts that cannot be read, which are left out: {parts}.")
    return str(parts)


def table(frame: pd.DataFrame) -> dg.MetadataValue[Any]:
    """Return the first rows of a frame as a table."""
    shown = frame.head(PREVIEW_ROWS).astype(str)
    return dg.MetadataValue.md(markdown_table(list(shown.columns), shown.to_numpy()) if len(shown) else "nothing")


def check(
    name: str,
    *,
    expected: object,
    actual: object,
    passed: bool,
    severity: dg.AssetCheckSeverity = dg.AssetCheckSeverity.WARN,
    **details: Any,
) -> dg.AssetCheckResult:
    """Return a check result that says what was expected and what was found."""
    return dg.AssetCheckResult(
        check_name=name,
        passed=passed,
        severity=severity,
        metadata={"expected": str(expected), "actual": str(actual), **details},
    )


def complete(report: Report, unit: str) -> dg.AssetCheckResult:
    """Return whether everything that was due is there."""
    return check(
        "complete",
        expected=f"{report.expected} {unit}",
        actual=f"{report.received} {unit}",
        passed=report.received >= report.expected,
    )


def plausible(report: Report) -> dg.AssetCheckResult:
    """Return whether every value can be true (`domain.plausibility`); those that cannot were rejected."""
    from elec_pipeline.domain.plausibility import LIMITS, LOAD

    return check(
        "plausible",
        expected=f"every value between {LIMITS[LOAD].lowest:,.0f} and {LIMITS[LOAD].highest:,.0f} MW, and no jump "
        "that no grid makes",
        actual=f"{len(report.implausible)} rejected",
        passed=report.implausible.empty,
        rejected=table(report.implausible),
    )


def no_conflict(report: Report) -> dg.AssetCheckResult:
    """Return whether no instant came with contradictory values; of those that did, none was stored."""
    return check(
        "no_conflict",
        expected="one value an instant",
        actual=f"{len(report.conflicts)} contradictory values",
        passed=report.conflicts.empty,
        severity=dg.AssetCheckSeverity.ERROR,
        contradictory=table(report.conflicts),
    )


def of_reading(
    context: dg.AssetExecutionContext, report: Report, client: FallbackSource, source: str, unit: str
) -> dg.MaterializeResult[Any]:
    """Return what a run that asked a source for load curves has to tell, after a warning for each rejected value.

    Args:
        context: Of the asset.
        report: Of the reading.
        client: Which was asked.
        source: Name of the source that is set.
        unit: Of what is due.
    """
    for _, row in report.implausible.iterrows():
        context.log.warning(f"rejected {row['load_mw']} MW at {row['interval_start']}: beyond belief")
    return dg.MaterializeResult(
        metadata={
            **of_run(context, report.written),
            "fallback": client.outage or "not used",
            "left out": left_out(client.left_out, context.log),
        },
        check_results=[
            complete(report, unit),
            plausible(report),
            no_conflict(report),
            first_choice(source, client.outage),
        ],
    )


def first_choice(source: str, outage: str) -> dg.AssetCheckResult:
    """Return whether the values came from the source that is set, and not from one standing in for it."""
    return check(
        "first_choice",
        expected=f"values of the source {source}",
        actual=f"values of the open data: {outage}" if outage else f"values of the source {source}",
        passed=not outage,
    )
