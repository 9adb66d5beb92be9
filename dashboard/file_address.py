"""The address by which the API gives the file that a button gives. Pure."""

from __future__ import annotations

from datetime import date, timedelta
from urllib.parse import urlencode, urlsplit

from elec_pipeline.domain.delivery_day import Issue
from elec_pipeline.exports.resolution import Resolution
from elec_pipeline.exports.styles import Kind, Style


def file_address(
    page: str | None,
    port: int,
    first: date,
    last: date,
    issue: Issue | None,
    *,
    kind: Kind,
    style: Style,
    resolution: Resolution = Resolution.HOUR,
) -> str:
    """Return the address of the file of a range of delivery days.

    Args:
        page: Address of the dashboard in the reader's browser; None where it is not known.
        port: The API's own.
        first: First delivery day.
        last: Last one, included; the API's `end` is not.
        issue: Which of our issues; None for the newest of each hour.
        kind: Its format.
        style: How numbers are written.
        resolution: Whether its rows are hours or quarter-hours.

    Example:
        >>> autumn = date(2025, 10, 26)
        >>> file_address("http://box:8501/day", 8000, autumn, autumn, None, kind=Kind.CSV, style=Style.FRENCH)
        'http://box:8000/v1/export.csv?start=2025-10-26&end=2025-10-27&format=fr'
    """
    query = {"start": str(first), "end": str(last + timedelta(days=1))}
    if issue is not None:
        query["issue"] = str(issue)
    if resolution is not Resolution.HOUR:
        query["resolution"] = str(resolution)
    if kind is not Kind.PARQUET:
        query["format"] = str(style)
    return f"{api_origin(page, port)}/v1/export.{kind}?{urlencode(query)}"


def api_origin(page: str | None, port: int) -> str:
    """Return where a reader of the dashboard reaches the API.

    Behind a proxy, which is where a page has no port or is encrypted, both have the same origin; without one the
    API is another port of the same host.

    Example:
        >>> api_origin("https://elec.example/day?lang=fr", 8000), api_origin("http://[::1]:8501", 8000)
        ('https://elec.example', 'http://[::1]:8000')
        >>> api_origin(None, 8000)
        'http://localhost:8000'
    """
    parts = urlsplit(page or "")
    if not parts.hostname:
        return f"http://localhost:{port}"
    if parts.scheme == "https" or parts.port is None:
        return f"{parts.scheme}://{parts.netloc}"
    return f"http://{parts.netloc.rpartition(':')[0]}:{port}"
