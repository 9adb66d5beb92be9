"""RTE's Consumption API: actual consumption and RTE's own forecasts, through OAuth2.

Here: the requests. Not here: the token (`rte_token`), what a status means (`http`), the reading of a reply
(`rte_reply`, `rte_weekly_reply`) and the waits (`retries`). Today, yesterday and a backfill of ten years take the
same path: windows of whole Paris days, each bound with its own offset, at most 31 days a request.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import date

import pandas as pd
import requests
from oauthlib.oauth2 import TokenExpiredError
from requests_oauthlib import OAuth2Session

from elec_pipeline.domain.delivery_day import PARIS, day_end, day_start
from elec_pipeline.errors import SourceRefusedError
from elec_pipeline.redaction import basic_values, remember
from elec_pipeline.settings import Settings
from elec_pipeline.settings_source import SIMULATOR_CREDENTIAL
from elec_pipeline.sources.consumption import LONGEST_WINDOW_DAYS
from elec_pipeline.sources.http import error_of, get
from elec_pipeline.sources.left_out import LeftOut
from elec_pipeline.sources.retries import RetryPlan
from elec_pipeline.sources.rte_reply import read_short_term
from elec_pipeline.sources.rte_token import TOKEN_PATH, explanation, signed_in
from elec_pipeline.sources.rte_weekly_reply import read_weekly

__all__ = ["SHORT_TERM_PATH", "TOKEN_PATH", "WEEKLY_PATH", "RteClient"]

SHORT_TERM_PATH = "/open_api/consumption/v1/short_term"
WEEKLY_PATH = "/open_api/consumption/v1/weekly_forecasts"
TIMEOUT_S = (10.0, 60.0)
"""For the connection, and for each read."""
_ADVICE = {
    401: "check RTE_CLIENT_ID and RTE_CLIENT_SECRET",
    403: "subscribe your application to the API «Consumption» on data.rte-france.com",
}


class RteClient:
    """A session with RTE's API, or with a simulator of it.

    Attributes:
        left_out: What could not be read of the replies so far.

    Args:
        base_url: Scheme and host.
        client_id: Of the application on RTE's data portal.
        client_secret: Its secret.
        retries: How often and how long to try again.
        timeout_s: For the connection and for each read.
    """

    def __init__(
        self,
        base_url: str,
        client_id: str,
        client_secret: str,
        *,
        retries: RetryPlan | None = None,
        timeout_s: tuple[float, float] = TIMEOUT_S,
    ) -> None:
        self.base_url = base_url
        self.left_out = LeftOut()
        if base_url.startswith("http://"):
            # The OAuth library refuses plain HTTP otherwise. The settings allow it for a simulator and for
            # this very machine only, so that no real secret travels in the clear.
            os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"
        self._client_id = client_id
        self._client_secret = client_secret
        if SIMULATOR_CREDENTIAL not in (client_id, client_secret):
            remember(client_secret, *basic_values(client_id, client_secret))
        self._retries = retries or RetryPlan()
        self._timeout_s = timeout_s
        self._session: OAuth2Session | None = None

    @classmethod
    def from_settings(cls, settings: Settings, retries: RetryPlan | None = None) -> RteClient:
        """Return a client of the configured source.

        Raises:
            ConfigurationError: RTE's credentials are missing.
        """
        return cls(settings.rte_base_url, *settings.rte_credentials(), retries=retries)

    def short_term(self, types: Sequence[str], first: date, last: date) -> pd.DataFrame:
        """Return the values of a range of Paris days, at most 31 of them.

        Args:
            types: Any of `REALISED`, `ID`, `D-1`, `D-2`.
            first: First Paris day.
            last: Last Paris day, included.

        Returns:
            A frame as `rte_reply.read_short_term` gives it, cut to the asked types and days.

        Raises:
            SourceRefusedError: 401 or 403; the message says what to do.
            SourceRequestError: RTE calls the request wrong.
            SourceUnavailableError: No proper answer after every retry.
        """
        frame = self._days(SHORT_TERM_PATH, read_short_term, first, last, type=",".join(types))
        return frame[frame["forecast_type"].isin(types)].reset_index(drop=True)

    def weekly_forecasts(self, first: date, last: date) -> pd.DataFrame:
        """Return RTE's forecasts of some days ahead, at most 31 of them; it makes those of D+3 to D+9.

        Args:
            first: First Paris day that is forecast.
            last: Last Paris day, included.

        Returns:
            A frame as `rte_weekly_reply.read_weekly` gives it, cut to the asked days.

        Raises:
            SourceRefusedError: 401 or 403; the message says what to do.
            SourceRequestError: RTE calls the request wrong.
            SourceUnavailableError: No proper answer after every retry.
        """
        return self._days(WEEKLY_PATH, read_weekly, first, last).reset_index(drop=True)

    def check_access(self) -> None:
        """Fetch a token, once and without retries; raises what `short_term` would raise."""
        self._authorised()

    def _days(
        self, path: str, read: Callable[[bytes, LeftOut], pd.DataFrame], first: date, last: date, **more: str
    ) -> pd.DataFrame:
        """Ask a resource for a range of Paris days, and return what it says of these."""
        if not 1 <= (last - first).days + 1 <= LONGEST_WINDOW_DAYS:
            raise ValueError(f"{first} to {last} is not a window of 1 to {LONGEST_WINDOW_DAYS} days")
        query = {
            **more,
            # RTE drops days silently where a bound does not carry its own Paris offset.
            "start_date": day_start(first).astimezone(PARIS).isoformat(),
            "end_date": day_end(last).astimezone(PARIS).isoformat(),
        }
        frame = self._retries.run(lambda: read(self._get(path, query), self.left_out))
        return frame[frame["interval_start"].between(day_start(first), day_end(last), inclusive="left")]

    def _get(self, path: str, query: dict[str, str]) -> bytes:
        """Return the body of a successful reply, renewing the token once where RTE calls it expired."""
        for fresh in (False, True):
            session = self._authorised(renew=fresh)
            try:
                reply = get(
                    session, self.base_url + path, query, timeout_s=self._timeout_s, setting="RTE_BASE_URL"
                )
            except TokenExpiredError:
                continue
            if reply.status_code == requests.codes.unauthorized and not fresh:
                continue
            if error := error_of(reply, explanation(reply.content), _ADVICE):
                raise error
            return reply.content
        raise SourceRefusedError(f"{self.base_url} calls every token expired as soon as it is issued.")

    def _authorised(self, *, renew: bool = False) -> OAuth2Session:
        if self._session is None or renew:
            self._session = signed_in(
                self.base_url, (self._client_id, self._client_secret), timeout_s=self._timeout_s
            )
        return self._session
