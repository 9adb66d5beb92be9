"""`chronos_predictions`: our forecasts, morning and evening issue of each delivery day."""

from typing import TYPE_CHECKING

import dagster as dg

from elec_pipeline.defs import by_day, metadata
from elec_pipeline.defs.assets.fine_tuned_chronos import fine_tuned_chronos
from elec_pipeline.defs.assets.hourly_consumption import hourly_consumption
from elec_pipeline.defs.assets.rte_forecasts import rte_forecasts
from elec_pipeline.defs.assets.weather_forecasts import weather_forecasts
from elec_pipeline.defs.faults import typed_faults
from elec_pipeline.defs.partitions import AS_FAR_AS_POSSIBLE_TAG, asked_days, delivery_days, one_run
from elec_pipeline.defs.resources import ChronosResource, ClockResource, StoreResource

if TYPE_CHECKING:
    from elec_pipeline.steps.issuing import IssueReport

CONTEXT_DAYS = 91
"""How far back the bundled model looks; for the lineage only, the model itself takes what it needs."""

days_before = dg.TimeWindowPartitionMapping(
    start_offset=-CONTEXT_DAYS, end_offset=-1, allow_nonexistent_upstream_partitions=True
)


@dg.asset(
    partitions_def=delivery_days,
    backfill_policy=one_run,
    # Of the model: for the lineage. Which one is in use is asked for in every run, and may be the bundled one.
    deps=[
        dg.AssetDep(hourly_consumption, partition_mapping=days_before),
        rte_forecasts,
        weather_forecasts,
        fine_tuned_chronos,
    ],
    kinds={"postgres", "pytorch"},
    group_name="forecasts",
    check_specs=[
        dg.AssetCheckSpec("quantiles_in_order", asset="chronos_predictions", description="Quantiles never cross."),
        dg.AssetCheckSpec(
            "fully_informed",
            asset="chronos_predictions",
            description="The week before was known without gaps, and so was RTE's forecast in the evening; "
            "nothing known was left out as implausible.",
        ),
        dg.AssetCheckSpec(
            "plausible",
            asset="chronos_predictions",
            description="No forecast was held back because it is far outside what season and last weeks allow.",
        ),
    ],
)
def chronos_predictions(
    context: dg.AssetExecutionContext, store: StoreResource, chronos: ChronosResource, clock: ClockResource
) -> dg.MaterializeResult:
    """Hourly quantiles of each delivery day, from what was known at the issue time.

    Issues every issue that is due and that the model has not made yet, so that a backfill writes both.
    """
    from elec_pipeline.steps import day_figures
    from elec_pipeline.steps.issuing import issue_due
    from elec_pipeline.store import queries

    first, last = asked_days(context)
    with typed_faults(context):
        used = chronos.in_use()
        forecaster = chronos.forecaster(used)
        report = issue_due(
            store.engine(),
            forecaster,
            first,
            last,
            now=clock.now(),
            may_refuse_all=AS_FAR_AS_POSSIBLE_TAG in context.run.tags,
            progress=lambda day: context.log.info(f"forecasts are issued up to {day}"),
        )
        by_day.tell_of_table(context, store, queries.first_predictions, day_figures.of_predictions)
    for reason in (*report.refused, *report.held_back):
        context.log.warning(reason)
    return dg.MaterializeResult(
        metadata={
            **metadata.of_run(
                context,
                report.written,
                issues_made=len(report.issued),
                issues_refused=len(report.refused),
                issues_degraded=len(_degraded(report)),
                issues_held_back=len(report.held_back),
                issues_on_nominal_vintages=sum(known.nominal_vintages for known in report.issued),
            ),
            "values left out": ", ".join(_left_out(report)) or "none",
            "inputs not used": ", ".join(_unused(report, forecaster.inputs)) or "none",
            "model version": forecaster.version,
            "model in use": used.why,
        },
        check_results=[_in_order(report), _fully_informed(report), _plausible(report)],
    )


def _in_order(report: "IssueReport") -> dg.AssetCheckResult:
    return metadata.check(
        "quantiles_in_order",
        expected="no crossing",
        actual=f"{report.crossings} hours with crossing quantiles",
        passed=report.crossings == 0,
        severity=dg.AssetCheckSeverity.ERROR,
    )


def _fully_informed(report: "IssueReport") -> dg.AssetCheckResult:
    degraded = _degraded(report)
    return metadata.check(
        "fully_informed",
        expected=f"{len(report.issued)} issues without gaps, none refused",
        actual=f"{len(degraded)} degraded, {len(report.refused)} refused",
        passed=not degraded and not report.refused,
        degraded=", ".join(degraded) or "none",
    )


def _plausible(report: "IssueReport") -> dg.AssetCheckResult:
    reasons = [*report.held_back, *report.implausible]
    return metadata.check(
        "plausible",
        expected="every forecast plausible",
        actual=f"{len(report.held_back)} held back, {len(report.implausible)} not published",
        passed=not reasons,
        severity=dg.AssetCheckSeverity.ERROR,
        reasons=" ".join(reasons) or "none",
    )


def _left_out(report: "IssueReport") -> list[str]:
    """Say of which issues values were known and not believed, and how many."""
    return [
        f"{known.delivery_day} {known.issue}: {', '.join(f'{n} of {name}' for name, n in known.left_out.items())}"
        for known in report.issued
        if known.left_out
    ]


def _unused(report: "IssueReport", inputs: frozenset[str]) -> list[str]:
    """Name the inputs that an issue could not use though its experts do."""
    return [
        f"{known.delivery_day} {known.issue}: {name}"
        for known in report.issued
        for name in sorted(inputs - known.usable_inputs)
    ]


def _degraded(report: "IssueReport") -> list[str]:
    return [f"{known.delivery_day} {known.issue}" for known in report.issued if known.is_degraded]
