"""What the text of a setting may be, and what is tidied of it.

Here: pure rules over texts; a text that breaks one raises a `ValueError` whose message is the sentence for the
user. Not here: which setting obeys which rule (`settings`), and the words for other faults (`settings_errors`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from pydantic import SecretStr

from elec_pipeline.redaction import STARS, url_secrets

ANY_ORIGIN = "*"
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
"""Where a secret may be sent in the clear: to this very machine."""
OLDER_LAYOUT = ("db_host", "db_port", "db_name", "db_user", "db_password")
"""Settings by which an older layout named its database."""
_CREDENTIALS = frozenset({"rte_client_id", "rte_client_secret", "open_meteo_api_key", "entsoe_api_token"})
_AS_THEY_ARE = frozenset({"elec_ui_password", "db_password"})
"""Passwords that people choose: a blank or a quote may be part of one."""
_LONGEST_SHOWN = 80
_BLANKS = " \t\r\n\v\f\u00a0\u200b\u200c\u200d\u2060\ufeff"
_QUOTES = {'"': '"', "'": "'", "“": "”", "\u2018": "\u2019", "«": "»"}
_ESCAPED_BLANK = re.compile(r"(\\[nrt])+$|^(\\[nrt])+")
_HOST = re.compile(r"(?:[\w-]+\.)*[\w-]+\.?|\[[0-9a-fA-F:.]+\]", re.ASCII)
_NAME = re.compile(r"[\w.-]+(:\d+)?|\[[0-9a-fA-F:.]+\](:\d+)?", re.ASCII)


def tidy(text: str, *, is_credential: bool = False) -> str:
    r"""Return a text without the blanks and the pair of quotes that pasting and env files leave around it.

    Args:
        text: As it was given.
        is_credential: Whether no quote and no escaped line break can belong to it.

    Example:
        >>> tidy(' "https://odre.example"\n'), tidy('"my-id\\n"', is_credential=True), tidy("it's")
        ('https://odre.example', 'my-id', "it's")
    """
    while True:
        bare = text.strip(_BLANKS)
        if is_credential:
            bare = _ESCAPED_BLANK.sub("", bare).strip("".join([*_QUOTES, *_QUOTES.values()]))
        elif len(bare) > 1 and _QUOTES.get(bare[0]) == bare[-1]:
            bare = bare[1:-1]
        if bare == text:
            return text
        text = bare


def tidy_all(given: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Return settings with tidy texts, without those that are empty, and what is to be said of it.

    Args:
        given: Values by name, lower case; those that are no text stay as they are.

    Raises:
        ValueError: One is no text in UTF-8.
    """
    values, remarks = {}, []
    odd = [name.upper() for name, value in given.items() if isinstance(value, str) and not _is_unicode(value)]
    if odd:
        raise ValueError("\n".join(f"{name} cannot be used: it must be a text in UTF-8." for name in odd))
    for name, value in given.items():
        tidied = value
        if isinstance(value, str) and name not in _AS_THEY_ARE:
            tidied = tidy(value, is_credential=name in _CREDENTIALS)
            if tidied != value and tidied:
                remarks.append(f"{name.upper()} has blanks, line breaks or quotes around it, which are left out.")
        if tidied != "":
            values[name] = tidied
    return values, remarks


def sentence(name: str, value: object, allowed: str) -> str:
    """Return the one sentence for a bad setting.

    Args:
        name: Of the setting, in either case.
        value: No secret; passwords in URLs are hidden.
        allowed: What it must be.

    Example:
        >>> sentence("elec_source", "foo", "auto, rte, odre or simulator")
        "ELEC_SOURCE is 'foo': it must be auto, rte, odre or simulator."
    """
    shown = str(value)
    for secret in url_secrets(shown if "://" in shown else f"http://{shown}"):
        shown = shown.replace(secret, STARS) if secret else shown
    shown = shown if len(shown) <= _LONGEST_SHOWN else f"{shown[:_LONGEST_SHOWN]}…"
    return f"{name.upper()} is {shown!r}: it must be {allowed}."


def listed(text: str) -> list[str]:
    """Return what a comma-separated list names.

    Example:
        >>> listed("https://a.example, https://b.example,")
        ['https://a.example', 'https://b.example']
    """
    return [each.strip() for each in text.split(",") if each.strip()]


def http_url(name: str, url: str, or_else: str = "") -> str:
    """Return a URL of HTTP without a slash at its end.

    Args:
        name: Of the setting.
        url: Scheme, host, and a path where there is one.
        or_else: What else the setting may be, for the message.

    Raises:
        ValueError: It is none.
    """
    if not _is_http(url):
        raise ValueError(
            sentence(name, url, f"a URL that starts with http:// or https:// and has a host{or_else}")
        )
    return url.rstrip("/")


def origins(name: str, text: str) -> str:
    """Return a list of web origins, or `*` for every one, as browsers write them.

    Raises:
        ValueError: One is no origin.

    Example:
        >>> origins("elec_api_cors_origins", "https://App.example:443, http://localhost:5173")
        'https://app.example,http://localhost:5173'
    """
    return ",".join(_origin(name, each) for each in listed(text))


def host_names(name: str, text: str) -> str:
    """Return a list of host names.

    Raises:
        ValueError: One is no host name.
    """
    for host in listed(text):
        if not _NAME.fullmatch(host):
            raise ValueError(
                sentence(name, host, "host names by comma, such as elec.example or elec.example:8443")
            )
    return text


def older_url(given: Mapping[str, str]) -> str:
    """Return the URL of the database that the settings of the older layout name; empty where they name none.

    Args:
        given: Values by the names in `OLDER_LAYOUT`, empty or missing where not set. The password may hold any
            character.

    Raises:
        ValueError: They name half a database, or no port.

    Example:
        >>> older_url({"db_host": "db.example", "db_name": "elec", "db_user": "ada", "db_password": "p@ss/w"})
        'postgresql://ada:p%40ss%2Fw@/elec?host=db.example&port=5432'
    """
    host, port, name, user, password = (given.get(each, "") for each in OLDER_LAYOUT)
    if not name and host:
        raise ValueError("DB_HOST is set and DB_NAME is not: set it too, or DATABASE_URL, or neither.")
    if not name or not (host or user or password):
        return ""
    port = port or "5432"
    if not re.fullmatch(r"\d{1,5}", port, re.ASCII) or not 1 <= int(port) <= 65535:  # noqa: PLR2004 - ports
        raise ValueError(sentence("db_port", port, "a whole number from 1 to 65535"))
    account = _quoted(user) + (f":{_quoted(password)}" if password else "")
    # In the query, a host may be a folder of sockets or an IPv6 address too.
    return f"postgresql://{account}@/{_quoted(name)}?host={_quoted(host or 'localhost')}&port={port}"


def take_older_database(values: dict[str, Any]) -> list[str]:
    """Put the URL that an older layout's settings come to among the values where there is none; returns remarks.

    Args:
        values: Settings by name, changed in place.

    Raises:
        ValueError: The older settings make no URL; the message says which of them.
    """
    configured = _plain(values.get("database_url"))
    older = {name: _plain(values.get(name)) for name in OLDER_LAYOUT}
    if not configured and (url := older_url(older)):
        values["database_url"] = url
        return []
    named = [name.upper() for name, value in older.items() if value]
    if not named:
        return []
    why = "DATABASE_URL is set, which goes before" if configured else "a database needs DB_HOST and DB_NAME"
    return [f"{', '.join(named)} {'is' if len(named) == 1 else 'are'} not used: {why}."]


def _plain(value: Any) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value or "")


def _quoted(text: str) -> str:
    return quote(text.encode("utf-8", "surrogateescape"), safe="")


def _is_http(url: str) -> bool:
    if not url.startswith(("http://", "https://")) or any(char.isspace() for char in url):
        return False
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port  # either may be none
    except ValueError:
        return False
    name = f"[{host}]" if host and ":" in host else host or ""
    return port != 0 and _HOST.fullmatch(name) is not None and not parts.query and not parts.fragment


def _origin(name: str, origin: str) -> str:
    if origin == ANY_ORIGIN:
        return origin
    parts = urlsplit(origin) if _is_http(origin) else None
    if parts is None or parts.path or "@" in parts.netloc:
        raise ValueError(
            sentence(
                name, origin, "origins such as https://app.example without a path, by comma, or * for every one"
            )
        )
    usual = {"http": ":80", "https": ":443"}[parts.scheme]
    return f"{parts.scheme}://{parts.netloc.lower().removesuffix(usual)}"


def _is_unicode(text: str) -> bool:
    """Say whether a text is one: bytes of another encoding come as halves of surrogate pairs."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
