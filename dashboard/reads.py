"""From the store's queries to the frames that pages show. One connection in, plain frames out.

Here: which queries a page needs and how their answers are joined. Not here: SQL, Streamlit, caching (`store`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
from sqlalchemy import Connection

from dashboard import states
from dashboard.states import Verdict, judge
from elec_pipeline.domain.delivery_day import (
    HOUR,
    PARIS,
    Issue,
    day_end,
    day_start,
    delivery_day,
    hours,
    issue_time,
    same_time_days_before,
)
from elec_pipeline.domain.inputs import WEATHER
from elec_pipeline.domain.load_curve import QUARTERS_AN_HOUR
from elec_pipeline.domain.quantiles import COLUMNS
from elec_pipeline.domain.rte_bar import DAY_AHEAD, RTE_D1, RTE_D1_LATEST, rte_d1, rte_d1_latest
from elec_pipeline.domain.weather_leads import DAY_AHEAD_LEADS_DAYS
from elec_pipeline.store import queries
from elec_pipeline.store.queries.series import AFTER_THE_FACT

SERIES = ("actual", "rte_d1", "ours")
WEATHER_REACH_DAYS = 16
"""No forecast of Open-Meteo's reaches further."""
_TABLES = {"actual": "raw_consumption", "rte_d1": "rte_forecasts", "ours": "chronos_predictions"}


@dataclass(frozen=True)
class Standing:
    """How a series stands.

    Attributes:
        verdict: Its state.
        until: Start of its newest hour, UTC; None where it has none.
        due_until: Start of the last hour that is due, UTC.
        updated: When a write last changed it, UTC; None where none is noted.
    """

    verdict: Verdict
    until: datetime | None
    due_until: datetime
    updated: datetime | None

    @property
    def days_behind(self) -> int:
        """By how many whole days the newest hour is behind what is due; 0 where it has none."""
        return 0 if self.until is None else max(0, (self.due_until - self.until).days)


def hourly(connection: Connection, first: date, last: date, issue: Issue | None) -> pd.DataFrame:
    """Return every series on every hour of a range of days, NaN where there is no value.

    Of RTE's forecasts it is the newest of each type: what RTE says now, not what it is scored by (`scored`).

    Returns:
        Index `hour_start` (UTC); `actual_mw`, `quarters`, `rte_d1_mw`, `rte_d2_mw`, the quantiles, `issued_at`,
        `after_the_fact`, `held_back`.
    """
    return queries.side_by_side(connection, first, last, issue)


def issues(connection: Connection, first: date, last: date) -> pd.DataFrame:
    """Return what every issue said of each hour of a range of days: `hour_start`, `issued_at`, `load_mw`.

    What was made after the fact is no issue.
    """
    made = queries.scorable_predictions(connection, day_start(first), day_end(last))
    return made[["hour_start", "issued_at", "load_mw"]]


def quarter_issues(connection: Connection, first: date, last: date) -> pd.DataFrame:
    """Return what `issues` does, of each quarter-hour: `hour_start` is the start of the quarter."""
    made = queries.quarter_hours_between(connection, day_start(first), day_end(last))
    made = made[made["issued_at"] <= made["interval_start"].dt.floor("h")]
    named: pd.DataFrame = made.rename(columns={"interval_start": "hour_start"})
    return named[["hour_start", "issued_at", "load_mw"]]


def scored(connection: Connection, first: date, last: date, issue: Issue | None) -> pd.DataFrame:
    """Return what `hourly` does, with RTE's D-1 as it was known at 20:30 the day before, by which it is scored."""
    frame = hourly(connection, first, last, issue)
    bar = queries.rte_d1_between(connection, day_start(first), day_end(last)).set_index("hour_start")["load_mw"]
    return frame.assign(rte_d1_mw=bar.reindex(frame.index))


def daily(connection: Connection, first: date, last: date, issue: Issue | None) -> pd.DataFrame:
    """Return the mean of every series on every day of a range, with the columns of `hourly` that have one.

    Returns:
        Index: the start of the day (UTC). `quarters` is the mean of its hours: 4 is a complete day.
    """
    means = queries.daily_means(connection, first, last, issue)
    axis = pd.date_range(pd.Timestamp(first), pd.Timestamp(last), freq="D").date
    by_day = {name: frame.set_index("delivery_day").reindex(axis) for name, frame in means.items()}
    starts = pd.date_range(first, last, freq="D", tz=PARIS).tz_convert("UTC").rename("hour_start")
    said = by_day["predictions"]
    n_hours = pd.Series([len(hours(day)) for day in axis], index=axis)
    columns = {
        "actual_mw": by_day["actual"]["load_mw"],
        "quarters": by_day["actual"]["quarters"] / n_hours,
        "rte_d1_mw": by_day["rte_d1"]["load_mw"],
        **{str(name): said[name] for name in said if name != AFTER_THE_FACT},
        AFTER_THE_FACT: said[AFTER_THE_FACT].eq(True),  # noqa: FBT003 - absent days are none
    }
    return pd.DataFrame({name: series.to_numpy() for name, series in columns.items()}, index=starts).assign(
        rte_d2_mw=np.nan
    )


def newest_day(connection: Connection) -> date | None:
    """Return the newest delivery day that anything is known of; None in an empty database."""
    newest = queries.newest_instants(connection)
    known = [
        moment
        for name in ("chronos_predictions", "rte_forecasts", "hourly_consumption")
        if (moment := newest[name]) is not None
    ]
    return delivery_day(max(known)) if known else None


def oldest_day(connection: Connection) -> date | None:
    """Return the first delivery day whose actual consumption is there; None where there is none."""
    span = queries.span_of_hours(connection)
    return delivery_day(span[0]) if span else None


def standings(connection: Connection, now: datetime) -> dict[str, Standing]:
    """Return how each of `SERIES` stands at a moment.

    Args:
        connection: Open.
        now: The moment; of what is due, `states` says.
    """
    newest = queries.newest_instants(connection)
    changed = queries.last_changes(connection)
    rte, rte_until = _rte(connection, states.rte_due(now))
    due = {
        "actual": states.actuals_due(now),
        "rte_d1": states.rte_due(now),
        "ours": states.hours_of_issue(states.issue_due(now)),
    }
    verdicts = {
        "actual": _actual(connection, due["actual"]),
        "rte_d1": rte,
        "ours": _ours(connection, states.issue_due(now)),
    }
    until = {
        "actual": newest["hourly_consumption"],
        "rte_d1": rte_until,  # the table's newest hour may be of another type
        "ours": newest["chronos_predictions"],
    }
    return {
        name: Standing(verdicts[name], until[name], due[name][-1].to_pydatetime(), changed.get(_TABLES[name]))
        for name in SERIES
    }


def _actual(connection: Connection, due: pd.DatetimeIndex) -> Verdict:
    begin, _ = states.week_before(due)
    end = due[-1].to_pydatetime() + HOUR
    there = queries.hours_between(connection, begin, end).set_index("hour_start")["quarters"]
    share = there.reindex(due).fillna(0).to_numpy(dtype=np.float64) / QUARTERS_AN_HOUR
    revised = queries.revisions_between(connection, due[0].to_pydatetime(), end)
    revisions = int(revised["old_load_mw"].notna().sum())
    return judge(share, has_older=bool((there.index < due[0]).any()), revisions=revisions, grows=True)


def _rte(connection: Connection, due: pd.DatetimeIndex) -> tuple[Verdict, datetime | None]:
    begin, end = states.week_before(due)
    vintages = queries.vintages_between(connection, begin, end + timedelta(days=1))
    d1 = vintages[vintages["forecast_type"] == "D-1"]
    counts = d1.groupby("hour_start")["load_mw"].nunique()
    of_day = counts.reindex(due).fillna(0)
    share = np.where(of_day.to_numpy() > 0, 1.0, 0.0)
    revisions = int((of_day - 1).clip(lower=0).sum())
    verdict = judge(share, has_older=bool((d1["hour_start"] < due[0]).any()), revisions=revisions)
    return verdict, None if d1.empty else d1["hour_start"].max().to_pydatetime()


def _ours(connection: Connection, due: datetime) -> Verdict:
    axis = states.hours_of_issue(due)
    begin, end = states.week_before(axis)
    made = queries.scorable_predictions(connection, begin, end)
    here = made.loc[(made["issued_at"] >= due) & made["hour_start"].isin(axis), "hour_start"]
    share = np.where(axis.isin(here), 1.0, 0.0).astype(np.float64)
    return judge(share, has_older=bool((made["issued_at"] < due).any()))


def weather(connection: Connection, now: datetime) -> tuple[datetime, dict[str, datetime]] | None:
    """Return what is known of the weather to come: when the newest forecast was issued, each input's last hour.

    Args:
        connection: Open.
        now: The moment.

    Returns:
        Instants in UTC; inputs of which nothing is known are missing. None where no forecast reaches beyond now.
    """
    known = queries.inputs_between(connection, now, now + timedelta(days=WEATHER_REACH_DAYS))
    if known.empty:
        return None
    last = {name: known.loc[known[name].notna(), "hour_start"].max() for name in WEATHER}
    return known["issued_at"].max().to_pydatetime(), {
        name: hour.to_pydatetime() for name, hour in last.items() if not pd.isna(hour)
    }


def day_ahead(connection: Connection, now: datetime) -> date | None:
    """Return the delivery day that a reader wants now: tomorrow if it is forecast, else the newest that is."""
    return queries.day_ahead(connection, now)


def compared(connection: Connection, first: date, last: date) -> pd.DataFrame:
    """Return actuals and every forecaster on each complete hour of a range of days.

    Returns:
        Index `hour_start` (UTC); `actual_mw`, `rte_d1` (known at 20:30 the day before), `rte_is_nominal` (whether
        it counts by its nominal time), `rte_d1_latest`, `seasonal_naive`, `temperature_c`, and for each issue the
        quantiles as `chronos_morning.q05` and so on, the median as `chronos_morning`.
    """
    axis = hours(first, last).rename("hour_start")
    start, end = day_start(first), day_end(last)
    actual = queries.hours_between(connection, day_start(first - timedelta(days=7)), end)
    complete = actual.loc[actual["quarters"] == QUARTERS_AN_HOUR].set_index("hour_start")["load_mw"]
    vintages = queries.vintages_between(connection, start, end, DAY_AHEAD)
    bar = rte_d1(vintages).set_index("hour_start")
    latest = rte_d1_latest(vintages).set_index("hour_start")["load_mw"]
    made = queries.scorable_predictions(connection, start, end)
    columns: dict[str, object] = {
        "actual_mw": complete.reindex(axis).to_numpy(),
        RTE_D1: bar["load_mw"].reindex(axis).to_numpy(),
        "rte_is_nominal": axis.isin(bar.index[bar["is_nominal"]]),
        RTE_D1_LATEST: latest.reindex(axis).to_numpy(),
        "seasonal_naive": complete.reindex(same_time_days_before(axis, 7)).to_numpy(),
        "temperature_c": _temperatures(connection, start, end).reindex(axis).to_numpy(),
    }
    for issue in Issue:
        times = pd.DatetimeIndex([issue_time(day, issue) for day in pd.date_range(first, last).date])
        said = made[made["issued_at"].isin(times)].drop_duplicates("hour_start").set_index("hour_start")
        name = f"chronos_{issue}"
        for column in COLUMNS:
            key = name if column == "load_mw" else f"{name}.{column}"
            columns[key] = said[column].reindex(axis).to_numpy()
    return pd.DataFrame(columns, index=axis).dropna(subset=["actual_mw"])


def _temperatures(connection: Connection, start: datetime, end: datetime) -> pd.Series:
    """Return the newest temperature forecast of each hour, °C."""
    forecasts = queries.inputs_between(connection, start, end, leads_days=DAY_AHEAD_LEADS_DAYS)
    forecasts = forecasts.dropna(subset="temperature_c")
    forecasts = forecasts.sort_values(["hour_start", "issued_at"])
    return forecasts.drop_duplicates("hour_start", keep="last").set_index("hour_start")["temperature_c"]
