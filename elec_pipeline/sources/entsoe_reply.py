"""Reading of what ENTSO-E's Transparency Platform says of a load: a market document in XML.

Here: from the bytes of a reply to one row per value; pure. Not here: how the bytes are fetched (`entsoe`), and
whose clock its times follow (`domain.clock_offset`).

The usual library for it, entsoe-py, is not used: it takes a document that was cut off for a shorter one, and logs
the token. A document type declaration is refused, for entities are what XML is attacked with, and ENTSO-E sends
none. The time at which a document was made is that of the request, so no value has a time of publication.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple
from xml.etree import ElementTree as ET

import numpy as np
import pandas as pd

from elec_pipeline.domain.delivery_day import QUARTER
from elec_pipeline.errors import SourceReplyError
from elec_pipeline.sources.http import opening
from elec_pipeline.sources.left_out import LeftOut
from elec_pipeline.sources.values import moment_of, number_of, quarter_of

SOURCE = "entsoe"
"""Name stored with each row."""
_MINUTES = {"PT15M": 15, "PT30M": 30, "PT60M": 60, "PT1H": 60}
_MEGAWATTS = ("MAW", "")
_REPEATING = "A03"
"""Type of a curve in which a position that is left out has the value of the one before it."""
_NO_DATA = "999"
"""Code of the reason that ENTSO-E gives where it has nothing for a request."""
_LONGEST_PERIOD = 400 * 96
"""Positions that a period can have, so that two slips in its ends do not fill the memory."""
_UTC = "datetime64[us, UTC]"


class _Row(NamedTuple):
    interval_start: datetime
    load_mw: float
    resolution_minutes: int


def read_load(body: bytes, forecast_type: str, left_out: LeftOut | None = None) -> pd.DataFrame:
    """Read a reply about a load or its forecast.

    Args:
        body: The reply as it came.
        forecast_type: What was asked for, in RTE's words.
        left_out: Counts what cannot be read: series of another unit, periods without a readable beginning or
            resolution, points without a position or a number.

    Returns:
        One row per value: `forecast_type`, `interval_start` (UTC, by ENTSO-E's clock), `published_at` (NaT),
        `load_mw` (NaN where it gives no number), `resolution_minutes`, `source`. Empty where it has no
        data.

    Raises:
        SourceReplyError: The body is no such document, such as one cut off or a gateway's page, or nothing in it
            can be read.
    """
    document = _document(body)
    kind = _name(document)
    if kind == "Acknowledgement_MarketDocument":
        if _text(document, "Reason", "code") != _NO_DATA:
            raise _malformed("it says that the request is wrong", body)
        return _frame([], forecast_type)
    if kind != "GL_MarketDocument":
        raise _malformed(f"its root is {kind[:40]}", body)
    counted = LeftOut()
    series = _all(document, "TimeSeries")
    rows = [row for each in series for row in _of_series(each, counted)]
    if series and not rows:
        raise _malformed("no value of it can be read", body)
    if left_out is not None:
        left_out.include(counted)
    return _frame(rows, forecast_type)


def reason_of(body: bytes) -> str:
    """Return what ENTSO-E says of an error; nothing where it says nothing that can be read.

    Example:
        >>> reason_of(b"<Acknowledgement_MarketDocument><Reason><text>No token.</text></Reason>"
        ...     b"</Acknowledgement_MarketDocument>"), reason_of(b"<html>")
        ('No token.', '')
    """
    try:
        return _text(_document(body), "Reason", "text") or ""
    except SourceReplyError:
        return ""


def is_no_data(body: bytes) -> bool:
    """Tell whether a reply says that there is nothing for the request, which some come with status 400 for."""
    try:
        return _text(_document(body), "Reason", "code") == _NO_DATA
    except SourceReplyError:
        return False


def _document(body: bytes) -> ET.Element:
    if b"<!" in body.replace(b"<!--", b""):
        raise _malformed("it declares a document type", body)
    try:
        return ET.fromstring(body)  # noqa: S314 - without a document type there are no entities to expand
    except (ET.ParseError, ValueError) as error:
        raise _malformed(type(error).__name__, body) from None


def _of_series(series: ET.Element, left_out: LeftOut) -> Iterator[_Row]:
    if (_text(series, "quantity_Measure_Unit.name") or "") not in _MEGAWATTS:
        left_out.add("series of another unit")
        return
    repeats = _text(series, "curveType") == _REPEATING
    for period in _all(series, "Period"):
        start, end = (_text(period, "timeInterval", name) for name in ("start", "end"))
        first, last = quarter_of(start), moment_of(end)
        minutes = _MINUTES.get(_text(period, "resolution") or "")
        if first is None or minutes is None:
            left_out.add("periods without a readable beginning or resolution")
            continue
        said = _points(period, left_out)
        positions = sorted(said)
        if repeats and positions and last is not None:
            length = int((last - first).total_seconds() // (60 * minutes))
            positions = list(range(1, min(length, _LONGEST_PERIOD) + 1))
        value = np.nan
        for position in positions:
            value = said.get(position, value) if repeats else said[position]
            yield _Row(first + (position - 1) * (minutes // 15) * QUARTER, value, minutes)


def _points(period: ET.Element, left_out: LeftOut) -> dict[int, float]:
    """Return the values of a period by position, from one on."""
    said: dict[int, float] = {}
    for point in _all(period, "Point"):
        position = _text(point, "position") or ""
        if not (position.isascii() and position.isdigit() and 0 < int(position) <= _LONGEST_PERIOD):
            left_out.add("points without a position")
            continue
        load_mw = number_of(_text(point, "quantity"))
        if load_mw is None:
            left_out.add("loads that are no number")
        said[int(position)] = np.nan if load_mw is None else load_mw
    return said


def _frame(rows: list[_Row], forecast_type: str) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=list(_Row._fields)).astype(
        {"interval_start": _UTC, "load_mw": "float64", "resolution_minutes": "int64"}
    )
    undated = pd.Series(pd.NaT, index=frame.index, dtype=_UTC)
    return frame.assign(forecast_type=forecast_type, published_at=undated, source=SOURCE)


def _name(element: ET.Element) -> str:
    """Return an element's name without its namespace, whose year ENTSO-E changes."""
    return element.tag.rpartition("}")[2]


def _all(element: ET.Element, name: str) -> list[ET.Element]:
    return [child for child in element if _name(child) == name]


def _text(element: ET.Element, *path: str) -> str | None:
    """Return the text of the first element at a path; None where there is none."""
    for name in path:
        found = _all(element, name)
        if not found:
            return None
        element = found[0]
    return (element.text or "").strip()


def _malformed(why: str, body: bytes) -> SourceReplyError:
    return SourceReplyError(
        f"ENTSO-E's reply is not the expected document ({why}); it starts with {opening(body)}."
    )
