"""The page that Streamlit sends names the code of the charts, and whatever else is sent stays as it is."""

from __future__ import annotations

from pathlib import Path

import pytest
import streamlit
from starlette.applications import Starlette
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from elec_pipeline.serving.early import Early, hint

STATIC = Path(streamlit.__file__).with_name("static")
PAGE = "<html><head><title>é</title></head><body></body></html>"


@pytest.fixture
def page(tmp_path: Path) -> Path:
    file = tmp_path / "index.html"
    file.write_text(PAGE, encoding="utf-8")
    return file


@pytest.fixture
def client(page: Path) -> TestClient:
    routes = [
        Route("/", lambda _: FileResponse(page)),
        Route("/data", lambda _: JSONResponse({"said": "</head>"})),
        Route("/packed", lambda _: Response(PAGE, media_type="text/html", headers={"Content-Encoding": "x"})),
        Route(
            "/pieces",
            lambda _: StreamingResponse(iter(["<html><head></head>", "</html>"]), media_type="text/html"),
        ),
        Route("/absent", lambda _: HTMLResponse(PAGE, status_code=404)),
        Route("/headless", lambda _: HTMLResponse("<html></html>")),
    ]
    return TestClient(Early(Starlette(routes=routes), b"<link>"))


def test_a_page_has_the_hint_and_no_tag_of_the_file_without_it(client: TestClient) -> None:
    reply = client.get("/")
    assert reply.text == PAGE.replace("</head>", "<link></head>")
    assert int(reply.headers["content-length"]) == len(reply.content)
    assert not {"etag", "last-modified"} & reply.headers.keys()


@pytest.mark.parametrize("path", ["/data", "/packed", "/pieces", "/absent", "/headless"])
def test_all_else_stays_as_it_is(client: TestClient, path: str) -> None:
    with client.stream("GET", path) as reply:
        assert b"<link>" not in b"".join(reply.iter_raw())


def test_asking_for_the_headers_alone_is_left_alone(client: TestClient) -> None:
    assert client.head("/").headers["etag"]


def test_streamlit_has_the_file_that_the_hint_names(tmp_path: Path) -> None:
    said = hint(STATIC).decode()
    [name] = {part.split('"')[0] for part in said.split("./static/js/")[1:]}
    assert (STATIC / "static" / "js" / name).stat().st_size > 1e6
    assert hint(tmp_path) == b""
