"""What goes wrong on purpose: a frozen plan of faults, parsed from short strings.

Here: the kinds of fault, the plan, its grammar, and the count of the requests each fault has hit. Not here:
the replies (`fault_replies`) and the spoiled values (`value_faults`) themselves.

Grammar, all parts in brackets optional::

    [token-|weather-|odre-|weekly-|entsoe-]KIND[=ARG][:TIMES]   429:2   429=30:1   slow=5:1   cut   odre-500
    KIND[=ARG]@WHEN[..END][/TYPE]   missing@2025-06-01T10:00Z   revised=5@2025-06-01   nd@2025-06-01/D-1

`TIMES` requests are hit before the server recovers, without it all of them. `WHEN` is a Paris day or an
instant with its offset; `END` is exclusive. Without `/TYPE` REALISED is hit; `/all` hits every type. A fault of
requests with nothing before it hits both resources of the Consumption API, `weekly-` the weekly forecasts alone.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from elec_pipeline.domain.delivery_day import day_end, day_start
from elec_pipeline.simulator.curves import LoadType


class HttpFaultKind(enum.StrEnum):
    """Faults that hit a whole request."""

    UNAUTHORIZED = "401"
    FORBIDDEN = "403"
    NOT_FOUND = "404"
    TOO_MANY = "429"
    """ARG: seconds of Retry-After; 1 without it."""
    BROKEN = "500"
    HTML = "503"
    """A gateway's page of HTML."""
    CUT = "cut"
    """200, and JSON that ends in the middle."""
    SLOW = "slow"
    """The right answer, late. ARG: seconds; 5 without it."""
    DRIP = "drip"
    """The right answer, byte by byte. ARG: seconds between two bytes; 1 without it."""
    BOMB = "bomb"
    """200, and blanks that unpack to far more than they are. ARG: megabytes; 2000 without it."""
    ECHO = "echo"
    """JSON that repeats all that requests have told, secrets too. ARG: the status; 500. With 200 it is of a wrong
    shape, with 302 it leads to another host."""
    ECHO_PAGE = "echopage"
    """The same as a page of HTML. ARG: the status; 503."""


class ValueFaultKind(enum.StrEnum):
    """Faults that hit single values of a reply which is otherwise sound."""

    MISSING = "missing"
    NULL = "null"
    ND = "nd"
    DUPLICATE = "duplicate"
    """The same interval twice, equal."""
    CONFLICT = "conflict"
    """Twice, with differing values and dates: the later date has the true value. ARG: per cent; 5."""
    CONFLICT_UNDATED = "conflict-undated"
    """Twice, with differing values and no dates. ARG: per cent; 5."""
    IMPLAUSIBLE = "implausible"
    """ARG: the value served instead, MW; 0 without it."""
    REVISED = "revised"
    """Another value from the moment the fault is switched on. ARG: per cent added; 2."""


class Route(enum.StrEnum):
    """The routes that faults can hit; all of the open data's count as one."""

    TOKEN = "/token/oauth/"  # noqa: S105 - a path
    API = "/open_api/consumption/v1/short_term"
    WEEKLY = "/open_api/consumption/v1/weekly_forecasts"
    WEATHER = "/v1/forecast"
    ODRE = "/api/explore/v2.1/catalog/datasets"
    ENTSOE = "/api"


_ROUTES = {
    None: Route.API,
    "token-": Route.TOKEN,
    "weather-": Route.WEATHER,
    "odre-": Route.ODRE,
    "weekly-": Route.WEEKLY,
    "entsoe-": Route.ENTSOE,
}
DEFAULT_ARGUMENT: dict[str, float] = {
    "429": 1, "slow": 5, "drip": 1, "bomb": 2000, "echo": 500, "echopage": 503,
    "conflict": 5, "conflict-undated": 5, "revised": 2,
}  # fmt: skip
_TAKES_ARGUMENT = {*DEFAULT_ARGUMENT, "implausible"}
ALLOWED = (
    "allowed are, for requests, 401, 403, 404, 429=SECONDS, 500, 503, cut, slow=SECONDS, drip=SECONDS, "
    "bomb=MEGABYTES, echo=STATUS, echopage=STATUS, each also with token-, weather-, odre-, weekly- or "
    "entsoe- before it "
    "and with :TIMES after it; for values, missing, null, nd, duplicate, conflict=PERCENT, "
    "conflict-undated=PERCENT, implausible=MW, revised=PERCENT, each with @DAY, @INSTANT or @START..END "
    "after it, and then with /REALISED, /ID, /D-1, /D-2, /WEEKLY or /all; every =… may be left out"
)
_NUMBER = r"-?\d+(?:\.\d+)?"
_HTTP = re.compile(
    rf"(?P<route>token-|weather-|odre-|weekly-|entsoe-)?(?P<kind>\w+)(?:=(?P<arg>{_NUMBER}))?(?::(?P<times>[1-9]\d*))?"
)
_VALUE = re.compile(
    rf"(?P<kind>[a-z-]+)(?:=(?P<arg>{_NUMBER}))?@(?P<start>[^/]+?)(?:\.\.(?P<end>[^/]+))?(?:/(?P<type>.+))?"
)


@dataclass(frozen=True)
class HttpFault:
    """A fault of whole requests: which route, what, with which number, how many times (None: for ever)."""

    route: Route
    kind: HttpFaultKind
    argument: float = 0
    times: int | None = None

    def hits(self, route: Route) -> bool:
        """Tell whether it hits the requests of a route."""
        return self.route is route or (self.route is Route.API and route is Route.WEEKLY)


@dataclass(frozen=True)
class ValueFault:
    """A fault of the values whose interval overlaps a stretch of time (UTC, end exclusive)."""

    kind: ValueFaultKind
    start: datetime
    end: datetime
    load_types: frozenset[LoadType]
    argument: float = 0


@dataclass(frozen=True)
class FaultPlan:
    """Everything that is to go wrong. HTTP faults hit in their order, one fault a request."""

    of_requests: tuple[HttpFault, ...] = ()
    of_values: tuple[ValueFault, ...] = ()

    @classmethod
    def parse(cls, specs: Iterable[str]) -> FaultPlan:
        """Build a plan from fault strings.

        Args:
            specs: Strings in the grammar of this module.

        Returns:
            The plan.

        Raises:
            ValueError: A string does not follow the grammar; the message lists what does.

        Example:
            >>> FaultPlan.parse(["429=30:2"]).of_requests[0].times
            2
        """
        faults = [_parse(spec.strip()) for spec in specs]
        return cls(
            of_requests=tuple(fault for fault in faults if isinstance(fault, HttpFault)),
            of_values=tuple(fault for fault in faults if isinstance(fault, ValueFault)),
        )


@dataclass
class ActiveFaults:
    """A plan that was switched on, and how often each of its HTTP faults has hit since."""

    plan: FaultPlan
    since: datetime
    _hits: dict[int, int] = field(default_factory=dict)

    def take(self, route: Route) -> HttpFault | None:
        """Return the fault that hits this request, and count it; None where the server has recovered.

        Args:
            route: Where the request came in.
        """
        for number, fault in enumerate(self.plan.of_requests):
            hits = self._hits.get(number, 0)
            if fault.hits(route) and (fault.times is None or hits < fault.times):
                self._hits[number] = hits + 1
                return fault
        return None


def _parse(spec: str) -> HttpFault | ValueFault:
    try:
        return _parse_value(spec) if "@" in spec else _parse_http(spec)
    except ValueError as error:
        raise ValueError(f"{spec!r} is no fault ({error}): {ALLOWED}") from error


def _parse_http(spec: str) -> HttpFault:
    match = _HTTP.fullmatch(spec)
    if match is None:
        raise ValueError("it cannot be read")
    kind = HttpFaultKind(match["kind"])
    argument = _argument(kind, match["arg"])
    if argument < 0:
        raise ValueError("its number cannot be negative")
    times = int(match["times"]) if match["times"] else None
    return HttpFault(_ROUTES[match["route"]], kind, argument, times)


def _parse_value(spec: str) -> ValueFault:
    match = _VALUE.fullmatch(spec)
    if match is None:
        raise ValueError("it cannot be read")
    kind = ValueFaultKind(match["kind"])
    start, end = _stretch(match["start"])
    if match["end"]:
        end, _ = _stretch(match["end"])
    if end <= start:
        raise ValueError("its end is not after its start")
    name = match["type"] or LoadType.REALISED
    types = frozenset(LoadType) if name == "all" else frozenset({LoadType(name)})
    return ValueFault(kind, start, end, types, _argument(kind, match["arg"]))


def _argument(kind: str, text: str | None) -> float:
    if text is not None and kind not in _TAKES_ARGUMENT:
        raise ValueError(f"{kind} takes no number")
    return DEFAULT_ARGUMENT.get(kind, 0) if text is None else float(text)


def _stretch(text: str) -> tuple[datetime, datetime]:
    """Return the Paris day that a date names, or one second from an instant: enough to meet its interval."""
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        day = date.fromisoformat(text)
        return day_start(day), day_end(day)
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError("an instant needs its offset, such as Z or +02:00")
    return instant.astimezone(UTC), instant.astimezone(UTC) + timedelta(seconds=1)
