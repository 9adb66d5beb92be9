"""What a caller accepts, by quality (RFC 9110, 12.4.2): headers such as Accept and Accept-Encoding. Pure.

Here: reading such headers, and the choice. Not here: the formats (`encoding`), and who compresses (`answers`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from starlette.datastructures import Headers

GZIP = frozenset({"gzip", "x-gzip"})
_QUALITY = re.compile(r"0(\.\d{0,3})?|1(\.0{0,3})?")


@dataclass(frozen=True)
class Preference:
    """What a header says of one thing that it could be answered with.

    Attributes:
        quality: From 0, not acceptable, to 1.
        exactness: 2 where it is named, 1 by `type/*`, 0 by a wildcard for all.
        position: Where in the header it stands.
    """

    quality: float
    exactness: int
    position: int

    @property
    def rank(self) -> tuple[float, int, int]:
        """The larger, the better."""
        return self.quality, self.exactness, -self.position


def joined(headers: Headers, name: str) -> str:
    """Return a header that is a list; given several times, it is one list (RFC 9110, 5.3)."""
    return ", ".join(headers.getlist(name))


def preference(header: str, names: Iterable[str]) -> Preference | None:
    """Return what a header says of something; None where it says nothing.

    The entry that names it most exactly counts; one whose quality is none is passed over.

    Args:
        header: Entries by comma, with a quality each.
        names: What it may be called, in lower case.

    Example:
        >>> preference("text/*;q=0.3, text/csv;q=0.7, */*", ["text/csv"])
        Preference(quality=0.7, exactness=2, position=1)
        >>> preference("br, *;q=0", ["gzip", "x-gzip"]).quality, preference("br", ["gzip"])
        (0.0, None)
    """
    names = set(names)
    patterns = {name.partition("/")[0] + "/*" for name in names if "/" in name}
    best = None
    for position, entry in enumerate(header.lower().split(",")):
        name, *parameters = (part.strip() for part in entry.split(";"))
        if name in names:
            exactness = 2
        elif name in patterns:
            exactness = 1
        elif name in {"*", "*/*"}:
            exactness = 0
        else:
            continue
        quality = _quality(parameters)
        if quality is not None and (best is None or exactness > best.exactness):
            best = Preference(quality, exactness, position)
    return best


def chosen(header: str, types: Mapping[str, str]) -> str | None:
    """Return the key of the media type that a header likes best.

    Of equals the one that is named more exactly counts, then the one named first, then the first there is. A
    header that names none of them is disregarded: the first there is. None where that one is excluded and no other
    is named: nothing is acceptable.

    Args:
        header: Accept; empty: anything.
        types: Media types, without parameters, by key.

    Example:
        >>> types = {"json": "application/json", "csv": "text/csv"}
        >>> chosen("text/csv;q=0.5, application/json;q=0.4", types), chosen("application/json;q=0, */*", types)
        ('csv', 'csv')
        >>> chosen("text/html", types), chosen("", types), chosen("application/json;q=0", types)
        ('json', 'json', None)
    """
    found = {key: preference(header, [media_type]) for key, media_type in types.items()}
    wanted = {key: each.rank for key, each in found.items() if each is not None and each.quality > 0}
    if wanted:
        return max(wanted, key=lambda key: wanted[key])
    default = next(iter(types))
    return default if found[default] is None else None


def takes_gzip(accept_encoding: str) -> bool:
    """Tell whether a caller takes gzip, and likes it no less than uncompressed bytes.

    Example:
        >>> takes_gzip("br, gzip;q=0.8"), takes_gzip("*"), takes_gzip("gzip;q=0.5, identity;q=0.1")
        (True, True, True)
        >>> takes_gzip("gzip;q=0.000, *"), takes_gzip(""), takes_gzip("gzip;q=0.5, identity")
        (False, False, False)
    """
    gzip, identity = preference(accept_encoding, GZIP), preference(accept_encoding, ["identity"])
    if gzip is None or not gzip.quality:
        return False
    return identity is None or identity.quality <= gzip.quality


def _quality(parameters: Iterable[str]) -> float | None:
    """Return the quality of an entry; None where it is none."""
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            return float(value) if _QUALITY.fullmatch(value.strip()) else None
    return 1.0
