"""The real Caddy with our Caddyfile, before servers that say who they are."""

from __future__ import annotations

import os
import re
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests
from starlette.testclient import TestClient

from elec_pipeline.serving.password import login
from elec_pipeline_tests.api.conftest import app_of
from elec_pipeline_tests.deploy.conftest import CADDY, DEPLOY, needs_caddy
from elec_pipeline_tests.ports import free_port

pytestmark = needs_caddy
PASSWORD = "correct: horse é"
HASH = "$2a$04$0CX90Y6.T3E52STIUWdXj.lwG2gFaPtwVhRPNJys4lBxUdsvy57qq"
"""Of the password, with the least cost that bcrypt has."""
SERVERS = ("DAGSTER", "API", "DASHBOARD")


@contextmanager
def server(name: str) -> Iterator[str]:
    """Serve a name, the path that was asked for and the host, under every path; yields the address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = f"{name} {self.path} {self.headers['Host']}".encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        thread = threading.Thread(target=http.serve_forever)
        thread.start()
        yield f"127.0.0.1:{http.server_port}"
        http.shutdown()
        thread.join()


def environment(folder: Path, **more: str) -> dict[str, str]:
    (folder / "hash").write_text(HASH + "\n", encoding="utf-8")
    paths = {name: str(folder) for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME")}
    return {**os.environ, **paths, "ELEC_PASSWORD_HASH_FILE": str(folder / "hash"), **more}


@contextmanager
def caddy(folder: Path, **more: str) -> Iterator[str]:
    """Run Caddy before three servers for as long as the block lasts; yields its address, without TLS."""
    with ExitStack() as stack:
        at = {f"ELEC_{name}_AT": stack.enter_context(server(name.lower())) for name in SERVERS}
        url = f"http://127.0.0.1:{free_port()}"
        process = subprocess.Popen(  # noqa: S603 - our own program
            [CADDY, "run", "--config", DEPLOY / "Caddyfile"],
            env=environment(folder, ELEC_DOMAIN=url, **at, **more),
            stderr=subprocess.DEVNULL,
        )
        try:
            deadline = time.monotonic() + 20
            while True:
                try:
                    requests.get(url, timeout=2)
                    break
                except requests.ConnectionError:
                    assert process.poll() is None
                    assert time.monotonic() < deadline
                    time.sleep(0.05)
            yield url
        finally:
            process.terminate()
            process.wait(10)


def test_each_path_has_its_server_and_none_is_open(tmp_path: Path) -> None:
    with caddy(tmp_path) as url:
        host = url.removeprefix("http://")
        for path, name in {
            "/": "dashboard",
            "/accuracy?lang=fr": "dashboard",
            "/dagsters": "dashboard",
            "/dagster": "dagster",
            "/dagster/graphql": "dagster",
            "/api": "api",
            "/api/health": "api",
            "/v1/accuracy": "api",
            "/docs": "api",
            "/docs-parts/swagger-ui.css": "api",
            "/openapi.json": "api",
        }.items():
            for wrong in ({}, login("wrong"), {"Authorization": "Bearer x"}, {"X-API-Key": PASSWORD}):
                refused = requests.get(url + path, headers=wrong, timeout=5)
                assert refused.status_code == 401, path
                assert refused.headers["WWW-Authenticate"].startswith("Basic")
            reply = requests.get(url + path, headers=login(PASSWORD), timeout=5)
            assert reply.text == f"{name} {path} {host}"
            assert reply.headers["X-Content-Type-Options"] == "nosniff"


def test_what_the_api_tells_to_monitoring_is_shown_by_nobody(tmp_path: Path) -> None:
    with caddy(tmp_path) as url:
        assert requests.get(f"{url}/metrics", timeout=5).status_code == 401
        assert requests.get(f"{url}/metrics", headers=login(PASSWORD), timeout=5).status_code == 404


def test_accounts_of_the_machine_cannot_ask_it_for_secrets(tmp_path: Path) -> None:
    admin = free_port()
    with caddy(tmp_path, CADDY_ADMIN=f"127.0.0.1:{admin}"), pytest.raises(requests.ConnectionError):
        requests.get(f"http://127.0.0.1:{admin}/config/", timeout=5)


def test_every_part_of_the_page_about_the_api_goes_to_the_api(tmp_path: Path) -> None:
    page = TestClient(app_of("postgresql://nobody@127.0.0.1:9/none"), "http://localhost").get("/docs").text
    parts = set(re.findall(r"""(?:src|href|url)\s*[=:]\s*["'](/[^"']+)""", page))
    assert len(parts) > 2
    with caddy(tmp_path) as url:
        for part in parts:
            assert requests.get(url + part, headers=login(PASSWORD), timeout=5).text.startswith("api "), part


def test_paths_that_are_opened_for_holders_of_a_key_are_open_and_no_others(tmp_path: Path) -> None:
    with caddy(tmp_path, ELEC_OPEN_PATHS="/api/* /v1/*") as url:
        for path, status in {
            "/api/health": 200,
            "/v1/accuracy": 200,
            "/docs": 401,
            "/dagster": 401,
            "/": 401,
        }.items():
            assert requests.get(url + path, timeout=5).status_code == status, path


def validated(folder: Path, text: str) -> subprocess.CompletedProcess[str]:
    (folder / "Caddyfile").write_text(text, encoding="utf-8")
    command: list[str | Path] = [CADDY, "validate", "--adapter", "caddyfile", "--config", folder / "Caddyfile"]
    return subprocess.run(  # noqa: S603 - our own program
        command, env=environment(folder), capture_output=True, text=True, check=False, timeout=20
    )


@pytest.mark.parametrize(
    ("right", "wrong"),
    [("basic_auth", "basicauthh"), ("reverse_proxy", "reverse_prox"), ("encode zstd", "encode zstandard")],
)
def test_a_slip_in_it_is_noticed(tmp_path: Path, right: str, wrong: str) -> None:
    text = (DEPLOY / "Caddyfile").read_text(encoding="utf-8")
    assert validated(tmp_path, text).returncode == 0
    assert validated(tmp_path, text.replace(right, wrong, 1)).returncode != 0


def test_without_a_hash_it_does_not_start(tmp_path: Path) -> None:
    text = (DEPLOY / "Caddyfile").read_text(encoding="utf-8")
    done = validated(tmp_path, text.replace("{$ELEC_PASSWORD_HASH_FILE:", "{$NO_SUCH_VARIABLE:"))
    assert done.returncode != 0
    assert "password" in done.stderr
