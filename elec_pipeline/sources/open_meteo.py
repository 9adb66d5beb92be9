"""Open-Meteo: the temperature of France as it was forecast, now and in the past.

Here: the requests, what each status means, and when a value counts as known. Not here: the reading of a reply
(`open_meteo_reply`), the waits (`retries`), the cities (`cities`). Reanalysis is never asked for.

When a value was known:

- A forecast fetched now is known now. Of it only hours still to come are kept: Open-Meteo fills the hours
  gone by with what it knows better by then.
- `temperature_2m_previous_dayN` of the previous-runs API is, for an hour h, the value of the model run that
  began at least N times 24 hours before h. A run is computed and delivered some hours after it began, so the
  value counts as known `RUN_DELAY` later: at h - 24 N hours + 6 hours. For the hours of a delivery day D,
  `previous_day1` is thus known at 10:00 on D-1 only up to 04:00 of D, and at 20:30 only up to 14:00 of D: the
  hours after are forecast later than that. `previous_day2` is known at both issues for all of D, of 25 hours
  too. Both are stored, as two vintages; the information set takes for each hour the newer of those known.

The archive of previous runs begins in January 2024 for most models; of GFS, which is asked for by name before
that, in March 2021.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

import pandas as pd
import requests

from elec_pipeline.domain.delivery_day import FIRST_PREVIOUS_RUNS_DAY, HOUR, day_end, day_start, spans
from elec_pipeline.errors import SourceQuotaError, SourceUnavailableError
from elec_pipeline.sources.allowance import Allowance
from elec_pipeline.sources.cities import CITIES, City
from elec_pipeline.sources.http import error_of, get, json_fields, new_session
from elec_pipeline.sources.left_out import LeftOut
from elec_pipeline.sources.open_meteo_reply import read_hourly
from elec_pipeline.sources.retries import RetryPlan

FORECAST_PATH = "/v1/forecast"
"""Of both APIs; they differ by host."""
EVERY_MODEL_FROM = date(2024, 1, 2)
"""Before, only GFS has previous runs; from then on Open-Meteo takes the best model of each place. The archive's
first UTC day is 1 January: the Paris day begins an hour before it."""
LEADS_DAYS = (1, 2)
RUN_DELAY = timedelta(hours=6)
"""From the start of a model run to its delivery by Open-Meteo, for the slowest of the models."""
LONGEST_WINDOW_DAYS = 31
CALLS_A_MINUTE = 500.0
"""Open-Meteo allows 600 a minute, 5,000 an hour, 10,000 a day, and counts every place and every 14 days as one.
All that there is of the past takes about 3,000."""
TIMEOUT_S = (10.0, 30.0)
_ADVICE = dict.fromkeys((401, 403), "check OPEN_METEO_URL")
_DAYS_A_CALL = 14
_ONE_MINUTE_S = 61.0
_ONE_HOUR_S = 3600.0
_OPEN_METEO = {"api.open-meteo.com", "previous-runs-api.open-meteo.com"}
_UTC_DAY: Final = "%Y-%m-%d"


class OpenMeteoClient:
    """A session with Open-Meteo's two APIs, or with a simulator of them.

    Attributes:
        left_out: What could not be read of the replies so far.

    Args:
        forecast_url: Scheme and host of the forecast API.
        previous_runs_url: Scheme and host of the previous-runs API.
        cities: Where the temperature is taken.
        retries: How often and how long to try again.
        allowance: Shared by the clients of a process.
        timeout_s: For the connection and for each read.
    """

    def __init__(
        self,
        forecast_url: str,
        previous_runs_url: str,
        *,
        cities: Sequence[City] = CITIES,
        retries: RetryPlan | None = None,
        allowance: Allowance | None = None,
        timeout_s: tuple[float, float] = TIMEOUT_S,
    ) -> None:
        self.left_out = LeftOut()
        self._forecast_url = forecast_url
        self._previous_runs_url = previous_runs_url
        self._cities = cities
        # The issue must not wait for the weather: four tries take three minutes at the most.
        self._retries = retries or RetryPlan(attempts=4, longest_wait_s=_ONE_MINUTE_S)
        self._allowance = allowance or Allowance(CALLS_A_MINUTE)
        self._timeout_s = timeout_s
        self._session = new_session()

    @classmethod
    def of_process(
        cls, forecast_url: str, previous_runs_url: str, *, on_retry: Callable[[str], None]
    ) -> OpenMeteoClient:
        """Return a client that shares its allowance with all others of this process.

        Args:
            forecast_url: Scheme and host of the forecast API.
            previous_runs_url: Scheme and host of the previous-runs API.
            on_retry: Called with a sentence before each wait.
        """
        plan = RetryPlan(attempts=4, longest_wait_s=_ONE_MINUTE_S, on_retry=on_retry)
        return cls(
            forecast_url, previous_runs_url, retries=plan, allowance=allowance_of(forecast_url, previous_runs_url)
        )

    def forecast(self, first: date, last: date, *, now: datetime) -> pd.DataFrame:
        """Return the forecast as it stands now, for the hours of a range of Paris days that are still to come.

        Args:
            first: First Paris day.
            last: Last Paris day, included, at most two weeks ahead.
            now: Current instant, UTC: the issue time of what comes.

        Returns:
            Columns `hour_start`, `issued_at` (UTC), `temperature_c` (degrees Celsius); no missing values.

        Raises:
            SourceQuotaError: The quota of the hour or the day is used up.
            SourceError: No proper answer, after every retry where one can help.
        """
        frame = self._hourly(self._forecast_url, ["temperature_2m"], first, last)
        made = frame.rename(columns={"temperature_2m": "temperature_c"})
        made.insert(1, "issued_at", pd.Timestamp(now).as_unit("us"))
        return made[made["hour_start"] > pd.Timestamp(now)].dropna().reset_index(drop=True)

    def previous_runs(self, first: date, last: date, *, now: datetime) -> pd.DataFrame:
        """Return what was forecast one and two days ahead for a range of Paris days, at most 31 of them.

        Args:
            first: First Paris day.
            last: Last Paris day, included.
            now: Current instant, UTC: nothing that would count as known later is returned.

        Returns:
            As `forecast`, with up to two rows an hour; empty before `FIRST_PREVIOUS_RUNS_DAY`.

        Raises:
            SourceQuotaError: The quota of the hour or the day is used up.
            SourceError: No proper answer, after every retry where one can help.
        """
        if not 1 <= (last - first).days + 1 <= LONGEST_WINDOW_DAYS:
            raise ValueError(f"{first} to {last} is not a window of 1 to {LONGEST_WINDOW_DAYS} days")
        names = {days: f"temperature_2m_previous_day{days}" for days in LEADS_DAYS}
        parts = [
            self._hourly(self._previous_runs_url, list(names.values()), begin, end, models=models)
            for begin, end, models in _by_archive(first, last)
        ]
        vintages = [
            pd.DataFrame(
                {
                    "hour_start": part["hour_start"],
                    "issued_at": part["hour_start"] - timedelta(days=days) + RUN_DELAY,
                    "temperature_c": part[name],
                }
            )
            for part in parts
            for days, name in names.items()
        ]
        if not vintages:
            return pd.DataFrame(columns=["hour_start", "issued_at", "temperature_c"])
        made = pd.concat(vintages).dropna()
        known = made["issued_at"] <= pd.Timestamp(now)
        return made[known].sort_values(["hour_start", "issued_at"], ignore_index=True)

    def _hourly(
        self, host: str, variables: Sequence[str], first: date, last: date, models: str = ""
    ) -> pd.DataFrame:
        start, end = day_start(first), day_end(last)
        query = {
            "latitude": ",".join(str(city.latitude) for city in self._cities),
            "longitude": ",".join(str(city.longitude) for city in self._cities),
            "hourly": ",".join(variables),
            "timezone": "UTC",
            "timeformat": "unixtime",
            # Days of UTC, both ends included: Paris days begin an hour or two before theirs.
            "start_date": start.strftime(_UTC_DAY),
            "end_date": (end - HOUR).strftime(_UTC_DAY),
        } | ({"models": models} if models else {})
        utc_days = ((end - HOUR).date() - start.date()).days + 1
        calls = len(self._cities) * max(1.0, utc_days / _DAYS_A_CALL)
        weights = [city.weight for city in self._cities]

        def fetch() -> pd.DataFrame:
            self._allowance.take(calls)
            return read_hourly(self._get(host, query), variables, weights, self.left_out)

        frame = self._retries.run(fetch)
        inside = frame["hour_start"].between(start, end, inclusive="left")
        return frame[inside].reset_index(drop=True)

    def _get(self, host: str, query: dict[str, str]) -> bytes:
        reply = get(
            self._session, host + FORECAST_PATH, query, timeout_s=self._timeout_s, setting="OPEN_METEO_URL"
        )
        told = "".join(json_fields(reply.content, "reason"))
        error = error_of(reply, told, _ADVICE)
        if error is None:
            return reply.content
        if reply.status_code == requests.codes.too_many_requests and told.startswith(("Daily", "Hourly")):
            self._allowance.refuse(_ONE_HOUR_S, str(error))
            raise SourceQuotaError(str(error))
        if (
            isinstance(error, SourceUnavailableError)
            and error.retry_after_s is None
            and told.startswith("Minutely")
        ):
            error.retry_after_s = _ONE_MINUTE_S
        raise error


@lru_cache(maxsize=8)
def allowance_of(*hosts: str) -> Allowance:
    """Return what this process may ask of some hosts; a host that is not Open-Meteo's own counts nothing."""
    is_open_meteo = any(urlsplit(host).hostname in _OPEN_METEO for host in hosts)
    return Allowance(CALLS_A_MINUTE if is_open_meteo else None)


def _by_archive(first: date, last: date) -> list[tuple[date, date, str]]:
    """Cut a range of days where the archive changes: nothing, then GFS alone, then the best of all models.

    Example:
        >>> for begin, end, models in _by_archive(date(2023, 12, 31), date(2024, 1, 3)):
        ...     print(begin, end, models or "best")
        2023-12-31 2024-01-01 gfs_seamless
        2024-01-02 2024-01-03 best
    """
    eve = EVERY_MODEL_FROM - timedelta(days=1)
    gfs = spans(max(first, FIRST_PREVIOUS_RUNS_DAY), min(last, eve), LONGEST_WINDOW_DAYS)
    best = spans(max(first, EVERY_MODEL_FROM), last, LONGEST_WINDOW_DAYS)
    return [(*span, "gfs_seamless") for span in gfs] + [(*span, "") for span in best]
