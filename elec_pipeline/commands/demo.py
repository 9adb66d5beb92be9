"""`elec demo`: the whole platform on one machine, fed by the simulator."""

from __future__ import annotations

import os
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta

from elec_pipeline.commands.apart import run_part
from elec_pipeline.commands.processes import ensure_free, interrupted_by_any_signal
from elec_pipeline.commands.up import DASHBOARD_PORT, Say, refuse_mixture, serve
from elec_pipeline.commands.upkeep import running_alone
from elec_pipeline.domain.delivery_day import delivery_day
from elec_pipeline.settings import Settings, settings
from elec_pipeline.settings_source import SIMULATOR_CREDENTIAL, Source
from elec_pipeline.store.database import open_database


def run_demo(*, days: int, port: int, simulator_port: int, say: Say, dashboard_port: int = DASHBOARD_PORT) -> None:
    """Load the last days from the simulator, forecast them, and serve until Ctrl-C.

    Args:
        days: How many complete days to load, up to yesterday.
        port: Of Dagster's web server.
        simulator_port: Of the simulator.
        say: Prints a line for the user.
        dashboard_port: Of the dashboard.

    Raises:
        AlreadyRunningError: A platform runs already with the same state folder.
        PortInUseError: A port is taken.
        ConfigurationError: The database holds real values.
    """
    from elec_pipeline.simulator.server import running
    from elec_pipeline.simulator.synthetic import SyntheticCurves

    with ExitStack() as stack:
        # The settings are those of the user until the simulator answers; ELEC_HOME does not change.
        lock = stack.enter_context(running_alone(settings(), "elec demo", say))
        ensure_free(port, "--port")
        ensure_free(simulator_port, "--simulator-port")
        ensure_free(dashboard_port, "--dashboard-port")
        ensure_free(settings().elec_api_port, "ELEC_API_PORT")
        simulator = stack.enter_context(running(SyntheticCurves(), port=simulator_port))
        configured = {
            "ELEC_SOURCE": Source.SIMULATOR.value,
            "RTE_BASE_URL": simulator.url,
            "RTE_CLIENT_ID": SIMULATOR_CREDENTIAL,
            "RTE_CLIENT_SECRET": SIMULATOR_CREDENTIAL,
        }
        os.environ.update(configured)
        settings.cache_clear()
        here = settings()
        say(f"A simulator of RTE's API answers on {simulator.url}.")
        with interrupted_by_any_signal():
            refuse_mixture(open_database(here), simulated=True)
            # What the pipeline needs, its model above all, this process would hold for as long as it serves.
            run_part(here.elec_home, "load-demo", "--days", str(days))
        shown = {name: configured[name] for name in ("ELEC_SOURCE", "RTE_BASE_URL")}
        serve(here, lock=lock, host="127.0.0.1", port=port, extra=shown, say=say, dashboard_port=dashboard_port)


def load_days(here: Settings, n_days: int, say: Say) -> None:
    """Bring the last days into the database, a part of `elec demo`; quick where they are there."""
    from elec_pipeline.commands.backfill import catch_up
    from elec_pipeline.commands.dagster_home import open_instance
    from elec_pipeline.store import queries

    engine = open_database(here)
    now = datetime.now(UTC)
    today = delivery_day(now)
    with engine.connect() as connection:
        done = queries.scored_days(connection, today - timedelta(days=n_days), today)
    first = first_missing(done, n_days, today)
    say(f"Loading {first} to today, through the whole pipeline.")
    with open_instance(here) as instance:
        catch_up(instance, first, now)


def first_missing(done: set[date], n_days: int, today: date) -> date:
    """Return the first of the last `n_days` that is not done; today if all are.

    Example:
        >>> first_missing({date(2025, 1, 1)}, 2, date(2025, 1, 3))
        datetime.date(2025, 1, 2)
    """
    asked = [today - timedelta(days=n) for n in range(n_days, 0, -1)]
    return next((day for day in asked if day not in done), today)
