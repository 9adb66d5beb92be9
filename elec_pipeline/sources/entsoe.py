"""ENTSO-E's Transparency Platform: the day-ahead forecast of load that a transmission operator hands in there.

Here: the requests, and what each status means. Not here: the reading of a reply (`entsoe_reply`), whose clock its
times follow (`domain.clock_offset`), and what is made of it (`steps.early_forecasts`).

It answers 400 requests a minute, and then nobody for ten minutes: so one that it refuses for that is not asked
again at once.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

import pandas as pd
import requests

from elec_pipeline.domain.delivery_day import day_end, day_start
from elec_pipeline.domain.rte_bar import DAY_AHEAD
from elec_pipeline.errors import SourceQuotaError
from elec_pipeline.settings_entsoe import EntsoePlace
from elec_pipeline.sources.consumption import LONGEST_WINDOW_DAYS
from elec_pipeline.sources.entsoe_reply import is_no_data, read_load, reason_of
from elec_pipeline.sources.http import error_of, get, new_session
from elec_pipeline.sources.left_out import LeftOut
from elec_pipeline.sources.retries import RetryPlan

PATH = "/api"
FRANCE = "10YFR-RTE------C"
TIMEOUT_S = (10.0, 60.0)
"""For the connection, and for each read."""
_LOAD, _DAY_AHEAD = "A65", "A01"
_ADVICE: Final = dict.fromkeys((401, 403), "check ENTSOE_API_TOKEN")


class EntsoeClient:
    """A client of the platform, or of a simulator of it.

    Attributes:
        left_out: What could not be read of the replies so far.

    Args:
        place: Host and token.
        retries: How often and how long to try again.
    """

    def __init__(self, place: EntsoePlace, *, retries: RetryPlan | None = None) -> None:
        self.left_out = LeftOut()
        self._place = place
        self._retries = retries or RetryPlan()
        self._session = new_session()

    def day_ahead(self, first: date, last: date) -> pd.DataFrame:
        """Return the day-ahead forecasts of a range of Paris days, at most 31 of them, by ENTSO-E's clock.

        Args:
            first: First Paris day.
            last: Last Paris day, included.

        Returns:
            As `entsoe_reply.read_load` gives it.

        Raises:
            SourceRefusedError: The token is not accepted.
            SourceRequestError: ENTSO-E calls the request wrong.
            SourceReplyError: The reply cannot be read.
            SourceUnavailableError: No proper answer after every retry.
        """
        if not 1 <= (last - first).days + 1 <= LONGEST_WINDOW_DAYS:
            raise ValueError(f"{first} to {last} is not a window of 1 to {LONGEST_WINDOW_DAYS} days")
        query = {
            "securityToken": self._place.token.get_secret_value(),
            "documentType": _LOAD,
            "processType": _DAY_AHEAD,
            "outBiddingZone_Domain": FRANCE,
            "periodStart": _written(day_start(first)),
            "periodEnd": _written(day_end(last)),
        }
        return self._retries.run(lambda: read_load(self._get(query), DAY_AHEAD, self.left_out))

    def _get(self, query: dict[str, str]) -> bytes:
        url = self._place.url + PATH
        reply = get(self._session, url, query, timeout_s=TIMEOUT_S, setting="ENTSOE_URL")
        if reply.status_code == requests.codes.too_many_requests:
            raise SourceQuotaError(f"{url} has been asked too often; it answers again after ten minutes.")
        if reply.status_code == requests.codes.bad_request and is_no_data(reply.content):
            return reply.content
        if error := error_of(reply, reason_of(reply.content), _ADVICE):
            raise error
        return reply.content


def _written(moment: datetime) -> str:
    """Return an instant, UTC, as ENTSO-E takes it."""
    return f"{moment:%Y%m%d%H%M}"
