"""Open-Meteo: the weather of France as it was forecast, now and in the past.

Here: the requests, what each status means, and when a value counts as known. Not here: the reading of a reply
(`open_meteo_reply`), names and costs (`open_meteo_variables`), the waits (`retries`), the cities (`cities`).
Reanalysis is never asked for.

When a value was known:

- A forecast fetched now is known now. Of it only hours still to come are kept: Open-Meteo fills the hours
  gone by with what it knows better by then.
- `temperature_2m_previous_dayN` of the previous-runs API is, for a time t, the value of the model run that
  began at least N times 24 hours before t. A run is computed and delivered some hours after it began, so the
  value counts as known `RUN_DELAY` later: at t - 24 N hours + 6 hours. For the hours of a delivery day D,
  `previous_day1` is thus known at 10:00 on D-1 only up to 04:00 of D, and at 20:30 only up to 14:00 of D: the
  hours after are forecast later than that. `previous_day2` is known at both issues for all of D, of 25 hours
  too. Both are stored, as two vintages; the information set takes for each hour the newer of those known.
- Of the temperature the older ones are stored too, up to `previous_day7`: there are no more. At 10:00 of D they
  are known of all days up to D+6, and of D+7 up to 04:00 alone.

The archive of previous runs begins in January 2024 for most models; of the temperature of GFS, which is asked for
by name before that, in March 2021.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

import pandas as pd
import requests

from elec_pipeline.domain.delivery_day import FIRST_PREVIOUS_RUNS_DAY, day_end, day_start, spans
from elec_pipeline.domain.inputs import WEATHER
from elec_pipeline.domain.weather_leads import LEADS_DAYS, previous_run_age
from elec_pipeline.errors import SourceQuotaError, SourceUnavailableError
from elec_pipeline.settings_weather import FORECAST_HOST, PREVIOUS_RUNS_HOST, WeatherPlace
from elec_pipeline.sources.allowance import Allowance
from elec_pipeline.sources.cities import CITIES, City
from elec_pipeline.sources.http import error_of, get, json_fields, new_session
from elec_pipeline.sources.left_out import LeftOut
from elec_pipeline.sources.open_meteo_reply import read_hourly
from elec_pipeline.sources.open_meteo_variables import (
    EVERY_MODEL_FROM,
    NAMES,
    UNITS,
    archived,
    calls_of,
    days_within,
    previous_run,
    stamped_after,
)
from elec_pipeline.sources.retries import RetryPlan

FORECAST_PATH = "/v1/forecast"
"""Of both APIs; they differ by host."""
OLDEST_ARCHIVE = "gfs_seamless"
"""The one model whose previous runs go back before `EVERY_MODEL_FROM`."""
LONGEST_WINDOW_DAYS = 31
CALLS_A_MINUTE = 500.0
"""The free hosts allow 600 a minute, 5,000 an hour, 10,000 a day; what one request counts as is `calls_of`.

All that there is of the past up to the end of 2026 takes about 4,300: 1,650 for the temperature of GFS before 2024
and 75 for each month since; each model named beyond the first takes these 75 again. The longer leads of the
temperature alone, which days of an earlier version lack, take 1,650 and 50 a month."""
TIMEOUT_S = (10.0, 30.0)
_ADVICE = dict.fromkeys((401, 403), "check OPEN_METEO_API_KEY and OPEN_METEO_URL")
_ONE_MINUTE_S = 61.0
_ONE_HOUR_S = 3600.0
_FREE_HOSTS = frozenset(urlsplit(host).hostname for host in (FORECAST_HOST, PREVIOUS_RUNS_HOST))
_UTC_DAY: Final = "%Y-%m-%d"


class OpenMeteoClient:
    """A session with Open-Meteo's two APIs, or with a simulator of them.

    Attributes:
        left_out: What could not be read of the replies so far.

    Args:
        forecast_url: Scheme and host of the forecast API.
        previous_runs_url: Scheme and host of the previous-runs API.
        models: Weather models by Open-Meteo's names, whose mean is taken; none: what it holds for the best one.
        api_key: Of a customer; empty: none is sent.
        cities: Where the weather is taken.
        retries: How often and how long to try again.
        allowance: Shared by the clients of a process.
        timeout_s: For the connection and for each read.
    """

    def __init__(
        self,
        forecast_url: str,
        previous_runs_url: str,
        *,
        models: Sequence[str] = (),
        api_key: str = "",
        cities: Sequence[City] = CITIES,
        retries: RetryPlan | None = None,
        allowance: Allowance | None = None,
        timeout_s: tuple[float, float] = TIMEOUT_S,
    ) -> None:
        self.left_out = LeftOut()
        self._forecast_url = forecast_url
        self._previous_runs_url = previous_runs_url
        self._models = tuple(models)
        self._api_key = api_key
        self._cities = cities
        # The issue must not wait for the weather: four tries take three minutes at the most.
        self._retries = retries or RetryPlan(attempts=4, longest_wait_s=_ONE_MINUTE_S)
        self._allowance = allowance or Allowance(CALLS_A_MINUTE)
        self._timeout_s = timeout_s
        self._session = new_session()

    @classmethod
    def of_process(cls, place: WeatherPlace, *, on_retry: Callable[[str], None]) -> OpenMeteoClient:
        """Return a client that shares its allowance with all others of this process.

        Args:
            place: Hosts, models and key, as the settings say.
            on_retry: Called with a sentence before each wait.
        """
        return cls(
            place.forecast_url,
            place.previous_runs_url,
            models=place.models,
            api_key=place.api_key.get_secret_value(),
            retries=RetryPlan(attempts=4, longest_wait_s=_ONE_MINUTE_S, on_retry=on_retry),
            allowance=allowance_of(place.forecast_url, place.previous_runs_url),
        )

    def forecast(self, first: date, last: date, *, now: datetime) -> pd.DataFrame:
        """Return the forecast as it stands now, for the hours of a range of Paris days that are still to come.

        Args:
            first: First Paris day.
            last: Last Paris day, included, at most two weeks ahead.
            now: Current instant, UTC: the issue time of what comes.

        Returns:
            Columns `hour_start`, `issued_at` (UTC) and `domain.inputs.WEATHER`, NaN where one is not known; no row
            of which nothing is.

        Raises:
            SourceQuotaError: The quota of the hour or the day is used up.
            SourceError: No proper answer, after every retry where one can help.
        """
        asked = {series: name for name, series in NAMES.items()}
        stamped = self._hourly(self._forecast_url, asked, first, last, self._models)
        of_hour = [
            stamped[series].rename(name).set_axis(pd.DatetimeIndex(stamped.index) - stamped_after(name))
            for series, name in asked.items()
        ]
        made = pd.concat(of_hour, axis=1, sort=True).rename_axis("hour_start").reset_index()
        made.insert(1, "issued_at", pd.Timestamp(now).as_unit("us"))
        return _known(made[made["hour_start"] > pd.Timestamp(now)], first, last)

    def previous_runs(
        self, first: date, last: date, *, now: datetime, leads: Mapping[str, Sequence[int]] = LEADS_DAYS
    ) -> pd.DataFrame:
        """Return what was forecast some days ahead for a range of Paris days, at most 31 of them.

        Args:
            first: First Paris day.
            last: Last Paris day, included.
            now: Current instant, UTC: nothing that would count as known later is returned.
            leads: How many days ahead, by input; inputs that are not named are not asked for.

        Returns:
            As `forecast`, with a row an hour for each lead, and more rows for radiation: it is stamped an hour
            later and was known an hour later too. Empty before `FIRST_PREVIOUS_RUNS_DAY`.

        Raises:
            SourceQuotaError: The quota of the hour or the day is used up.
            SourceError: No proper answer, after every retry where one can help.
        """
        if not 1 <= (last - first).days + 1 <= LONGEST_WINDOW_DAYS:
            raise ValueError(f"{first} to {last} is not a window of 1 to {LONGEST_WINDOW_DAYS} days")
        series = sum(len(days) for days in leads.values()) * max(1, len(self._models))
        most_days = min(LONGEST_WINDOW_DAYS, days_within(CALLS_A_MINUTE, len(self._cities), series))
        vintages = [
            self._vintages(begin, end, models, leads)
            for begin, end, models in self._windows(first, last, most_days)
        ]
        if not vintages:
            return pd.DataFrame(columns=["hour_start", "issued_at", *WEATHER])
        made = pd.concat(vintages)
        made = made[made["issued_at"] <= pd.Timestamp(now)]
        return made.sort_values(["hour_start", "issued_at"], ignore_index=True)

    def _windows(self, first: date, last: date, most_days: int) -> Iterator[tuple[date, date, tuple[str, ...]]]:
        """Cut a range of days where the archive changes: nothing, then GFS alone, then the models of now."""
        eve = EVERY_MODEL_FROM - timedelta(days=1)
        for begin, end in spans(max(first, FIRST_PREVIOUS_RUNS_DAY), min(last, eve), most_days):
            yield begin, end, (OLDEST_ARCHIVE,)
        for begin, end in spans(max(first, EVERY_MODEL_FROM), last, most_days):
            yield begin, end, self._models

    def _vintages(
        self, first: date, last: date, models: tuple[str, ...], leads: Mapping[str, Sequence[int]]
    ) -> pd.DataFrame:
        """Return what previous runs said of a window that one archive covers, and when each value was known."""
        by_lead: dict[int, list[str]] = defaultdict(list)
        for name in archived(first):
            for days in leads.get(name, ()):
                by_lead[days].append(name)
        asked = {previous_run(name, days): name for days, names in by_lead.items() for name in names}
        stamped = self._hourly(self._previous_runs_url, asked, first, last, models)
        stamps, parts = pd.DatetimeIndex(stamped.index), []
        for days, names in by_lead.items():
            # The run began so many days before the stamp, not before the hour: those that are stamped alike are
            # a row together.
            issued_at = stamps - previous_run_age(days)
            for after in sorted({stamped_after(name) for name in names}):
                of_row = [name for name in names if stamped_after(name) == after]
                part = stamped[[previous_run(name, days) for name in of_row]].set_axis(of_row, axis=1)
                parts.append(part.reset_index(drop=True).assign(hour_start=stamps - after, issued_at=issued_at))
        return _known(pd.concat(parts), first, last)

    def _hourly(
        self, host: str, asked: Mapping[str, str], first: date, last: date, models: tuple[str, ...]
    ) -> pd.DataFrame:
        """Return series by name, of all stamps (UTC) that a value of a range of Paris days can have."""
        start, end = day_start(first), day_end(last)
        query = {
            "latitude": ",".join(str(city.latitude) for city in self._cities),
            "longitude": ",".join(str(city.longitude) for city in self._cities),
            "hourly": ",".join(asked),
            "timezone": "UTC",
            "timeformat": "unixtime",
            **UNITS,
            # Days of UTC, both ends included: Paris days begin an hour or two before theirs. The last one holds
            # the hour's end too, by which radiation is stamped.
            "start_date": start.strftime(_UTC_DAY),
            "end_date": end.strftime(_UTC_DAY),
        }
        if models:
            query["models"] = ",".join(models)
        if self._api_key:
            query["apikey"] = self._api_key
        utc_days = (end.date() - start.date()).days + 1
        calls = calls_of(len(self._cities), utc_days, len(asked) * max(1, len(models)))
        weights = [city.weight for city in self._cities]

        def fetch() -> pd.DataFrame:
            self._allowance.take(calls)
            return read_hourly(self._get(host, query), asked, weights, self.left_out, models=models)

        return self._retries.run(fetch).set_index("time")

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
    """Return what this process may ask of some hosts; only Open-Meteo's free ones count by the minute."""
    is_free = any(urlsplit(host).hostname in _FREE_HOSTS for host in hosts)
    return Allowance(CALLS_A_MINUTE if is_free else None)


def _known(made: pd.DataFrame, first: date, last: date) -> pd.DataFrame:
    """Return the rows of a range of Paris days that say anything, with all columns."""
    whole = made.reindex(columns=["hour_start", "issued_at", *WEATHER])
    inside = whole["hour_start"].between(day_start(first), day_end(last), inclusive="left")
    return whole[inside].dropna(how="all", subset=list(WEATHER)).reset_index(drop=True)
