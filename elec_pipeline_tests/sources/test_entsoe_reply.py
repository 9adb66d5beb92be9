"""Market documents as ENTSO-E sends them, and as it should not."""

from __future__ import annotations

import pandas as pd
import pytest

from elec_pipeline.errors import SourceReplyError
from elec_pipeline.sources.entsoe_reply import is_no_data, read_load, reason_of
from elec_pipeline.sources.left_out import LeftOut

START, END = "2025-03-29T23:00Z", "2025-03-30T00:00Z"


def points(*values: tuple[object, object]) -> str:
    return "".join(f"<Point><position>{at}</position><quantity>{load}</quantity></Point>" for at, load in values)


def document(
    said: str,
    *,
    resolution: str = "PT15M",
    curve: str = "A01",
    unit: str = "MAW",
    start: str = START,
    end: str = END,
    namespace: str = "urn:iec62325.351:tc57wg16:451-6:generationloaddocument:3:0",
) -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><GL_MarketDocument xmlns="{namespace}"><mRID>x</mRID><TimeSeries>'
        f"<quantity_Measure_Unit.name>{unit}</quantity_Measure_Unit.name><curveType>{curve}</curveType><Period>"
        f"<timeInterval><start>{start}</start><end>{end}</end></timeInterval><resolution>{resolution}</resolution>"
        f"{said}</Period></TimeSeries></GL_MarketDocument>"
    ).encode()


def acknowledgement(code: str, text: str = "No matching data found") -> bytes:
    return (
        f'<Acknowledgement_MarketDocument xmlns="a:b"><Reason><code>{code}</code><text>{text}</text></Reason>'
        "</Acknowledgement_MarketDocument>"
    ).encode()


@pytest.mark.parametrize(("resolution", "minutes"), [("PT15M", 15), ("PT30M", 30), ("PT60M", 60), ("PT1H", 60)])
@pytest.mark.parametrize("namespace", ["urn:iec62325.351:tc57wg16:451-6:generationloaddocument:3:0", "urn:other"])
def test_values_stand_at_their_positions(resolution: str, minutes: int, namespace: str) -> None:
    frame = read_load(document(points((1, 50000), (2, 51000)), resolution=resolution, namespace=namespace), "D-1")
    start = pd.Timestamp(START)
    assert list(frame["interval_start"]) == [start, start + pd.Timedelta(minutes=minutes)]
    assert list(frame["load_mw"]) == [50000, 51000]
    assert set(frame["resolution_minutes"]) == {minutes}
    assert frame["published_at"].isna().all()
    assert set(frame["source"]) == {"entsoe"}
    assert set(frame["forecast_type"]) == {"D-1"}


def test_a_position_that_is_left_out_repeats_the_value_before_where_the_curve_says_so() -> None:
    said = points((1, 50000), (3, 52000))
    assert list(read_load(document(said, curve="A03"), "D-1")["load_mw"]) == [50000, 50000, 52000, 52000]
    assert list(read_load(document(said), "D-1")["load_mw"]) == [50000, 52000]


def test_nothing_is_no_error() -> None:
    assert read_load(acknowledgement("999"), "D-1").empty
    assert is_no_data(acknowledgement("999"))
    assert not is_no_data(acknowledgement("B11"))
    assert not is_no_data(b"<html>")


@pytest.mark.parametrize(
    ("said", "options", "counted", "kept"),
    [
        (points((1, 50000), ("x", 1), (0, 1), (-1, 1), (10**9, 1)), {}, "points without a position: 4", 1),
        (points((1, 50000), (2, "many")), {}, "loads that are no number: 1", 2),
        (points((1, 50000), (2, "")), {}, "nothing", 2),
    ],
)
def test_what_cannot_be_read_is_left_out_and_counted(
    said: str, options: dict[str, str], counted: str, kept: int
) -> None:
    left_out = LeftOut()
    assert len(read_load(document(said, **options), "D-1", left_out)) == kept
    assert str(left_out) == counted


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(document(points((1, 50000)))[:-30], id="cut off"),
        pytest.param(b"", id="empty"),
        pytest.param(b"<html><body>gateway</body></html>", id="a page"),
        pytest.param(b'{"error": "no"}', id="JSON"),
        pytest.param(acknowledgement("B11", "Wrong"), id="refused"),
        pytest.param(document(points((1, 50000)), unit="KWH"), id="another unit"),
        pytest.param(document(points((1, 50000)), resolution="P1D"), id="another resolution"),
        pytest.param(document(points((1, 50000)), start="soon"), id="no beginning"),
        pytest.param(b'<!DOCTYPE a [<!ENTITY b "c">]><GL_MarketDocument>&b;</GL_MarketDocument>', id="entities"),
        pytest.param(document("")[:60] + b"\xff" + document("")[60:], id="no text"),
    ],
)
def test_what_is_no_such_document_is_said(body: bytes) -> None:
    with pytest.raises(SourceReplyError, match=r"ENTSO-E's reply is not the expected document"):
        read_load(body, "D-1")


def test_a_period_of_centuries_does_not_fill_the_memory() -> None:
    body = document(points((1, 50000)), curve="A03", end="2098-01-01T00:00Z")
    assert len(read_load(body, "D-1")) <= 400 * 96


def test_a_reason_is_quoted_and_a_page_is_not() -> None:
    assert reason_of(acknowledgement("B11", "Too long a period.")) == "Too long a period."
    assert reason_of(b"<html>") == ""
