"""Issues made within the day: which are due, what each knew, what is stored.

Here: the path from day-ahead forecasts and actual quarter-hours that are stored to the forecast of the hours
ahead. Not here: how it changes (`forecasting.intraday`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import pandas as pd
from sqlalchemy import Engine

from elec_pipeline.domain import intraday
from elec_pipeline.domain.delivery_day import clock, day_end, day_start, days
from elec_pipeline.domain.intraday import HalfHour
from elec_pipeline.domain.quantiles import COLUMNS
from elec_pipeline.domain.quarter_history import QuarterHistory
from elec_pipeline.forecasting.intraday import brought_up_to_date
from elec_pipeline.store import queries
from elec_pipeline.store.bulk import NOTHING, Written
from elec_pipeline.store.forecasts import write_intraday

_QUARTERS = 2
"""Of a half hour."""


@dataclass
class IntradayReport:
    """What a run did.

    Attributes:
        written: Rows added.
        issues: How many issues were made.
        there_already: How many due issues had been made before.
        refused: Issues that cannot be made, with the reason.
    """

    written: Written = NOTHING
    issues: int = 0
    there_already: int = 0
    refused: list[str] = field(default_factory=list)


def issue_within_days(engine: Engine, first: date, last: date, *, now: datetime) -> IntradayReport:
    """Make every hourly issue of a range of Paris days, both ends included, that is due and not made yet."""
    report = IntradayReport()
    for day in days(first, last):
        due = intraday.due(day, now)
        if not due:
            break
        start, end = day_start(day), day_end(day + timedelta(days=1))
        with engine.connect() as connection:
            made = queries.intraday_issues_made(connection, start, day_end(day))
            forecasts = queries.first_predictions(connection, intraday.window(due[0])[0], end)
            quarters = queries.quarter_hours_between(connection, intraday.window(due[0])[0], day_end(day))
        missing = [issued for issued in due if issued not in made]
        report.there_already += len(due) - len(missing)
        if not missing:
            continue
        known = queries.quarter_hours_known(engine, intraday.window(due[0])[0], end)
        frames = [
            frame
            for issued in missing
            if (frame := _issue(issued, forecasts, quarters, known, report)) is not None
        ]
        if frames:
            report.written += write_intraday(engine, pd.concat(frames, ignore_index=True))
    return report


def _issue(
    issued: datetime,
    forecasts: pd.DataFrame,
    quarters: pd.DataFrame,
    known: QuarterHistory,
    report: IntradayReport,
) -> pd.DataFrame | None:
    newest = intraday.newest_half_hour(issued, known.known_at(*intraday.window(issued), issued))
    if newest is None:
        report.refused.append(
            f"{clock(issued)}: no half hour of the last {intraday.OLDEST_HOURS} hours is known. Look at the last "
            "runs of raw_consumption."
        )
        return None
    base = intraday.base_of(forecasts, issued)
    forecast_mw = _of_half_hour(newest, base, quarters)
    ahead = base[base["hour_start"].isin(intraday.hours_ahead(issued))]
    if forecast_mw is None or ahead.empty:
        report.refused.append(
            f"{clock(issued)}: there is no day-ahead forecast, by the quarter-hour, of the half hour from "
            f"{clock(newest.start)}, or none of the hours ahead. Look at the last runs of chronos_predictions and "
            "quarter_hourly_predictions."
        )
        return None
    apart = newest.hours_to(pd.DatetimeIndex(ahead["hour_start"]))
    quantiles = brought_up_to_date(ahead[list(COLUMNS)].to_numpy(), newest.load_mw / forecast_mw - 1, apart)
    report.issues += 1
    frame = ahead[["hour_start"]].assign(
        issued_at=pd.Timestamp(issued).as_unit("us"), model_version=ahead["model_version"]
    )
    frame[list(COLUMNS)] = quantiles
    return frame.assign(goes_on_from=ahead["issued_at"], known_until=pd.Timestamp(newest.end).as_unit("us"))


def _of_half_hour(newest: HalfHour, base: pd.DataFrame, quarters: pd.DataFrame) -> float | None:
    """Return what the day-ahead forecast said of a half hour, MW; None where it did not speak of both quarters."""
    inside = quarters["interval_start"].between(
        pd.Timestamp(newest.start), pd.Timestamp(newest.end), inclusive="left"
    )
    said = quarters[inside].assign(hour_start=quarters["interval_start"].dt.floor("h"))
    said = said.merge(base[["hour_start", "issued_at", "model_version"]])
    return float(said["load_mw"].mean()) if len(said) == _QUARTERS else None
