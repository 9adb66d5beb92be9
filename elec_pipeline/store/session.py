"""What holds for every session of ours with PostgreSQL, whatever the server, the database or the role is set to.

Here: the settings that change how values are written and read, pinned in a URL. Not here: which database that is
(`database`), and the notation of URLs (`urls`). Settings that say who may do what, or how long a statement may
take, stay the administrator's.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from elec_pipeline.store import urls

READING = {
    "timezone": "UTC",  # what CURRENT_TIMESTAMP is in Dagster's columns without a zone
    "datestyle": "ISO,YMD",
    "intervalstyle": "postgres",
    "extra_float_digits": "1",  # the shortest text that reads as the same number
    "bytea_output": "hex",
    "standard_conforming_strings": "on",
    "array_nulls": "on",
    "transform_null_equals": "off",
    "xmlbinary": "base64",
}
"""PostgreSQL's own defaults, but for the time zone, which is the machine's. Any account may set these."""
_ENCODING = "UTF8"
_WOULD_GO_BEFORE = ("PGTZ", "PGDATESTYLE")
"""Variables that libpq sends apart from a connection's options, and which the server takes after these."""


def pinned(url: str, more: Mapping[str, str] | None = None) -> str:
    """Return a PostgreSQL URL whose sessions read and write every value in one way.

    The environment of this process loses the variables of libpq that would go before what is pinned.

    Args:
        url: The URL; its own options stay, where they say nothing of what is pinned.
        more: Other settings of the sessions, by name.

    Raises:
        ConfigurationError: It is no PostgreSQL URL.
    """
    for name in _WOULD_GO_BEFORE:
        os.environ.pop(name, None)
    return urls.with_session(url, {**READING, **(more or {})}, client_encoding=_ENCODING)
