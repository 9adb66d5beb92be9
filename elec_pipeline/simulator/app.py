"""The simulator's routes.

Here: HTTP, authentication, when a fault hits. Not here: what is said (`protocol`), how the server is run
(`server`).
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar
from uuid import NAMESPACE_URL, uuid5

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route as HttpRoute

from elec_pipeline.simulator import entsoe, odre_app, tokens
from elec_pipeline.simulator.curves import Curves
from elec_pipeline.simulator.echo_replies import echo, heard_of
from elec_pipeline.simulator.fault_replies import bomb, cut_off, dripping, refusal, unauthorized
from elec_pipeline.simulator.faults import ActiveFaults, FaultPlan, HttpFault, HttpFaultKind, Route
from elec_pipeline.simulator.odre_rows import OpenData
from elec_pipeline.simulator.open_meteo import (
    WeatherQuota,
    WeatherQuotaError,
    WeatherRequestError,
    read_weather_request,
    weather_body,
)
from elec_pipeline.simulator.protocol import ByteOrderMark, error_body, short_term_body, weekly_body
from elec_pipeline.simulator.window import BadRequestError, read_request, read_weekly_request

Wanted = TypeVar("Wanted")
"""What a request of a resource asks for."""


def utc_now() -> datetime:
    """Return the present moment."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class SimulatorOptions:
    """How the server behaves while nothing is wrong.

    Attributes:
        credentials: The one client id and secret that is accepted; None accepts any that are not empty.
        token_lifetime_s: `expires_in` of a token, seconds.
        byte_order_mark: Which replies begin with a byte-order mark.
        weather_quota: Calls to Open-Meteo a minute and a day; None: as many as one likes.
    """

    credentials: tuple[str, str] | None = None
    token_lifetime_s: int = 7199
    byte_order_mark: ByteOrderMark = ByteOrderMark.SOME
    weather_quota: tuple[float | None, float | None] = (None, None)


class Simulator:
    """The state of one server: its curves, its clock, its faults and its count of requests.

    Args:
        curves: Where values come from.
        faults: Fault strings, see `faults`.
        now: The clock by which values are published; returns a zone-aware moment.
        options: How the server behaves otherwise.

    Raises:
        ValueError: A fault string makes no sense.
    """

    def __init__(
        self,
        curves: Curves,
        faults: Iterable[str] = (),
        now: Callable[[], datetime] = utc_now,
        options: SimulatorOptions | None = None,
    ) -> None:
        self._curves = curves
        self._now = now
        self._options = options or SimulatorOptions()
        self._weather_quota = WeatherQuota(*self._options.weather_quota)
        self._calls: Counter[tuple[Route, int]] = Counter()
        self._asked = 0
        self._heard: dict[str, None] = {}
        self.set_faults(faults)

    def set_clock(self, now: Callable[[], datetime]) -> None:
        """Replace the clock by which values are published; it returns a zone-aware moment."""
        self._now = now

    def set_faults(self, faults: Iterable[str]) -> None:
        """Replace the plan of faults; its counts, and the moment it was switched on, begin anew.

        Args:
            faults: Fault strings, see `faults`; none: all is well.

        Raises:
            ValueError: A fault string makes no sense; the plan in force stays.
        """
        self._faults = ActiveFaults(FaultPlan.parse(faults), since=self._now())

    def requests(self) -> dict[str, dict[str, int]]:
        """Return how many calls were answered, such as `{"/token/oauth/": {"200": 1}}`."""
        counts: dict[str, dict[str, int]] = {}
        for (route, status), calls in sorted(self._calls.items()):
            counts.setdefault(route.value, {})[str(status)] = calls
        return counts

    def heard(self) -> list[str]:
        """Return all that requests have told in their `Authorization` or as `apikey`, in several forms."""
        return list(self._heard)

    def app(self) -> Starlette:
        """Return the ASGI application."""
        return Starlette(
            routes=[
                HttpRoute(Route.TOKEN, self._token_route, methods=["POST"]),
                HttpRoute(Route.API, self._short_term_route, methods=["GET"]),
                HttpRoute(Route.WEEKLY, self._weekly_route, methods=["GET"]),
                HttpRoute(Route.WEATHER, self._weather_route, methods=["GET"]),
                HttpRoute(Route.ENTSOE, self._entsoe_route, methods=["GET"]),
                HttpRoute(odre_app.RECORDS, self._odre_route, methods=["GET"]),
                HttpRoute(odre_app.EXPORTS, self._odre_route, methods=["GET"]),
                HttpRoute("/health", self._health, methods=["GET"]),
                HttpRoute("/simulator/faults", self._replace_faults, methods=["POST"]),
                HttpRoute("/simulator/requests", self._show_requests, methods=["GET"]),
            ]
        )

    async def _token_route(self, request: Request) -> Response:
        return await self._with_faults(Route.TOKEN, request, self._token)

    async def _short_term_route(self, request: Request) -> Response:
        return await self._with_faults(Route.API, request, self._short_term)

    async def _weekly_route(self, request: Request) -> Response:
        return await self._with_faults(Route.WEEKLY, request, self._weekly)

    async def _weather_route(self, request: Request) -> Response:
        return await self._with_faults(Route.WEATHER, request, self._weather)

    async def _odre_route(self, request: Request) -> Response:
        return await self._with_faults(Route.ODRE, request, self._odre)

    async def _entsoe_route(self, request: Request) -> Response:
        return await self._with_faults(Route.ENTSOE, request, self._entsoe)

    async def _entsoe(self, request: Request, _: str) -> Response:
        if not request.query_params.get("securityToken"):
            return _document(
                entsoe.acknowledgement("999", "Unauthorized. Missing or invalid security token."), 401
            )
        try:
            body = await run_in_threadpool(entsoe.load_body, request.query_params, self._curves, self._now())
        except entsoe.EntsoeRequestError as error:
            return _document(entsoe.acknowledgement("1000", str(error)), 400)
        return _document(body)

    async def _odre(self, request: Request, _: str) -> Response:
        return await odre_app.answer(request, OpenData(self._curves, self._faults), self._now())

    async def _with_faults(
        self, route: Route, request: Request, answer: Callable[[Request, str], Awaitable[Response]]
    ) -> Response:
        """Answer a request, or do what the plan of faults has for it instead."""
        self._asked += 1
        transaction_id = str(uuid5(NAMESPACE_URL, f"{route}#{self._asked}"))
        fault = self._faults.take(route)
        in_query = [f"{name} {request.query_params.get(name, '')}" for name in ("apikey", "securityToken")]
        for told in (request.headers.get("Authorization", ""), *in_query):
            self._heard |= dict.fromkeys(heard_of(told))
        if fault and fault.kind is HttpFaultKind.SLOW:
            await asyncio.sleep(fault.argument)
        reply = self._instead(fault, transaction_id) if fault else None
        if reply is None:
            reply = await answer(request, transaction_id)
        if fault and fault.kind is HttpFaultKind.CUT:
            reply = cut_off(reply)
        if fault and fault.kind is HttpFaultKind.DRIP:
            reply = dripping(reply, fault.argument)
        self._calls[route, reply.status_code] += 1
        return reply

    def _instead(self, fault: HttpFault, transaction_id: str) -> Response | None:
        """Return what a fault answers instead of the right reply; None where the right reply is needed."""
        if fault.kind in (HttpFaultKind.ECHO, HttpFaultKind.ECHO_PAGE):
            return echo(fault, self._heard)
        if fault.kind is HttpFaultKind.BOMB:
            return bomb(int(fault.argument))
        return refusal(fault, transaction_id)

    async def _token(self, request: Request, transaction_id: str) -> Response:
        credentials = tokens.basic_credentials(request.headers.get("Authorization", ""))
        if credentials is None or self._options.credentials not in (None, credentials):
            return unauthorized(Route.TOKEN, transaction_id)
        lifetime_s = self._options.token_lifetime_s
        return JSONResponse(
            {"access_token": tokens.issue(lifetime_s), "token_type": "Bearer", "expires_in": lifetime_s}
        )

    async def _short_term(self, request: Request, transaction_id: str) -> Response:
        return await self._consumption(request, transaction_id, read_request, short_term_body)

    async def _weekly(self, request: Request, transaction_id: str) -> Response:
        return await self._consumption(request, transaction_id, read_weekly_request, weekly_body)

    async def _consumption(
        self,
        request: Request,
        transaction_id: str,
        read: Callable[[Mapping[str, str], datetime], Wanted],
        body_of: Callable[[Curves, Wanted, datetime, ActiveFaults, ByteOrderMark], bytes],
    ) -> Response:
        """Answer for a resource of the Consumption API, to those who have a token."""
        if not tokens.is_valid(request.headers.get("Authorization", "")):
            return unauthorized(Route.API, transaction_id)
        now = self._now()
        try:
            wanted = read(request.query_params, now)
        except BadRequestError as error:
            return JSONResponse(error_body(error.code, str(error), transaction_id), 400)
        # In a thread: half a year of values takes a while, and other requests shall not wait for it.
        body = await run_in_threadpool(
            body_of, self._curves, wanted, now, self._faults, self._options.byte_order_mark
        )
        return Response(body, media_type="application/json")

    async def _weather(self, request: Request, _: str) -> Response:
        now, seed = self._now(), getattr(self._curves, "seed", None)
        if seed is None:
            return JSONResponse({"error": True, "reason": "Replayed series have no weather."}, 400)
        try:
            wanted = read_weather_request(request.query_params, now)
            self._weather_quota.take(wanted.calls, now)
        except WeatherRequestError as error:
            return JSONResponse({"error": True, "reason": str(error)}, 400)
        except WeatherQuotaError as error:
            return JSONResponse({"error": True, "reason": str(error)}, 429)
        body = await run_in_threadpool(weather_body, wanted, seed, now)
        return Response(body, media_type="application/json")

    async def _health(self, _: Request) -> Response:
        return JSONResponse({"status": "ok", "now": self._now().astimezone(UTC).isoformat()})

    async def _replace_faults(self, request: Request) -> Response:
        try:
            faults = _strings(await request.json())
            self.set_faults(faults)
        except ValueError as error:
            return JSONResponse({"error": str(error)}, 400)
        return JSONResponse({"faults": faults})

    async def _show_requests(self, _: Request) -> Response:
        return JSONResponse(self.requests())


def _document(body: bytes, status: int = 200) -> Response:
    return Response(body, status, media_type="text/xml")


def _strings(body: object) -> list[str]:
    if not isinstance(body, list) or not all(isinstance(entry, str) for entry in body):
        raise ValueError("The body must be a JSON list of fault strings.")
    return body
