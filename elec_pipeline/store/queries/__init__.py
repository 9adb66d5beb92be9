"""Every read of the tables. Pages, the API, assets and scores read through here and nowhere else.

All times are UTC, all loads MW. Every query is bounded by a time range on the primary key.
"""

from elec_pipeline.store.alert_reads import deliveries_of, lost_deliveries, recorded_alerts
from elec_pipeline.store.queries.completeness import day_states
from elec_pipeline.store.queries.days import daily_means, quarters_by_day, revisions_by_day, rte_minutes_by_day
from elec_pipeline.store.queries.history import (
    history,
    hours_between,
    inputs_between,
    issues_between,
    raw_between,
    readings_between,
    revisions_between,
    rte_d1_between,
    vintages_between,
)
from elec_pipeline.store.queries.intraday import (
    intraday_between,
    intraday_issues_made,
    newest_intraday,
)
from elec_pipeline.store.queries.provisional import provisional_days
from elec_pipeline.store.queries.quarter_hours import (
    hours_without_quarters,
    newest_quarter_hours,
    quarter_hours_between,
    quarter_hours_known,
)
from elec_pipeline.store.queries.quarters_side_by_side import quarters_side_by_side
from elec_pipeline.store.queries.registry import promoted_model, registered_models
from elec_pipeline.store.queries.rte_weekly import weekly_vintages
from elec_pipeline.store.queries.scores import accuracy_between, scored_days
from elec_pipeline.store.queries.series import (
    expert_predictions_between,
    first_predictions,
    issues_made,
    newest_predictions,
    newest_vintages,
    prediction_changes_between,
    scorable_predictions,
)
from elec_pipeline.store.queries.side_by_side import day_ahead, side_by_side
from elec_pipeline.store.queries.state import (
    data_version,
    last_changes,
    newest_instants,
    newest_weather,
    server_version,
    span_of_hours,
)
from elec_pipeline.store.queries.watched import (
    first_forecast_at,
    held_back_issues,
    held_back_since,
    newest_temperatures,
    older_revisions,
)
from elec_pipeline.store.queries.week_ahead import (
    newest_week_ahead,
    week_ahead_between,
    week_ahead_issued_between,
    week_ahead_issues_made,
    week_ahead_peaks_between,
)

__all__ = [
    "accuracy_between",
    "daily_means",
    "data_version",
    "day_ahead",
    "day_states",
    "deliveries_of",
    "expert_predictions_between",
    "first_forecast_at",
    "first_predictions",
    "held_back_issues",
    "held_back_since",
    "history",
    "hours_between",
    "hours_without_quarters",
    "inputs_between",
    "intraday_between",
    "intraday_issues_made",
    "issues_between",
    "issues_made",
    "last_changes",
    "lost_deliveries",
    "newest_instants",
    "newest_intraday",
    "newest_predictions",
    "newest_quarter_hours",
    "newest_temperatures",
    "newest_vintages",
    "newest_weather",
    "newest_week_ahead",
    "older_revisions",
    "prediction_changes_between",
    "promoted_model",
    "provisional_days",
    "quarter_hours_between",
    "quarter_hours_known",
    "quarters_by_day",
    "quarters_side_by_side",
    "raw_between",
    "readings_between",
    "recorded_alerts",
    "registered_models",
    "revisions_between",
    "revisions_by_day",
    "rte_d1_between",
    "rte_minutes_by_day",
    "scorable_predictions",
    "scored_days",
    "server_version",
    "side_by_side",
    "span_of_hours",
    "vintages_between",
    "week_ahead_between",
    "week_ahead_issued_between",
    "week_ahead_issues_made",
    "week_ahead_peaks_between",
    "weekly_vintages",
]
