"""RTE's Consumption API: actual consumption and RTE's own forecasts, through OAuth2.

Here: the requests, the token, and what each status means. Not here: the reading of a reply (`rte_reply`)
and the waits (`retries`). Today, yesterday and a backfill of ten years take the same path: windows of whole
Paris days, each bound with its own offset, at most 31 days a request.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import date

import pandas as pd
import requests
from oauthlib.oauth2 import BackendApplicationClient, InvalidClientError, OAuth2Error, TokenExpiredError
from requests_oauthlib import OAuth2Session

from elec_pipeline.delivery_day import PARIS, day_end, day_start
from elec_pipeline.errors import SourceRefusedError, SourceRequestError, SourceUnavailableError
from elec_pipeline.settings import Settings
from elec_pipeline.sources.consumption import LONGEST_WINDOW_DAYS
from elec_pipeline.sources.retries import RetryPlan, retry_after_seconds
from elec_pipeline.sources.rte_reply import read_short_term

TOKEN_PATH = "/token/oauth/"  # noqa: S105 - a path, not a secret
SHORT_TERM_PATH = "/open_api/consumption/v1/short_term"
TIMEOUT_S = (10.0, 60.0)
"""For the connection, and for each read."""
_TOKEN_MARGIN_S = 60


class RteClient:
    """A session with RTE's API, or with a simulator of it.

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
        if base_url.startswith("http://"):
            # The OAuth library refuses plain HTTP otherwise. The settings allow it for a simulator and for
            # this very machine only, so that no real secret travels in the clear.
            os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"
        self._client_id = client_id
        self._client_secret = client_secret
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
        if not 1 <= (last - first).days + 1 <= LONGEST_WINDOW_DAYS:
            raise ValueError(f"{first} to {last} is not a window of 1 to {LONGEST_WINDOW_DAYS} days")
        query = {
            "type": ",".join(types),
            # RTE drops days silently where a bound does not carry its own Paris offset.
            "start_date": day_start(first).astimezone(PARIS).isoformat(),
            "end_date": day_end(last).astimezone(PARIS).isoformat(),
        }
        frame = self._retries.run(lambda: read_short_term(self._get(SHORT_TERM_PATH, query)))
        inside = frame["interval_start"].between(day_start(first), day_end(last), inclusive="left")
        return frame[inside & frame["forecast_type"].isin(types)].reset_index(drop=True)

    def check_access(self) -> None:
        """Fetch a token, once and without retries; raises what `short_term` would raise."""
        self._authorised()

    def _get(self, path: str, query: dict[str, str]) -> bytes:
        """Return the body of a successful reply, renewing the token once where RTE calls it expired."""
        for fresh in (False, True):
            session = self._authorised(renew=fresh)
            try:
                reply = session.get(self.base_url + path, params=query, timeout=self._timeout_s)
            except TokenExpiredError:
                continue
            except requests.RequestException as error:
                raise self._unreachable(error) from None
            if reply.status_code == requests.codes.unauthorized and not fresh:
                continue
            self._raise_for_status(reply)
            return reply.content
        raise SourceRefusedError(f"{self.base_url} calls every token expired as soon as it is issued.")

    def _authorised(self, *, renew: bool = False) -> OAuth2Session:
        if self._session is None or renew:
            session = OAuth2Session(client=BackendApplicationClient(client_id=self._client_id))
            session.register_compliance_hook("access_token_response", self._check_token_reply)
            try:
                token = session.fetch_token(
                    self.base_url + TOKEN_PATH,
                    client_id=self._client_id,
                    client_secret=self._client_secret,
                    timeout=self._timeout_s,
                )
            except InvalidClientError:
                raise self._refused() from None
            except OAuth2Error as error:
                raise SourceUnavailableError(
                    f"{self.base_url}{TOKEN_PATH} gave no token: {error.error}."
                ) from None
            except requests.RequestException as error:
                raise self._unreachable(error) from None
            # A token that ends during a request is a failed request: stop using it a little early.
            margin_s = min(_TOKEN_MARGIN_S, 0.1 * token["expires_in"])
            session.token = {**token, "expires_at": token["expires_at"] - margin_s}
            self._session = session
        return self._session

    def _check_token_reply(self, reply: requests.Response) -> requests.Response:
        """Keep the status that the OAuth library would lose."""
        if reply.status_code in (requests.codes.unauthorized, requests.codes.forbidden):
            raise self._refused()
        self._raise_for_status(reply)
        return reply

    def _refused(self) -> SourceRefusedError:
        return SourceRefusedError(
            f"{self.base_url}{TOKEN_PATH} refuses the credentials: check RTE_CLIENT_ID and RTE_CLIENT_SECRET "
            "against your application on data.rte-france.com."
        )

    def _raise_for_status(self, reply: requests.Response) -> None:
        where = f"{self.base_url}{reply.request.path_url.partition('?')[0]} answered {reply.status_code}"
        if reply.status_code < requests.codes.multiple_choices:
            return
        if reply.status_code == requests.codes.unauthorized:
            raise SourceRefusedError(f"{where}: check RTE_CLIENT_ID and RTE_CLIENT_SECRET.")
        if reply.status_code == requests.codes.forbidden:
            raise SourceRefusedError(
                f"{where}: subscribe your application to the API «Consumption» on data.rte-france.com."
            )
        if (
            reply.status_code == requests.codes.too_many_requests
            or reply.status_code >= requests.codes.server_error
        ):
            error = SourceUnavailableError(f"{where}{_explanation(reply)}.")
            error.retry_after_s = retry_after_seconds(reply.headers.get("Retry-After"))
            raise error
        raise SourceRequestError(f"{where}{_explanation(reply)}.")

    def _unreachable(self, error: requests.RequestException) -> SourceUnavailableError:
        return SourceUnavailableError(
            f"{self.base_url} cannot be reached ({type(error).__name__}); check RTE_BASE_URL and the network."
        )


def _explanation(reply: requests.Response) -> str:
    """Return what RTE says of an error: its code and sentence, where the body is RTE's own JSON."""
    try:
        body = reply.json()
        return f": {body['error']}, {body.get('error_description', 'no description')}".rstrip(".")
    except (ValueError, KeyError, TypeError, AttributeError):
        return ""
