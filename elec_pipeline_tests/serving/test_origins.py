"""The layer that tells our own pages from others, by the headers that browsers send."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from pydantic import SecretStr
from starlette.responses import PlainTextResponse
from starlette.types import Message

from elec_pipeline.errors import ConfigurationError
from elec_pipeline.serving import reach
from elec_pipeline.serving.origins import Origins
from elec_pipeline.settings import Settings

FROM_OUTSIDE = "192.0.2.7"
"""Our address in a network, where a request did not come over loopback."""


def status(
    layer: dict[str, Any], headers: list[tuple[str, str]], method: str = "GET", server: str | None = "127.0.0.1"
) -> int:
    """Return the status that a request with these headers gets."""
    scope = {
        "type": "http",
        "method": method,
        "path": "/",
        "query_string": b"",
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in headers],
        "server": server and (server, 3000),
    }
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(Origins(PlainTextResponse("secret"), **layer)(scope, receive, send))
    code: int = sent[0]["status"]
    return code


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:3000", "127.0.0.1:3000", "127.1.2.3", "[::1]:3000", "0.0.0.0:3000"]
)
def test_loopback_is_reached_by_all_its_names(host: str) -> None:
    assert status({}, [("Host", host)]) == 200


@pytest.mark.parametrize(
    "host", ["", " ", "evil.example", "localhost:", "localhost:x", "a@localhost", "[::1", "é", "[::2]"]
)
def test_a_host_that_is_not_ours_or_is_none_is_refused(host: str) -> None:
    for layer in ({}, {"names": ["elec.example"]}, {"hosts": ["", "é"]}):
        assert status(layer, [("Host", host)]) == 403


def test_each_of_several_hosts_must_be_ours() -> None:
    assert status({}, [("Host", "localhost"), ("Host", "evil.example")]) == 403


@pytest.mark.parametrize(
    ("server", "code"),
    [(FROM_OUTSIDE, 200), ("127.0.0.1", 403), ("::ffff:127.0.0.1", 403), ("::1", 403), (None, 403)],
)
def test_an_address_will_do_where_the_request_came_from_outside(server: str | None, code: int) -> None:
    assert status({}, [("Host", f"{FROM_OUTSIDE}:3000")], server=server) == code
    assert status({}, [("Host", "evil.example")], server=server) == 403


@pytest.mark.parametrize("host", ["elec.example", "127.0.0.1:3000"])
def test_a_proxy_may_hand_on_its_name_or_call_us_by_ours(host: str) -> None:
    layer = {"hosts": ["elec.example", "other.example:8443", "192.0.2.9"]}
    assert status(layer, [("Host", "192.0.2.9")]) == 200
    for page in ("https://elec.example", "https://other.example:8443"):
        assert status(layer, [("Host", host), ("Origin", page)], "POST") == 200
    for page in ("https://elec.example:8443", "https://other.example", "https://a.elec.example"):
        assert status(layer, [("Host", host), ("Origin", page)], "POST") == 403


def test_another_port_of_the_host_may_call_only_where_that_is_meant() -> None:
    headers = [("Host", "localhost:8000"), ("Origin", "http://localhost:3000")]
    assert status({}, headers) == 403
    assert status({"other_ports": True}, headers) == 200
    assert status({"other_ports": True}, [("Host", "localhost:8000"), ("Origin", "http://127.0.0.1:3000")]) == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_what_a_page_of_another_site_embeds_is_refused_and_a_link_works(site: str) -> None:
    def asked(method: str, mode: str, dest: str) -> int:
        headers = [("Sec-Fetch-Site", site), ("Sec-Fetch-Mode", mode), ("Sec-Fetch-Dest", dest)]
        return status({}, [("Host", "localhost"), *headers], method)

    assert asked("GET", "navigate", "document") == 200
    assert asked("GET", "navigate", "iframe") == 403
    assert asked("GET", "no-cors", "image") == 403
    assert asked("GET", "cors", "empty") == 403
    assert asked("POST", "navigate", "document") == 403


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_the_own_page_and_the_address_bar_may_all(site: str) -> None:
    assert status({}, [("Host", "localhost"), ("Sec-Fetch-Site", site)], "POST") == 200


def test_origins_that_are_named_may_call_and_ask_before() -> None:
    layer = {"origins": ["https://app.example"]}
    headers = [("Host", "localhost"), ("Origin", "https://app.example"), ("Sec-Fetch-Site", "cross-site")]
    assert status(layer, headers, "POST") == 200
    assert status(layer, headers, "OPTIONS") == 200


@pytest.mark.parametrize("hosts", ["https://elec.example", "*", "elec.example/x", "a b"])
def test_what_is_no_host_is_refused_by_the_settings(hosts: str) -> None:
    with pytest.raises(ValueError, match="ELEC_ALLOWED_HOSTS"):
        Settings(elec_allowed_hosts=hosts)


def test_the_name_that_the_api_listens_on_is_one_of_its_names() -> None:
    here = Settings(elec_allowed_hosts="a.example, b.example:8443")
    assert reach.listening(here, "elec.example").allowed_hosts == ["a.example", "b.example:8443", "elec.example"]
    assert reach.listening(here, "0.0.0.0").allowed_hosts == ["a.example", "b.example:8443"]  # noqa: S104


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "elec.example"])  # noqa: S104
def test_beyond_loopback_a_password_is_demanded_and_what_is_open_is_said(host: str) -> None:
    with pytest.raises(ConfigurationError, match="ELEC_UI_PASSWORD"):
        reach.demand_password(Settings(elec_ui_password=SecretStr("")), host)
    reach.demand_password(Settings(elec_ui_password=SecretStr("x")), host)
    said = reach.warnings(Settings(elec_ui_password=SecretStr("x"), elec_api_key=SecretStr("")), host)
    assert ["HTTPS" in said[0], "ELEC_API_KEY" in said[1], len(said)] == [True, True, 2]
    assert "dashboard" in reach.dashboard_warnings(Settings(elec_ui_password=SecretStr("")), host)[0]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_on_loopback_nothing_is_demanded_or_said(host: str) -> None:
    reach.demand_password(Settings(elec_ui_password=SecretStr("")), host)
    assert not reach.warnings(Settings(elec_ui_password=SecretStr(""), elec_api_key=SecretStr("")), host)
