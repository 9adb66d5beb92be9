"""Where alerts go, as the settings say it: addresses, language, and which parts of an address are secrets.

Here: the list of addresses, pure. Not here: sending (`alerts.addresses`), and the names of the settings
(`settings`).

An address is a URL of apprise, such as `mailto://…`, `slack://…` or `json://…`. Most hold a token somewhere: as
user, as password, in the place of the host or in the path. So all of an address counts as a secret but for its
scheme, a host with a dot in it and short or plain words.
"""

from __future__ import annotations

import re
from enum import StrEnum
from urllib.parse import unquote

from pydantic import SecretStr

_BETWEEN = re.compile(r"[\s,]+(?=[a-z][a-z0-9+.-]*://)", re.IGNORECASE)
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://\S+", re.IGNORECASE | re.ASCII)
_HOST = re.compile(r"(localhost|[^.]+(\.[^.]+)+)(:\d+)?", re.IGNORECASE)
_PLAIN_WORD = re.compile(r"[a-z]{1,11}|.{1,5}|\d{1,7}", re.IGNORECASE | re.DOTALL)


class Language(StrEnum):
    """The languages that messages come in; the dashboard's too."""

    ENGLISH = "en"
    FRENCH = "fr"


def addresses(text: str) -> list[str]:
    r"""Return the addresses of a list by comma, blank or line; a comma inside one stays.

    Example:
        >>> addresses("json://a.example/x, mailto://u:p@b.example?to=x@c.example,y@c.example\nntfy://t")
        ['json://a.example/x', 'mailto://u:p@b.example?to=x@c.example,y@c.example', 'ntfy://t']
    """
    return [each.strip(" \t\r\n,") for each in _BETWEEN.split(text) if each.strip(" \t\r\n,")]


def demand_addresses(setting: SecretStr) -> SecretStr:
    """Return the setting ELEC_ALERTS as it is; raise where it is no list of addresses, showing none of it.

    Raises:
        ValueError: One is none; it says which, by number.
    """
    for number, each in enumerate(addresses(setting.get_secret_value()), start=1):
        if not _ADDRESS.fullmatch(each):
            raise ValueError(
                f"ELEC_ALERTS holds no address in place {number}: each must be an apprise URL such as "
                "mailto://… or json://…, by comma, blank or line."
            )
    return setting


def address_secrets(text: str) -> list[str]:
    """Return every part of a list of addresses that may be a secret, as written there and decoded.

    Example:
        >>> address_secrets("slack://TokenA12/TokenB34")
        ['slack://TokenA12/TokenB34', 'TokenA12/TokenB34', 'TokenA12', 'TokenB34']
        >>> address_secrets("json://u:pa55wd@host.example/hook json://127.0.0.1:8080/")[2:]
        ['pa55wd']
    """
    found: list[str] = []
    for address in addresses(text):
        rest = address.partition("://")[2]
        place, _, query = rest.partition("?")
        account, at, beyond = place.rpartition("@")
        host, *path = (beyond if at else place).split("/")
        parts = [*account.split(":"), *re.split(r"[/:]", "/".join(path))]
        parts += [value.partition("=")[2] for value in query.split("&")]
        parts += [] if _HOST.fullmatch(host) else [host, *host.split(":")]
        password = account.partition(":")[2]
        kept = {part for part in parts if part and not _PLAIN_WORD.fullmatch(part)} | ({password} - {""})
        if kept:
            found += [address, rest, *sorted(kept, key=rest.find)]
    both = [form for each in found for form in (each, unquote(each))]
    return list(dict.fromkeys(form for form in both if form))
