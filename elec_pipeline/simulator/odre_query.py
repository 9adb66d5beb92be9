"""Reads a request to the open data the way the Explore API v2.1 does, as far as eCO2mix clients use it.

Here: `select`, `where` and `order_by` on `date_heure`, paging and its limits, the order of exports, JSON and CSV.
Not here: the rows (`odre_rows`), HTTP (`odre_app`).
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from elec_pipeline.simulator.odre_rows import COLUMNS, Row

MAX_LIMIT = 100
MAX_REACH = 10_000
EVERYTHING = -1
_DEFAULT_LIMIT = 10
_CONDITION = re.compile(
    r"date_heure\s*(?P<sign>>=|<=|=|>|<)\s*(?:date)?(?P<quote>['\"])(?P<instant>[^'\"]+)(?P=quote)"
)
_AND = re.compile(r"\s+and\s+", re.IGNORECASE)
_TICK = timedelta(seconds=1)
_BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
_END = datetime(2100, 1, 1, tzinfo=UTC)


class OdreRequestError(ValueError):
    """A request that the portal answers with 400.

    Attributes:
        code: The portal's `error_code`.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class OdreRequest:
    """What is to be served: instants from `start` to `end` (exclusive), fields, order, a page of rows.

    `descending` is None where no order was asked for; a `limit` of -1 means all.
    """

    start: datetime
    end: datetime
    fields: tuple[str, ...]
    descending: bool | None
    limit: int
    offset: int

    def page(self, rows: list[Row], *, shuffled: bool) -> list[Row]:
        """Return the asked rows of those in the window, in the asked order or, in an export, in none."""
        if self.descending is not None:
            rows = sorted(rows, key=lambda row: str(row["date_heure"]), reverse=self.descending)
        elif shuffled:
            order = np.random.default_rng(len(rows)).permutation(len(rows))
            rows = [rows[position] for position in order]
        stop = None if self.limit == EVERYTHING else self.offset + self.limit
        return [{name: row[name] for name in self.fields} for row in rows[self.offset : stop]]


def read_query(query: Mapping[str, str], *, is_export: bool) -> OdreRequest:
    """Validate the parameters of a request.

    Args:
        query: `where`, `select`, `order_by`, `limit`, `offset`, each optional.
        is_export: Exports have no limits; records have two.

    Raises:
        OdreRequestError: The portal would answer 400.

    Example:
        >>> request = read_query({"where": "date_heure >= date'2025-03-29T23:00:00+00:00'"}, is_export=False)
        >>> request.start.isoformat(), request.limit
        ('2025-03-29T23:00:00+00:00', 10)
    """
    start, end = _window(query.get("where", ""))
    limit = _number(query, "limit", EVERYTHING if is_export else _DEFAULT_LIMIT)
    offset = _number(query, "offset", 0)
    if not is_export and not EVERYTHING <= limit <= MAX_LIMIT:
        raise _invalid("limit", limit, f"-1 <= limit <= {MAX_LIMIT}")
    if not is_export and limit == EVERYTHING:
        limit = MAX_LIMIT
    if not is_export and offset + limit > MAX_REACH:
        raise _invalid("sum of offset + limit", offset + limit, f"<= {MAX_REACH}")
    names = tuple(name.strip() for name in query.get("select", "").split(",") if name.strip()) or COLUMNS
    unknown = [name for name in names if name not in COLUMNS]
    if unknown:
        raise OdreRequestError("ODSQLError", f"ODSQL query is malformed: unknown field: {unknown[0]}.")
    return OdreRequest(start, end, names, _order(query.get("order_by", "")), limit, offset)


def as_json(rows: list[Row]) -> bytes:
    """Return an export as JSON: one list."""
    return json.dumps(rows).encode()


def as_csv(rows: list[Row], fields: tuple[str, ...]) -> bytes:
    """Return an export as CSV: semicolons, and a byte-order mark."""
    text = io.StringIO()
    writer = csv.DictWriter(text, fields, delimiter=";", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def _window(where: str) -> tuple[datetime, datetime]:
    start, end = _BEGINNING, _END
    for condition in _AND.split(where.strip()) if where.strip() else []:
        match = _CONDITION.fullmatch(condition.strip())
        if match is None:
            raise OdreRequestError("ODSQLError", f"ODSQL query is malformed: cannot read {condition!r}.")
        instant = _instant(match["instant"])
        sign = match["sign"]
        if sign in (">=", ">", "="):
            start = max(start, instant + (_TICK if sign == ">" else timedelta(0)))
        if sign in ("<=", "<", "="):
            end = min(end, instant + (timedelta(0) if sign == "<" else _TICK))
    return start, end


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise OdreRequestError("ODSQLError", f"ODSQL query is malformed: {text!r} is no date.") from error
    return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).astimezone(UTC)


def _number(query: Mapping[str, str], name: str, default: int) -> int:
    try:
        value = int(query.get(name) or default)
    except ValueError as error:
        raise _invalid(name, query[name], "an integer") from error
    if value < EVERYTHING or (name == "offset" and value < 0):
        raise _invalid(name, value, ">= 0")
    return value


def _order(text: str) -> bool | None:
    if not text:
        return None
    name, _, direction = text.strip().partition(" ")
    if name != "date_heure" or direction.strip().lower() not in ("", "asc", "desc"):
        raise OdreRequestError("ODSQLError", f"ODSQL query is malformed: cannot order by {text!r}.")
    return direction.strip().lower() == "desc"


def _invalid(name: str, value: object, expected: str) -> OdreRequestError:
    return OdreRequestError(
        "InvalidRESTParameterError",
        f"Invalid value for {name} API parameter: {value} was found but {expected} is expected.",
    )
