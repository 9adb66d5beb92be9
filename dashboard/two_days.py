"""Two delivery days side by side by Paris hour, and their differences. Pure.

Here: which hours of two days stand beside each other. Not here: words (`views.two_days`), curves
(`charts.two_days`).

Hours are matched by the Paris clock. Of a night that has an hour twice, the first of the two stands beside the
only one of another day, and the second beside nothing; an hour that a day lacks leaves a gap.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from elec_pipeline.domain.day_summary import as_known
from elec_pipeline.domain.delivery_day import PARIS, hours
from elec_pipeline.domain.load_curve import QUARTERS_AN_HOUR


@dataclass(frozen=True)
class TwoDays:
    """Two delivery days.

    Attributes:
        table: Index: labels of Paris hours, in order. `first_mw`, `second_mw`, `difference_mw`, the first less
            the second (MW); whether the value is our forecast (`first_is_forecast`, `second_is_forecast`), and
            whether the day has that hour (`first_is_there`, `second_is_there`).
        mean_mw: Mean of the differences; NaN where the days share no hour.
        peak_mw: Difference of the two peaks; NaN where either day lacks an hour.
        hours: How many hours both have.
    """

    table: pd.DataFrame
    mean_mw: float
    peak_mw: float
    hours: int

    @property
    def has_lone_hours(self) -> bool:
        """Whether a clock change leaves an hour that only one of the days has."""
        return bool((self.table["first_is_there"] != self.table["second_is_there"]).any())


def two_days(first: date, of_first: pd.DataFrame, second: date, of_second: pd.DataFrame) -> TwoDays:
    """Return two delivery days side by side.

    Args:
        first: A delivery day.
        of_first: Its hours, as `reads.hourly` returns them: the actual counts where it is complete, else our
            forecast.
        second: The other.
        of_second: Its hours.
    """
    sides = {"first": _by_clock(first, of_first), "second": _by_clock(second, of_second)}
    slots = sorted(set(sides["first"].index) | set(sides["second"].index))
    twice = {hour for hour, again in slots if again}
    table = pd.DataFrame(
        {
            f"{name}_{column}": side[column].reindex(pd.MultiIndex.from_tuples(slots)).to_numpy()
            for name, side in sides.items()
            for column in ("mw", "is_forecast", "is_there")
        },
        index=pd.Index([_label(hour, again, is_twice=hour in twice) for hour, again in slots], name="hour"),
    )
    for name in (each for each in table.columns if "_is_" in each):
        table[name] = table[name].eq(True)  # noqa: FBT003 - an hour that a day lacks is none of its own
    table["difference_mw"] = table["first_mw"] - table["second_mw"]
    peaks = [side["mw"].max() if side["mw"].notna().all() else float("nan") for side in sides.values()]
    return TwoDays(
        table,
        mean_mw=float(table["difference_mw"].mean()),
        peak_mw=float(peaks[0] - peaks[1]),
        hours=int(table["difference_mw"].notna().sum()),
    )


def _by_clock(day: date, series: pd.DataFrame) -> pd.DataFrame:
    """Return what is known of a day by Paris hour and whether that is its second occurrence."""
    axis = hours(day)
    local = axis.tz_convert(PARIS)
    of_day = series.reindex(axis)
    return pd.DataFrame(
        {
            "mw": as_known(of_day).to_numpy(),
            "is_forecast": ((of_day["quarters"] != QUARTERS_AN_HOUR) & of_day["load_mw"].notna()).to_numpy(),
            "is_there": True,
        },
        index=pd.MultiIndex.from_arrays([local.hour, [bool(each.fold) for each in local.to_pydatetime()]]),
    )


def _label(hour: int, again: bool, *, is_twice: bool) -> str:  # noqa: FBT001 - one of the two halves of a slot
    """Return what an hour is called; of one that a day has twice, each bears its offset."""
    return f"{hour:02d}:00" + (f" UTC+{1 if again else 2}" if is_twice else "")
