"""`elec`, the command line: reads arguments, prints, and turns our errors into one sentence."""

from __future__ import annotations

import shlex
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from elec_pipeline.commands import alerts, backup_cli, db, models_cli
from elec_pipeline.commands.apart import end_with_parent
from elec_pipeline.commands.terminal import errors as _errors
from elec_pipeline.commands.terminal import out as _out
from elec_pipeline.commands.terminal import say as _say
from elec_pipeline.domain.delivery_day import FIRST_DAY, Issues, delivery_day
from elec_pipeline.errors import ElecError
from elec_pipeline.guard import guard_process
from elec_pipeline.settings import settings

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # they break lines anywhere, amid a secret too, which then is not found
    help="French electricity consumption: collect, forecast a day ahead, compare with RTE.",
)
app.add_typer(backup_cli.app)
app.add_typer(alerts.app, name="alerts")
app.add_typer(db.app, name="db")
app.add_typer(models_cli.app, name="models")

Port = Annotated[int, typer.Option(help="Port of Dagster's web server.", min=1, max=65535)]
DashboardPort = Annotated[int, typer.Option(help="Port of the dashboard.", min=1, max=65535)]


@app.command()
def demo(
    days: Annotated[int, typer.Option(help="Complete days to load, up to yesterday.", min=1, max=730)] = 60,
    port: Port = 3000,
    simulator_port: Annotated[int, typer.Option(help="Port of the simulator of RTE's API.")] = 8790,
    dashboard_port: DashboardPort = 8501,
) -> None:
    """Run the whole platform on this machine, fed by a simulator of RTE's API."""
    from elec_pipeline.commands.demo import run_demo

    run_demo(days=days, port=port, simulator_port=simulator_port, dashboard_port=dashboard_port, say=_say)


@app.command()
def up(
    port: Port = 3000,
    host: Annotated[
        str, typer.Option(help="Address to listen on; other than loopback with ELEC_UI_PASSWORD.")
    ] = "127.0.0.1",
    dashboard_port: DashboardPort = 8501,
) -> None:
    """Run the database, Dagster's web server and its schedules, and the dashboard, until Ctrl-C."""
    from elec_pipeline.commands.up import run_up

    run_up(settings(), host=host, port=port, dashboard_port=dashboard_port, say=_say)


@app.command(hidden=True)
def load_demo(days: Annotated[int, typer.Option(min=1, max=730)]) -> None:
    """Bring the days of `elec demo` into the database: a part of it, in a process of its own."""
    from elec_pipeline.commands.demo import load_days

    load_days(settings(), days, _say)


@app.command(hidden=True)
def make_dagster_tables() -> None:
    """Make what Dagster keeps, where it is missing: a part of `elec up`, in a process of its own."""
    from elec_pipeline.commands.dagster_home import open_instance

    with open_instance(settings()):
        pass


@app.command()
def down() -> None:
    """Stop the `elec up` or `elec demo` of this ELEC_HOME, wherever it was started."""
    from elec_pipeline.commands.instance_lock import stop

    stopped = stop(settings().elec_home)
    _say(f"{stopped} is stopped." if stopped else f"Nothing runs with its state in {settings().elec_home}.")


@app.command()
def dashboard(
    port: Annotated[int, typer.Option(help="Port of the dashboard.", min=1, max=65535)] = 8501,
    host: Annotated[str, typer.Option(help="Address the dashboard listens on.")] = "127.0.0.1",
) -> None:
    """Serve the dashboard alone, until Ctrl-C."""
    from elec_pipeline.commands.dashboard import run_dashboard
    from elec_pipeline.serving.reach import dashboard_warnings

    for line in dashboard_warnings(settings(), host):
        _say(line)
    run_dashboard(settings(), host=host, port=port, say=_say)


@app.command()
def api(
    port: Annotated[
        int | None, typer.Option(help="Port to listen on; ELEC_API_PORT if not given.", min=1, max=65535)
    ] = None,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
) -> None:
    """Serve the read-only JSON API until Ctrl-C."""
    from elec_pipeline.commands.api import run_api
    from elec_pipeline.serving.reach import api_warnings, listening

    for line in api_warnings(settings(), host):
        _say(line)
    run_api(listening(settings(), host), host=host, port=port or settings().elec_api_port, say=_say)


@app.command("backfill")
def backfill_(
    first: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="First delivery day.")],
    last: Annotated[
        datetime | None,
        typer.Option("--to", formats=["%Y-%m-%d"], help="Last delivery day; yesterday if not given."),
    ] = None,
    *,
    again: Annotated[
        bool, typer.Option("--again", help="Whether months that lack nothing are read again too.")
    ] = False,
    weather: Annotated[
        bool,
        typer.Option(
            "--weather", help="Whether to complete the weather alone, such as days with temperature and no clouds."
        ),
    ] = False,
) -> None:
    """Load, forecast and score a range of delivery days; stopped and started again, it goes on."""
    from elec_pipeline.commands.backfill import backfill, backfill_weather

    yesterday = delivery_day(datetime.now(UTC)) - timedelta(days=1)
    begin, end = first.date(), last.date() if last else yesterday
    if not FIRST_DAY <= begin <= end <= yesterday:
        raise typer.BadParameter(f"the days must run from {FIRST_DAY} or later to {yesterday} or earlier")
    (backfill_weather if weather else backfill)(settings(), begin, end, again=again)


@app.command("fine-tune")
def fine_tune(  # noqa: PLR0913 - one for each option
    base_model: Annotated[str, typer.Option(help="Folder or hub id to start from; empty: from scratch.")] = "",
    first: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First delivery day.")
    ] = None,
    train_to: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last delivery day to learn from.")
    ] = None,
    validate_to: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], help="Last delivery day to choose the step by; later ones are the gate's."
        ),
    ] = None,
    steps: Annotated[int | None, typer.Option(help="Optimisation steps.", min=1)] = None,
    seed: Annotated[int | None, typer.Option(help="Of initial weights, batches and masking.")] = None,
    learning_rate: Annotated[float | None, typer.Option(help="Peak; 1e-3 from scratch, 1e-5 from a base.")] = None,
    *,
    gate: Annotated[bool, typer.Option(help="Whether it is promoted if it beats the model in use.")] = True,
    output: Annotated[
        Path | None, typer.Option(help="Folder; ELEC_HOME/checkpoints/<version> if not given.")
    ] = None,
) -> None:
    """Train a model on what the database holds, and promote it if it is better than the one in use.

    Of the complete days the last 90 are held out to compare the two, and the 91 before to choose the step.
    """
    from elec_pipeline.commands.fine_tune import run_fine_tune
    from elec_pipeline.forecasting.lifecycle.gate import Gate
    from elec_pipeline.forecasting.lifecycle.retraining import Retraining, options_for

    asked = Retraining(
        options=options_for(base_model, steps=steps, seed=seed, learning_rate=learning_rate),
        first=first and first.date(),
        train_to=train_to and train_to.date(),
        validate_to=validate_to and validate_to.date(),
        gate=Gate() if gate else None,
        output=output,
    )
    run_fine_tune(settings(), asked, _out, _say)


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
    expert: Annotated[
        list[str] | None,
        typer.Option(
            help="An expert of the models that takes part alone too, such as ridge or chronos; may be repeated. "
            "boosting is fitted where no model holds it."
        ),
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
    from elec_pipeline.commands.stopping import stoppable
    from elec_pipeline.forecasting.lifecycle.registry import in_use
    from elec_pipeline.store.database import opened
    from elec_pipeline.store.patience import patience

    yesterday = delivery_day(datetime.now(UTC)) - timedelta(days=1)
    begin, end = first.date(), last.date() if last else yesterday
    if not FIRST_DAY <= begin <= end <= yesterday:
        raise typer.BadParameter(f"the days must run from {FIRST_DAY} or later to {yesterday} or earlier")
    with (
        stoppable("Nothing is written.") as stop,
        opened(settings()) as engine,
        patience(settings(), _say, check=stop.check) as waiting,
    ):
        models = model or [in_use(engine, settings()).model]
        request = Request(begin, end, issue, models, challenger, output, expert or [])
        waiting.repeat(lambda: run_backtest(engine, request, _out), "the back-test")


@app.command("import")
def import_(
    given: Annotated[str, typer.Argument(metavar="FILE|URL", help="A file, or a postgresql:// URL.")],
    time_zone: Annotated[
        str, typer.Option(help="Of times in the older three-table layout whose zone nothing in it tells.")
    ] = "Europe/Paris",
) -> None:
    """Load a history: RTE's eCO2mix files, or the older three-table layout as a dump or a live database.

    The format is recognised by the content, packed in zip, tar, gzip, bzip2 or xz, or a workbook (.xlsx). Every
    row is stored, there already, or left out with its reason. Importing again changes nothing.
    """
    from elec_pipeline.commands.importing import run_import
    from elec_pipeline.commands.stopping import stoppable
    from elec_pipeline.store.database import opened
    from elec_pipeline.store.patience import patience

    with (
        stoppable("What is imported stays: the same command imports the rest.") as stop,
        opened(settings()) as engine,
        patience(settings(), _say, check=stop.check) as waiting,
    ):
        summary = waiting.repeat(lambda: run_import(engine, given, time_zone=time_zone), "the import")
    for line in summary.lines():
        _say(line)
    summary.check()


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
    from elec_pipeline.serving.reach import listening
    from elec_pipeline.simulator.replay import ReplayCurves
    from elec_pipeline.simulator.server import serve
    from elec_pipeline.simulator.synthetic import SyntheticCurves

    curves = ReplayCurves(replay) if replay else SyntheticCurves(seed)
    _say(f"Point the pipeline here: export ELEC_SOURCE=simulator RTE_BASE_URL=http://{host}:{port}")
    try:
        names = listening(settings(), host).allowed_hosts
        serve(curves, host=host, port=port, faults=fault or [], names=names)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


@app.command()
def doctor(
    *,
    deep: Annotated[
        bool, typer.Option("--deep", help="Whether to load the model and wait for the sources too.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Whether to print one JSON document.")] = False,
) -> None:
    """Say what is configured, reachable and fresh.

    Exits with 0 where all is well, 1 where something is not, 2 where it could not look.
    """
    from elec_pipeline.commands.doctor_report import run_doctor

    raise typer.Exit(run_doctor(deep=deep, as_json=as_json))


@app.command()
def env() -> None:
    """Print the lines that let `dagster` commands of this shell reach the same instance."""
    from elec_pipeline.commands.dagster_home import prepare

    home = prepare(settings())
    print(f"export ELEC_HOME={shlex.quote(str(settings().elec_home))}")  # noqa: T201 - for eval, unwrapped
    print(f"export DAGSTER_HOME={shlex.quote(str(home))}")  # noqa: T201


def main() -> None:
    """Run `elec`; our own errors end it with a sentence and code 1 instead of a traceback.

    So does a database that does not answer, whichever library says so.
    """
    guard_process()
    end_with_parent()
    try:
        app()
    except ElecError as error:
        _end(error)
    except Exception as error:
        from elec_pipeline.store.outage import as_unavailable

        outage = as_unavailable(error, settings())
        if outage is None:
            raise
        _end(outage)
    finally:
        if embedded := sys.modules.get("elec_pipeline.store.embedded"):  # else this command used no server
            embedded.leave_all()


def _end(error: ElecError) -> NoReturn:
    _errors.print(f"elec: {error}", markup=False, style="red")
    sys.exit(getattr(error, "exit_code", 1))


if __name__ == "__main__":
    main()
