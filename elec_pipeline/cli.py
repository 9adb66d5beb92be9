"""`elec`, the command line: reads arguments, prints, and turns our errors into one sentence."""

from __future__ import annotations

import shlex
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from elec_pipeline.delivery_day import FIRST_DAY, Issues, delivery_day
from elec_pipeline.errors import ElecError
from elec_pipeline.settings import settings

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,  # locals may hold secrets
    help="French electricity consumption: collect, forecast a day ahead, compare with RTE.",
)
database = typer.Typer(no_args_is_help=True, help="The embedded PostgreSQL server.")
app.add_typer(database, name="db")
_out = Console(highlight=False, soft_wrap=True)

Port = Annotated[int, typer.Option(help="Port of Dagster's web server.", min=1, max=65535)]


def _say(line: str) -> None:
    _out.print(line, markup=False)


@app.command()
def demo(
    days: Annotated[int, typer.Option(help="Complete days to load, up to yesterday.", min=1, max=730)] = 60,
    port: Port = 3000,
    simulator_port: Annotated[int, typer.Option(help="Port of the simulator of RTE's API.")] = 8790,
) -> None:
    """Run the whole platform on this machine, fed by a simulator of RTE's API."""
    from elec_pipeline.commands.demo import run_demo

    run_demo(days=days, port=port, simulator_port=simulator_port, say=_say)


@app.command()
def up(
    port: Port = 3000,
    host: Annotated[str, typer.Option(help="Address the web server listens on.")] = "127.0.0.1",
) -> None:
    """Run the database, Dagster's web server and its schedules until Ctrl-C."""
    from elec_pipeline.commands.up import run_up

    run_up(settings(), host=host, port=port, say=_say)


@app.command()
def backfill(
    first: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="First delivery day.")],
    last: Annotated[
        datetime | None,
        typer.Option("--to", formats=["%Y-%m-%d"], help="Last delivery day; yesterday if not given."),
    ] = None,
) -> None:
    """Load, forecast and score a range of delivery days; stopped and started again, it goes on."""
    from elec_pipeline.commands.backfill import EVERYTHING, run_backfill
    from elec_pipeline.commands.dagster_home import open_instance

    yesterday = delivery_day(datetime.now(UTC)) - timedelta(days=1)
    begin, end = first.date(), last.date() if last else yesterday
    if not FIRST_DAY <= begin <= end <= yesterday:
        raise typer.BadParameter(f"the days must run from {FIRST_DAY} or later to {yesterday} or earlier")
    with open_instance(settings()) as instance:
        run_backfill(instance, EVERYTHING, begin, end)


@app.command()
def backtest(
    first: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="First delivery day.")],
    last: Annotated[
        datetime | None,
        typer.Option("--to", formats=["%Y-%m-%d"], help="Last delivery day; yesterday if not given."),
    ] = None,
    issue: Annotated[Issues, typer.Option(help="Which issues to make.")] = Issues.BOTH,
    model: Annotated[
        list[str] | None,
        typer.Option(help="A checkpoint folder or a hub id; may be repeated. The model in use if not given."),
    ] = None,
    output: Annotated[Path, typer.Option(help="Folder for the forecasts, the scores and the report.")] = Path(
        "backtest"
    ),
    *,
    challenger: Annotated[
        bool, typer.Option(help="Whether gradient boosting, fitted on the days before, takes part.")
    ] = False,
) -> None:
    """Forecast past delivery days as they would have been, and score every forecaster on the same hours."""
    from elec_pipeline.commands.backtest import run_backtest
    from elec_pipeline.commands.backtest_field import Request
    from elec_pipeline.store.database import open_database

    yesterday = delivery_day(datetime.now(UTC)) - timedelta(days=1)
    begin, end = first.date(), last.date() if last else yesterday
    if not FIRST_DAY <= begin <= end <= yesterday:
        raise typer.BadParameter(f"the days must run from {FIRST_DAY} or later to {yesterday} or earlier")
    models = model or [settings().elec_model]
    engine = open_database(settings())
    try:
        run_backtest(engine, Request(begin, end, issue, models, challenger, output), _out)
    finally:
        engine.dispose()


@app.command()
def simulator(
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8790,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    replay: Annotated[Path | None, typer.Option(help="CSV of real series instead of a synthetic year.")] = None,
    seed: Annotated[int, typer.Option(help="Of the synthetic year.")] = 0,
    fault: Annotated[
        list[str] | None, typer.Option(help="Such as 429:2 or missing@2025-06-01; may be repeated.")
    ] = None,
) -> None:
    """Serve RTE's OAuth2 and Consumption API from synthetic or replayed series."""
    from elec_pipeline.simulator.replay import ReplayCurves
    from elec_pipeline.simulator.server import serve
    from elec_pipeline.simulator.synthetic import SyntheticCurves

    curves = ReplayCurves(replay) if replay else SyntheticCurves(seed)
    _say(f"Point the pipeline here: export ELEC_SOURCE=simulator RTE_BASE_URL=http://{host}:{port}")
    try:
        serve(curves, host=host, port=port, faults=fault or [])
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


@app.command()
def doctor() -> None:
    """Say what is configured, reachable and fresh. Exits with 1 where something is not."""
    from elec_pipeline.commands.doctor import examine

    is_well = True
    for finding in examine(settings()):
        mark = "[green]ok  [/green]" if finding.is_well else "[red]FAIL[/red]"
        _out.print(f"{mark} {finding.subject:<21}", end="")
        _say(finding.text)
        is_well &= finding.is_well
    raise typer.Exit(0 if is_well else 1)


@app.command()
def env() -> None:
    """Print the lines that let `dagster` commands of this shell reach the same instance."""
    from elec_pipeline.commands.dagster_home import prepare

    home = prepare(settings())
    print(f"export ELEC_HOME={shlex.quote(str(settings().elec_home))}")  # noqa: T201 - for eval, unwrapped
    print(f"export DAGSTER_HOME={shlex.quote(str(home))}")  # noqa: T201


@database.command("start")
def database_start() -> None:
    """Start the embedded server, with today's tables, unless it runs."""
    from elec_pipeline.store.database import open_database
    from elec_pipeline.store.embedded import EmbeddedServer

    open_database(settings()).dispose()
    _say(EmbeddedServer(settings().elec_home).url())


@database.command("stop")
def database_stop() -> None:
    """Stop the embedded server; its data stays."""
    from elec_pipeline.store.embedded import EmbeddedServer

    stopped = EmbeddedServer(settings().elec_home).stop()
    _say("The embedded PostgreSQL server is stopped." if stopped else "The embedded server was not running.")


@database.command("url")
def database_url() -> None:
    """Print the URL of the database, for `psql` and other clients."""
    from elec_pipeline.store.embedded import EmbeddedServer
    from elec_pipeline.store.urls import redact

    configured = settings().database_url.get_secret_value()
    url = redact(configured) if configured else EmbeddedServer(settings().elec_home).url()
    print(url)  # noqa: T201 - for $(…), unwrapped


def main() -> None:
    """Run `elec`; our own errors end it with a sentence and code 1 instead of a traceback."""
    try:
        app()
    except ElecError as error:
        Console(stderr=True, highlight=False, soft_wrap=True).print(f"elec: {error}", markup=False, style="red")
        sys.exit(1)
