"""Cursors: the key of a page's last row, as a text that callers give back. Pure."""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import date, datetime

import orjson
import pandas as pd

from elec_pipeline.api.errors import invalid
from elec_pipeline.store.queries.listings import KeyValue, Listing

REFUSAL = "is no cursor of this route: give back `next` of the page before as it is."


def cursor(listing: Listing, table: pd.DataFrame) -> str:
    """Return the cursor that a page ends with."""
    last = table.iloc[-1]
    key = [each.isoformat() if isinstance(each, date) else str(each) for each in (last[n] for n in listing.key)]
    return urlsafe_b64encode(orjson.dumps([listing.table.name, *key])).decode().rstrip("=")


def key_after(listing: Listing, text: str) -> tuple[KeyValue, ...]:
    """Return the key that a cursor names.

    Raises:
        RequestValidationError: It is no cursor of this listing.
    """
    try:
        name, *values = orjson.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        if name != listing.table.name:
            raise ValueError(name)  # noqa: TRY301 - all that is wrong with it is told in one way
        return tuple(_value(kind, text) for kind, text in zip(listing.key_types, values, strict=True))
    except (ValueError, TypeError, binascii.Error, OverflowError):
        raise invalid("cursor", REFUSAL, "cursor") from None


def _value(kind: type[KeyValue], text: str) -> KeyValue:
    if kind is datetime:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            raise ValueError(text)
        return moment
    if kind is date:
        return date.fromisoformat(text)
    if "\0" in text:
        raise ValueError(text)  # PostgreSQL has no such character
    return text
