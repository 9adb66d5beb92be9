"""Where messages go: the addresses of the settings, through apprise.

Here: sending one message to one address, and whether it was taken. Not here: which message is due (`ledger`), and
how addresses are written (`settings_alerts`).

What apprise logs may hold parts of an address: none of it is logged. What counts is its result.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from pydantic import SecretStr

from elec_pipeline.redaction import scrub
from elec_pipeline.settings import Settings
from elec_pipeline.settings_alerts import addresses

TIME_OUT_S = 10.0
"""For one address to take one message."""


@dataclass(frozen=True)
class Address:
    """An address of the settings.

    Attributes:
        label: Its scheme and its place in the list, such as `slack #1`; no secret.
        url: Of apprise.
    """

    label: str
    url: SecretStr


def addresses_of(settings: Settings) -> list[Address]:
    """Return the addresses of the settings, in their order."""
    return [
        Address(f"{url.partition('://')[0].lower()} #{number}", SecretStr(url))
        for number, url in enumerate(addresses(settings.elec_alerts.get_secret_value()), start=1)
    ]


def send(address: Address, title: str, body: str) -> str | None:
    """Send a message to an address.

    Args:
        address: Where to.
        title: Its subject, plain text.
        body: Plain text.

    Returns:
        Why the address did not take it, in a sentence without secrets; None where it did.
    """
    import apprise

    _silence()
    asset = apprise.AppriseAsset(
        app_id="elec-pipeline",
        app_desc="elec-pipeline",
        app_url="",
        async_mode=False,
        storage_mode=apprise.PersistentStoreMode.MEMORY,
        secure_logging=True,
        service_timeout=TIME_OUT_S,
    )
    sender = apprise.Apprise(asset=asset)
    if not sender.add(address.url.get_secret_value()):
        return "apprise does not know such an address, or a part of it is missing: see its page of that service."
    result = sender.notify(
        body=scrub(body), title=scrub(title), notify_type=apprise.NotifyType.WARNING, body_format="text"
    )
    if result:
        return None
    if result.status == apprise.AppriseResultStatus.TIMEOUT:
        return f"It did not answer within {TIME_OUT_S:.0f} s."
    return "It refused the message, or cannot be reached from here."


def _silence() -> None:
    """Let apprise log nothing: it may write an address, also in a form of its own."""
    logger = logging.getLogger("apprise")
    logger.setLevel(logging.CRITICAL + 1)
    logger.propagate = False
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())  # else Python's last resort prints to standard error
