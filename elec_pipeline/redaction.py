"""Our own secrets never get out: the one place that knows them all and takes them out of a text.

Here: `scrub`, which replaces every secret of this process, in every form in which it may come back, by `***`;
`remember`, for secrets that no setting holds, such as access tokens; and `ask_too`, by which the settings say what
they hold. Nothing of ours is imported here: everything else, the errors first, stands on it. Not here: where texts
pass (`errors` for every typed error, `guard` for logs, output and Dagster's database). Cheap to import: no
Dagster, no pandas, no SQLAlchemy.

A source that echoes what it was sent, a driver that quotes its URL and a traceback that shows a header all end
here. What is looked for, of each secret:

- as it is, and as a URL, JSON (once or twice), Python's repr or HTML would write it;
- in Base64, standard and URL-safe, padded or not, wherever it stands in what was encoded, such as `id:secret`;
- in hexadecimal;
- in any mixture of upper and lower case.

Common words are no secrets, even where they are set as one: a password `postgres` would turn every URL into
stars. Such values, and those too short to be told from other text, are taken out only where they stand as a
password does.
"""

from __future__ import annotations

import base64
import html
import json
import os
import re
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias
from urllib.parse import parse_qsl, quote, quote_plus, unquote, urlsplit

STARS = "***"
SECRET_PARAMETERS = frozenset({"password", "sslpassword", "passfile", "apikey", "api_key", "token"})
"""Parameters of a URL's query whose values are secrets."""
_PUBLIC = frozenset(
    {
        *("simulator", "postgres", "postgresql", "password", "passwd", "secret", "elec", "elec_reader", "dagster"),
        *("admin", "root", "user", "test", "example", "localhost", "client", "token", "key", "api", "changeme"),
        *("none", "null", "true", "false"),
    }
)
_SHORTEST = 6
"""Characters below which a value is taken out only where it stands as a password does."""
_WORD_UP_TO = 9
"""Characters up to which a value is taken out only as a whole word."""
_SHORTEST_ENCODED = 8
"""Characters of Base64 below which a match would be chance."""
_MOST_REMEMBERED = 64
"""Tokens: a source repeats one that it was sent lately. A process that fetches thousands of them stays quick."""
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")
_OTHER_VARIABLES = (*_PROXIES, "PGPASSWORD")
SECRET_VARIABLES = (
    *("DATABASE_URL", "ELEC_READONLY_DATABASE_URL", "DB_PASSWORD"),
    *("RTE_CLIENT_ID", "RTE_CLIENT_SECRET", "OPEN_METEO_API_KEY", "ELEC_API_KEY", "ELEC_UI_PASSWORD"),
    *("ENTSOE_API_TOKEN", "ELEC_ALERTS"),
)
ADDRESS_VARIABLES = (
    *(
        "ELEC_DAGSTER_URL",
        "ELEC_DAGSTER_INTERNAL_URL",
        "RTE_BASE_URL",
        "ODRE_BASE_URL",
        "ENTSOE_URL",
        "OPEN_METEO_URL",
        "OPEN_METEO_PREVIOUS_RUNS_URL",
    ),
)
"""Settings whose values are secrets, and those that may hold a password before the host. Named here too, because
nothing of ours is imported here: a secret must be known before anybody has read the settings. A test compares them
with those of `settings`."""
SecretSource: TypeAlias = Callable[[tuple[str, ...]], tuple[str, ...]]
"""Returns secrets, given the values of the environment's."""

_lock = threading.Lock()
_remembered: dict[str, None] = {}
_sources: list[SecretSource] = []


@dataclass(frozen=True)
class _Search:
    """What to look for in a text because of one secret, compiled.

    Attributes:
        forms: Lower case, the shortest first; a text that holds none of them is clean, and looking for them is
            quick.
        pattern: All forms, longest first, with the surroundings that short ones need.
    """

    forms: tuple[str, ...]
    pattern: re.Pattern[str]


def scrub(text: str) -> str:
    """Return a text with every secret of this process replaced by `***`.

    Takes some microseconds for a line that holds none.

    Args:
        text: Anything that is about to be shown, logged or stored.

    Example:
        >>> remember("kZ8-example-token")
        >>> scrub("Authorization: Bearer kZ8-example-token")
        'Authorization: Bearer ***'
    """
    lowered = text.lower()
    for search in _current():
        if len(lowered) >= len(search.forms[0]) and any(form in lowered for form in search.forms):
            text = search.pattern.sub(STARS, text)
    return text


def remember(*secrets: str) -> None:
    """Let `scrub` take these out too, from now on in this process: tokens, passwords given as an argument."""
    with _lock:
        for secret in secrets:
            _remembered.pop(secret, None)  # its turn to be forgotten comes last
            _remembered[secret] = None
        while len(_remembered) > _MOST_REMEMBERED:
            del _remembered[next(iter(_remembered))]


def remember_url(url: str) -> None:
    """Let `scrub` take the passwords of a URL out too."""
    remember(*url_secrets(url))


def url_secrets(url: str) -> list[str]:
    """Return the passwords in a URL, as they are written there and decoded.

    Example:
        >>> url_secrets("postgresql://ada:p%40ss@db.example/elec?sslpassword=other")
        ['p%40ss', 'p@ss', 'other']
    """
    found = []
    # The second and the third are of passwords with an @, / or ? in them that were not percent-encoded.
    for password in (r"([^@]*)@", r"([^/?#]*)@", r"(.*)@"):
        if match := re.match(rf"\s*[\w+.-]+://[^:@/?#]*:{password}", url, re.DOTALL):
            found += [match[1], unquote(match[1])]
    try:
        query = urlsplit(url).query
    except ValueError:  # no host that could be one
        query = url.partition("?")[2]
    found += [value for name, value in parse_qsl(query) if name.lower() in SECRET_PARAMETERS]
    return list(dict.fromkeys(found))


def basic_values(client_id: str, client_secret: str) -> list[str]:
    """Return what a Basic header holds for a pair, in each of the encodings that programs use.

    Example:
        >>> basic_values("id", "secret")
        ['aWQ6c2VjcmV0']
    """
    pair = f"{client_id}:{client_secret}"
    return sorted(base64.b64encode(raw).decode() for raw in _bytes(pair))


def ask_too(source: SecretSource) -> None:
    """Let `scrub` take out what a source names, too, from now on in this process: the settings, files included.

    Args:
        source: Called for each text, so it must be quick; it is given the values of the environment's secrets, on
            which what it remembers may hang.
    """
    _sources.append(source)


def pair_secrets(client_id: str, client_secret: str) -> list[str]:
    """Return what a pair of credentials is sent as; nothing where it is not whole, or its secret is a common word.

    Example:
        >>> pair_secrets("my-id", "simulator"), len(pair_secrets("my-id", "my-secret"))
        ([], 2)
    """
    if not client_id or not client_secret or _is_weak(client_secret):
        return []
    return [f"{client_id}:{client_secret}", *basic_values(client_id, client_secret)]


def _current() -> tuple[_Search, ...]:
    """Return the searches for the secrets of now: settings change under tests and under `elec demo`."""
    named = tuple(os.environ.get(name, "") for name in (*SECRET_VARIABLES, *_OTHER_VARIABLES))
    named += tuple(_with_scheme(os.environ.get(name, "")) for name in ADDRESS_VARIABLES)
    told = tuple(secret for source in _sources for secret in source(named))
    return _search(named, tuple(_remembered), told)


def _with_scheme(address: str) -> str:
    """Return an address as a URL, in which a password can be found; without one it is no secret."""
    if "://" in address:
        return address
    return f"http://{address}" if "@" in address else ""


@lru_cache(maxsize=4)
def _search(*secrets: tuple[str, ...]) -> tuple[_Search, ...]:
    values = dict.fromkeys(value for each in secrets for value in each)
    return _compiled(value for value in values if value)


def _compiled(values: Iterable[str]) -> tuple[_Search, ...]:
    """Return a search for each secret, the longest secret first: it may hold another."""
    secrets: dict[str, None] = {}
    for value in values:
        for secret in url_secrets(value) if "://" in value else [value, value.strip(" \t\r\n\"'")]:
            secrets[secret] = None
    return tuple(_search_for(secret) for secret in sorted(secrets, key=len, reverse=True) if secret)


@lru_cache(maxsize=256)
def _search_for(secret: str) -> _Search:
    parts = _forms(secret)
    longest_first = sorted(parts, key=len, reverse=True)
    pattern = re.compile("|".join(parts[form] for form in longest_first), re.IGNORECASE)
    lowered = sorted({form.lower() for form in parts}, key=len)
    telling: list[str] = []  # a form that holds another one says nothing more
    for form in lowered:
        if not any(each in form for each in telling):
            telling.append(form)
    return _Search(tuple(telling), pattern)


def _forms(secret: str) -> dict[str, str]:
    """Return what a text with this secret may hold, and the regular expression that takes it out."""
    if _is_weak(secret):
        return _as_password(secret)
    is_word = len(secret) <= _WORD_UP_TO
    forms = {
        form: rf"(?<![a-z0-9]){re.escape(form)}(?![a-z0-9])" if is_word else re.escape(form)
        for form in _written(secret)
    }
    # With the end that depends on what stood behind, and the padding.
    encoded = {
        form: rf"{re.escape(form)}[a-z0-9+/_-]?(?:=|%3d)*" for raw in _bytes(secret) for form in _base64(raw)
    }
    return forms | encoded | {raw.hex(): raw.hex() for raw in _bytes(secret)}


def _is_weak(secret: str) -> bool:
    """Say whether a value is too common or too short to be told from other text."""
    return secret.lower() in _PUBLIC or len(secret) < _SHORTEST


def _as_password(secret: str) -> dict[str, str]:
    """Return a weak secret's forms: in a URL before the host, and after the word password."""
    forms = {}
    for form in {secret, quote(_utf8(secret), safe="")}:
        forms[f":{form}@"] = rf"(?<=:){re.escape(form)}(?=@)"
        for mark in ("password=", "password='", 'password="', "password: "):
            forms[mark + form] = rf"(?<={mark}){re.escape(form)}(?![a-z0-9])"
    return forms


def _written(secret: str) -> set[str]:
    """Return a secret as it is, and as URLs, JSON, repr and HTML write it."""
    plain = {secret, _utf8(secret).decode("latin-1")}  # the latter: UTF-8 read as what headers are written in
    for raw in _bytes(secret):
        plain |= {quote(raw, safe=safe) for safe in ("", "/", "!#$%&'()*+,/:;=?@[]~")} | {quote_plus(raw)}
    plain |= {quote(_utf8(form), safe="") for form in plain}
    escaped = {
        html.escape(secret),
        html.escape(secret, quote=False),
        repr(secret)[1:-1],
        repr(_utf8(secret))[2:-1],
    }
    forms = plain | escaped
    for _ in range(2):  # JSON in JSON: metadata of an event
        forms |= {json.dumps(form)[1:-1] for form in forms}
        forms |= {json.dumps(form, ensure_ascii=False)[1:-1] for form in forms}
    return forms | {form.replace("/", "\\/") for form in forms}


def _bytes(secret: str) -> set[bytes]:
    """Return a secret as bytes; HTTP's headers are in Latin-1 where that has its characters."""
    try:
        return {_utf8(secret), secret.encode("latin-1")}
    except UnicodeEncodeError:
        return {_utf8(secret)}


def _utf8(secret: str) -> bytes:
    """Return a secret in UTF-8; one that an environment holds in another encoding must not end the search."""
    return secret.encode("utf-8", "surrogatepass")


def _base64(secret: bytes) -> Iterator[str]:
    """Return a secret's Base64 at each of the three places that it can have among others."""
    for before in range(3):
        padded = base64.b64encode(bytes(before) + secret).decode().rstrip("=")
        # The first characters depend on what stands before as well, the last one on what stands behind.
        begin = (0, 2, 3)[before]
        end = len(padded) - ((before + len(secret)) % 3 != 0)
        for form in {padded[begin:end], padded[begin:end].translate(str.maketrans("+/", "-_"))}:
            if len(form) >= _SHORTEST_ENCODED:
                yield form
                yield quote(form, safe="")
