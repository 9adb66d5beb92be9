"""`elec alerts`: what is open and what was lately, and a test of the addresses.

Here: the two commands. Not here: the watch (`defs.alerting`), and messages (`alerts`).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from elec_pipeline.commands.terminal import say
from elec_pipeline.settings import settings

app = typer.Typer(
    invoke_without_command=True, help="Problems that people are told of, by the addresses of ELEC_ALERTS."
)


@app.callback()
def alerts(context: typer.Context) -> None:
    """Problems that people are told of, by the addresses of ELEC_ALERTS."""
    if context.invoked_subcommand is None:
        list_()


@app.command("list")
def list_(
    days: Annotated[int, typer.Option(help="How many days back, of problems that are over.", min=1, max=400)] = 14,
) -> None:
    """Show the problems that are open, and those that were over lately, with what was not delivered."""
    from elec_pipeline.alerts.texts import began_at, in_short
    from elec_pipeline.alerts.watch import lasting, lost_messages
    from elec_pipeline.domain.delivery_day import clock
    from elec_pipeline.store.database import opened

    now = datetime.now(UTC)
    with opened(settings()) as engine, engine.connect() as connection:
        found = lasting(connection, now, timedelta(days=days))
        lost = lost_messages(connection, settings(), now)
    language = settings().elec_alerts_language
    standing = [entry for entry in found if entry.closed_at is None]
    for entry in standing:
        say(f"open  since {clock(began_at(entry))}  {in_short(entry, language)}")
    for entry in found:
        if entry.closed_at is not None:
            say(f"over  {clock(began_at(entry))} to {clock(entry.last_seen_at)}  {in_short(entry, language)}")
    if not standing:
        say("No problem is open.")
    if not settings().elec_alerts.get_secret_value():
        say("ELEC_ALERTS is not set: nobody is told.")
    for line in lost:
        say(f"lost  {line}")


@app.command()
def test() -> None:
    """Send a message to each address, and say whether it took it. Exits with 1 where one did not."""
    from elec_pipeline.alerts.addresses import addresses_of, send
    from elec_pipeline.alerts.texts import trial

    places = addresses_of(settings())
    if not places:
        say("ELEC_ALERTS is not set: there is no address to try.")
        raise typer.Exit(1)
    errors = [send(place, *trial(settings().elec_alerts_language)) for place in places]
    for place, error in zip(places, errors, strict=True):
        say(f"{place.label}: {error or 'took the message'}")
    raise typer.Exit(1 if any(errors) else 0)
