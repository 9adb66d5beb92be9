"""Which zone the times of the older layout are of where they carry none.

Here: what a dump or a database says of it itself, and the zone given by the user, which counts where it says
nothing. Not here: the reading of a time (`older_rows`).

- `SET timezone` in a dump is the zone of every time in it that carries none.
- `prediction_date` and `forecast_date` are the clock of the older project's database: a column without a zone took
  its default, the current time, in the zone of the session. The offsets of the columns that have one show that
  zone, for PostgreSQL writes them in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import pandas as pd

from elec_pipeline.imports.older_rows import instant, moment

_SET = re.compile(
    r"\s*(?:SET\s+(?:SESSION\s+|LOCAL\s+)?(?:TIME\s+ZONE|\"?TimeZone\"?\s*(?:=|\bTO\b))\s*"
    r"|SELECT\s+(?:pg_catalog\.)?set_config\(\s*'TimeZone'\s*,\s*)'?(?P<zone>[\w/+\-]+)'?.*",
    re.IGNORECASE,
)


class Zones:
    """The zones of one import.

    Args:
        given: By the user, for times of which nothing else tells.
    """

    def __init__(self, given: ZoneInfo) -> None:
        self._given = given
        self._declared: tzinfo | None = None
        self._offsets: set[timedelta] = set()
        self._given_fits = True
        self._clock_lacks_zone = False

    def read_statement(self, statement: str) -> None:
        """Note the zone that a line of SQL sets, if it does."""
        match = _SET.fullmatch(statement)
        if match is not None:
            self._declared = _zone_named(match["zone"]) or self._declared

    @property
    def of_times(self) -> tzinfo:
        """The zone of times without one, as far as it is known while they are read."""
        return self._declared or self._given

    @property
    def of_clock(self) -> tzinfo:
        """The zone of the older database's clock; to be asked for once every row was read."""
        if self._declared is not None:
            return self._declared
        if self._given_fits or len(self._offsets) != 1:
            return self._given
        [offset] = self._offsets
        return timezone(offset) if offset else UTC

    def time(self, value: object) -> datetime:
        """Return a time as UTC.

        Raises:
            ValueError: It is none, or one that the clock of its zone never showed.
        """
        self._observe(moment(value))
        return instant(value, self.of_times)

    def clock(self, value: object) -> tuple[datetime, bool]:
        """Return what the older database's clock showed, and whether it is UTC: else it is to be `resolved` later.

        Raises:
            ValueError: It is no time.
        """
        shown = moment(value)
        self._observe(shown)
        self._clock_lacks_zone |= shown.tzinfo is None
        if shown.tzinfo is None:
            return shown.replace(tzinfo=UTC), False
        return instant(value, UTC), True

    def resolved(self, shown: pd.Series, is_utc: pd.Series) -> pd.Series:
        """Return what `clock` returned as UTC, once every row was read.

        Args:
            shown: Times, of a UTC column.
            is_utc: Whether each is UTC already.
        """
        second_pass = np.zeros(len(shown), dtype=bool)
        wall = shown.dt.tz_localize(None)
        local = wall.dt.tz_localize(self.of_clock, ambiguous=second_pass, nonexistent="shift_forward")
        return shown.where(is_utc, local.dt.tz_convert(UTC).astype(shown.dtype))

    def notes(self) -> Iterator[str]:
        """Yield what was assumed, for the user to read."""
        yield f"Times without a zone were taken for {zone_name(self.of_times)}."
        if self._clock_lacks_zone and self.of_clock != self.of_times:
            yield f"When forecasts were made was taken for {zone_name(self.of_clock)}, as the other times are."

    def _observe(self, shown: datetime) -> None:
        offset = shown.utcoffset()
        if offset is None:
            return
        self._offsets.add(offset)
        try:
            given = shown.astimezone(self._given).utcoffset()
        except OverflowError:
            return  # the first or the last day that there is: it is refused where it is read
        self._given_fits = self._given_fits and given == offset


def zone_name(zone: tzinfo) -> str:
    """Return how a zone is called.

    Example:
        >>> zone_name(ZoneInfo("Europe/Paris")), zone_name(UTC), zone_name(timezone(timedelta(hours=1)))
        ('Europe/Paris', 'UTC', 'UTC+01:00')
    """
    return zone.key if isinstance(zone, ZoneInfo) else str(zone)


def _zone_named(name: str) -> tzinfo | None:
    """Return a zone as PostgreSQL's SET knows it, where it is one.

    Example:
        >>> [str(_zone_named(name)) for name in ("utc", "Europe/Paris", "-3", "default")]
        ['UTC', 'Europe/Paris', 'UTC-03:00', 'None']
    """
    if re.fullmatch(r"[+-]?\d{1,2}", name):
        return timezone(timedelta(hours=int(name)))
    for spelled in (name, name.upper(), name.title()):
        try:
            return ZoneInfo(spelled)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            continue
    return None
