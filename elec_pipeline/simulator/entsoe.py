"""What ENTSO-E's Transparency Platform answers: the day-ahead forecast of the French load, as a market document.

Here: reading of a request, and the document, with the quirks of the real one: stamps a quarter-hour early, values
that repeat left out, and the forecast of tomorrow there from nine in the morning, while RTE's own API has it in
the evening. It is then what RTE knew two days before, by the half-hour. Not here: HTTP and tokens (`app`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from xml.etree import ElementTree as ET

import pandas as pd

from elec_pipeline.domain.delivery_day import day_end, day_start, days, delivery_day, to_utc
from elec_pipeline.simulator.curves import Curves, LoadType
from elec_pipeline.simulator.publication import latest

EARLY = time(9)
STAMPED_EARLY = timedelta(minutes=15)
NO_DATA = "999"
_WANTED = {"documentType": "A65", "processType": "A01", "outBiddingZone_Domain": "10YFR-RTE------C"}
_LONGEST = timedelta(days=366)
_NAMESPACE = "urn:iec62325.351:tc57wg16:451-6:generationloaddocument:3:0"


class EntsoeRequestError(ValueError):
    """A request that ENTSO-E answers with 400."""


def load_body(query: Mapping[str, str], curves: Curves, now: datetime) -> bytes:
    """Return a market document.

    Args:
        query: `documentType`, `processType`, `outBiddingZone_Domain`, `periodStart`, `periodEnd`.
        curves: Where values come from.
        now: The present moment, zone-aware.

    Raises:
        EntsoeRequestError: The request makes no sense, or asks for what is not simulated.
    """
    for name, value in _WANTED.items():
        if query.get(name) != value:
            raise EntsoeRequestError(f"{name} must be {value} here.")
    start, end = (_moment(name, query.get(name, "")) for name in ("periodStart", "periodEnd"))
    if not timedelta(0) < end - start <= _LONGEST:
        raise EntsoeRequestError("The period must be longer than nothing and at most a year.")
    found = []
    for day in days(delivery_day(start), delivery_day(end - timedelta(minutes=15))):
        curve, resolution = _forecast(curves, day, now)
        curve = curve[curve["interval_start"].between(start, end, inclusive="left")]
        if len(curve):
            found.append((curve, resolution))
    return _document(found) if found else acknowledgement(NO_DATA, "No matching data found")


def acknowledgement(code: str, text: str) -> bytes:
    """Return the document by which ENTSO-E says that there is no other one."""
    root = ET.Element(
        "Acknowledgement_MarketDocument", xmlns="urn:iec62325.351:tc57wg16:451-1:acknowledgement:8:1"
    )
    reason = ET.SubElement(root, "Reason")
    ET.SubElement(reason, "code").text = code
    ET.SubElement(reason, "text").text = text
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def _forecast(curves: Curves, day: date, now: datetime) -> tuple[pd.DataFrame, timedelta]:
    """Return what is there of the forecast of a day, and the length of its intervals."""
    window = (day_start(day), day_end(day))
    own = latest(curves.vintages(LoadType.D1, *window), now)
    if own.empty and now >= to_utc(day - timedelta(days=1), EARLY):
        return latest(curves.vintages(LoadType.D2, *window), now), LoadType.D2.resolution
    return own, LoadType.D1.resolution


def _document(found: list[tuple[pd.DataFrame, timedelta]]) -> bytes:
    root = ET.Element("GL_MarketDocument", xmlns=_NAMESPACE)
    for number, (curve, resolution) in enumerate(found, start=1):
        series = ET.SubElement(root, "TimeSeries")
        ET.SubElement(series, "mRID").text = str(number)
        ET.SubElement(series, "quantity_Measure_Unit.name").text = "MAW"
        ET.SubElement(series, "curveType").text = "A03"
        period = ET.SubElement(series, "Period")
        interval = ET.SubElement(period, "timeInterval")
        first = curve["interval_start"].iloc[0]
        end = curve["interval_start"].iloc[-1] + resolution
        ET.SubElement(interval, "start").text = _written(first - STAMPED_EARLY)
        ET.SubElement(interval, "end").text = _written(end - STAMPED_EARLY)
        ET.SubElement(period, "resolution").text = f"PT{resolution // timedelta(minutes=1)}M"
        former = ""
        for instant, load_mw in zip(curve["interval_start"], curve["load_mw"], strict=True):
            value = f"{load_mw:.0f}"
            if value != former:
                point = ET.SubElement(period, "Point")
                ET.SubElement(point, "position").text = str((instant - first) // resolution + 1)
                ET.SubElement(point, "quantity").text = value
            former = value
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def _moment(name: str, text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y%m%d%H%M").replace(tzinfo=UTC)
    except ValueError:
        raise EntsoeRequestError(f"{name} must be a time such as 202501012300.") from None


def _written(moment: pd.Timestamp) -> str:
    return f"{moment:%Y-%m-%dT%H:%MZ}"
