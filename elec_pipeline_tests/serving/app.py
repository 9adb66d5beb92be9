"""A small application behind `serving.server.run`, to be started as a program: port, then limits as JSON."""

from __future__ import annotations

import asyncio
import json
import sys

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from elec_pipeline.serving.registry import ConnectionLimits
from elec_pipeline.serving.server import run


async def health(_: Request) -> Response:
    return JSONResponse({"status": "ok"})


async def predict(request: Request) -> Response:
    return JSONResponse({"received": len(await request.body())})


async def slow(request: Request) -> Response:
    await asyncio.sleep(float(request.query_params["s"]))
    return PlainTextResponse("done")


async def large(request: Request) -> Response:
    return Response(b"x" * int(request.query_params["bytes"]))


async def echo(web_socket: WebSocket) -> None:
    await web_socket.accept()
    async for text in web_socket.iter_text():
        await web_socket.send_text(text)


ROUTES = [
    Route("/health", health),
    Route("/predict", predict, methods=["POST"]),
    Route("/slow", slow),
    Route("/large", large),
    WebSocketRoute("/echo", echo),
]

if __name__ == "__main__":
    run(
        Starlette(routes=ROUTES),
        host="127.0.0.1",
        port=int(sys.argv[1]),
        limits=ConnectionLimits(**json.loads(sys.argv[2])),
        websockets=True,
    )
