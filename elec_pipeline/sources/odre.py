"""RTE's open data (ODRE): actual consumption and RTE's forecasts, without a key.

Here: the requests, and which data set a value is taken from: the consolidated one first, the real-time one where
that has no value. Not here: the reading of a reply (`odre_reply`) and the waits (`retries`). Exports of bounded
windows, filtered by instant; the order of an export is not promised.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd

from elec_pipeline.domain.delivery_day import day_end, day_start, quarters
from elec_pipeline.domain.provenance import CONSOLIDATED_SUFFIX, REAL_TIME_SUFFIX
from elec_pipeline.settings import Settings
from elec_pipeline.sources.consumption import LONGEST_WINDOW_DAYS
from elec_pipeline.sources.http import error_of, get, json_fields, new_session
from elec_pipeline.sources.left_out import LeftOut
from elec_pipeline.sources.odre_reply import FIELDS, nothing, read_export
from elec_pipeline.sources.retries import RetryPlan

CATALOG_PATH = "/api/explore/v2.1/catalog/datasets"
CONSOLIDATED = "eco2mix-national-cons-def"
REAL_TIME = "eco2mix-national-tr"
SOURCES = {CONSOLIDATED: f"odre{CONSOLIDATED_SUFFIX}", REAL_TIME: f"odre{REAL_TIME_SUFFIX}"}
"""The name stored with each row, by data set."""
TIMEOUT_S = (10.0, 60.0)
"""For the connection, and for each read."""
_ADVICE = dict.fromkeys((401, 403), "the open data should need no key; check ODRE_BASE_URL")


class OdreClient:
    """A client of the open data, or of a simulator of it.

    Attributes:
        left_out: What could not be read of the replies so far.

    Args:
        base_url: Scheme and host.
        retries: How often and how long to try again.
        timeout_s: For the connection and for each read.
    """

    def __init__(
        self,
        base_url: str,
        *,
        retries: RetryPlan | None = None,
        timeout_s: tuple[float, float] = TIMEOUT_S,
    ) -> None:
        self.base_url = base_url
        self.left_out = LeftOut()
        self._retries = retries or RetryPlan()
        self._timeout_s = timeout_s
        self._session = new_session()

    @classmethod
    def from_settings(cls, settings: Settings, retries: RetryPlan | None = None) -> OdreClient:
        """Return a client of the configured host."""
        return cls(settings.odre_base_url, retries=retries)

    def short_term(self, types: Sequence[str], first: date, last: date) -> pd.DataFrame:
        """Return the values of a range of Paris days, at most 31 of them.

        Args:
            types: Any of `REALISED`, `ID`, `D-1`; `D-2` is not published here and gives no rows.
            first: First Paris day.
            last: Last Paris day, included.

        Returns:
            As `ConsumptionSource.short_term` says; `source` is the data set each row came from.

        Raises:
            SourceRefusedError: 401 or 403.
            SourceRequestError: The open data calls the request wrong, or has no such data set.
            SourceUnavailableError: No proper answer after every retry.
        """
        if not 1 <= (last - first).days + 1 <= LONGEST_WINDOW_DAYS:
            raise ValueError(f"{first} to {last} is not a window of 1 to {LONGEST_WINDOW_DAYS} days")
        wanted = [name for name in types if name in FIELDS]
        if not wanted:
            return nothing()
        frame = self._export(CONSOLIDATED, wanted, first, last)
        if frame["load_mw"].notna().sum() < len(wanted) * len(quarters(first, last)):
            frame = _first_choice(frame, self._export(REAL_TIME, wanted, first, last))
        inside = frame["interval_start"].between(day_start(first), day_end(last), inclusive="left")
        return frame[inside].reset_index(drop=True)

    def check_access(self) -> None:
        """Ask for one row of the real-time data, once and without retries."""
        self._get(f"{CATALOG_PATH}/{REAL_TIME}/records", {"limit": "1"})

    def _export(self, dataset: str, types: Sequence[str], first: date, last: date) -> pd.DataFrame:
        begin, end = day_start(first).isoformat(), day_end(last).isoformat()
        query = {
            "select": ",".join(["date", "heure", "date_heure", *(FIELDS[name] for name in types)]),
            "where": f"date_heure >= date'{begin}' and date_heure < date'{end}'",
            "timezone": "UTC",
        }
        path = f"{CATALOG_PATH}/{dataset}/exports/json"
        return self._retries.run(
            lambda: read_export(
                self._get(path, query),
                types,
                source=SOURCES[dataset],
                half_hours=dataset == CONSOLIDATED,
                left_out=self.left_out,
            )
        )

    def _get(self, path: str, query: dict[str, str]) -> bytes:
        reply = get(self._session, self.base_url + path, query, timeout_s=self._timeout_s, setting="ODRE_BASE_URL")
        said = json_fields(reply.content, "message", "error")[:1]
        if error := error_of(reply, "".join(said), _ADVICE):
            raise error
        return reply.content


def _first_choice(consolidated: pd.DataFrame, real_time: pd.DataFrame) -> pd.DataFrame:
    """Return the consolidated rows, and the real-time ones of instants that have no consolidated value."""
    keys = ["forecast_type", "interval_start"]
    valued = consolidated[consolidated["load_mw"].notna()]
    rest = real_time[~pd.MultiIndex.from_frame(real_time[keys]).isin(pd.MultiIndex.from_frame(valued[keys]))]
    return pd.concat([valued, rest], ignore_index=True)
