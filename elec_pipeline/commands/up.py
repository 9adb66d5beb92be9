"""`elec up`: the database, Dagster's web server and its daemon, the dashboard, the JSON API, until Ctrl-C."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path

from sqlalchemy import Engine, exists, select

from elec_pipeline.commands.apart import run_part
from elec_pipeline.commands.code_server import code_server, socket_path, write_workspace
from elec_pipeline.commands.daemon_watch import daemon_watched
from elec_pipeline.commands.dagster_home import edited_files, prepare
from elec_pipeline.commands.instance_lock import MEMBER, end, members
from elec_pipeline.commands.memory import LOOK_EVERY_S, bounded
from elec_pipeline.commands.processes import Child, ensure_free, interrupted_by_any_signal, supervise
from elec_pipeline.commands.upkeep import TEND_S, every, kept, revive_embedded, running_alone
from elec_pipeline.errors import ConfigurationError
from elec_pipeline.home import folder
from elec_pipeline.serving import reach
from elec_pipeline.serving.dagster_ui import command as dagster_ui_command
from elec_pipeline.serving.dagster_ui import path_prefix
from elec_pipeline.settings import Settings
from elec_pipeline.settings_source import Source
from elec_pipeline.store.database import open_database
from elec_pipeline.store.tables import raw_consumption

Say = Callable[[str], None]
DASHBOARD_PORT = 8501


def run_up(settings: Settings, *, host: str, port: int, say: Say, dashboard_port: int = DASHBOARD_PORT) -> None:
    """Start everything the daily schedules need and keep it running until Ctrl-C.

    Raises:
        AlreadyRunningError: A platform runs already with the same state folder.
        PortInUseError: A port is taken.
        ConfigurationError: The source is not configured, the database holds another source's data, or the host is
            not loopback and no password is set.
    """
    reach.demand_password(settings, host)
    source = settings.source
    with running_alone(settings, "elec up", say) as lock:
        ensure_free(port, "--port")
        ensure_free(dashboard_port, "--dashboard-port")
        ensure_free(settings.elec_api_port, "ELEC_API_PORT")
        with interrupted_by_any_signal():
            refuse_mixture(open_database(settings), simulated=source is Source.SIMULATOR)
            # Dagster's tables are there before several processes would race to make them.
            run_part(settings.elec_home, "make-dagster-tables")
        serve(settings, lock=lock, host=host, port=port, extra={}, say=say, dashboard_port=dashboard_port)


def serve(
    settings: Settings,
    *,
    lock: int,
    host: str,
    port: int,
    extra: Mapping[str, str],
    say: Say,
    dashboard_port: int = DASHBOARD_PORT,
) -> None:
    """Run Dagster's web server and daemon, the dashboard and the JSON API until Ctrl-C.

    Args:
        settings: Of the platform.
        lock: Descriptor of the instance's lock.
        host: Address the web server listens on.
        port: Its port.
        extra: Environment variables for the processes beyond ours.
        say: Prints a line for the user.
        dashboard_port: Of the dashboard, which listens on the same address.
    """
    home = prepare(settings)
    logs = folder(settings.elec_home, "logs")
    environment = {
        **os.environ,
        "DAGSTER_HOME": str(home),
        "ELEC_HOME": str(settings.elec_home),
        "PYTHONUNBUFFERED": "1",
        MEMBER: str(settings.elec_home),
        "ELEC_DAGSTER_URL": dagster_ui(settings, host, port),
        # Threads of a process share two pools of memory instead of eight for each core: less of it lies idle.
        "MALLOC_ARENA_MAX": os.environ.get("MALLOC_ARENA_MAX", "2"),
        "ELEC_DAGSTER_INTERNAL_URL": settings.elec_dagster_internal_url or _beside_us(settings, host, port),
        **extra,
    }
    others = {name: environment[name] for name in ("ELEC_HOME", "DAGSTER_HOME", *extra)}

    def ready() -> None:
        say(f"Dashboard: http://{host}:{dashboard_port}")
        say(f"Dagster's UI: http://{host}:{port}{path_prefix(settings)}   logs: {logs}")
        say(f"JSON API: http://{host}:{settings.elec_api_port}   its description: /docs")
        for line in reach.warnings(settings, host):
            say(line)
        say("For `dagster` commands in another shell:")
        for name, value in others.items():
            say(f"  export {name}={value}")
        say("Ctrl-C stops everything.")

    token = str(settings.elec_home)
    with ExitStack() as stack:
        children = platform(stack, settings, host, port, dashboard_port)
        keep = stack.enter_context(kept(settings.elec_home, token, lock))
        tending = every(TEND_S, keep, revive_embedded(settings, say))
        weighing = every(LOOK_EVERY_S, bounded(children, environment, say))

        def tend() -> None:
            tending()
            weighing()

        stack.enter_context(daemon_watched(settings, say))
        supervise(children, environment, say, ready, tend=tend)
        end(members(token))


def platform(stack: ExitStack, settings: Settings, host: str, port: int, dashboard_port: int) -> list[Child]:
    """Return the processes of a platform, in the order in which they are started.

    A `workspace.yaml` that was edited says itself what Dagster loads, and where: there is no code server of ours
    then.

    Args:
        stack: Of what must be tidied up once they have ended.
        settings: Of the platform.
        host: Address that servers listen on.
        port: Of Dagster's web server.
        dashboard_port: Of the dashboard.
    """
    home, logs = prepare(settings), folder(settings.elec_home, "logs")
    workspace = home / "workspace.yaml"
    children = []
    if workspace not in edited_files(settings):
        path = stack.enter_context(socket_path(home))
        workspace = write_workspace(home, path)
        children.append(code_server(path, logs / "code-server.log"))
    daemon = [_script("dagster-daemon"), "run", "-w", str(workspace)]
    return [
        *children,
        Child("web server", dagster_ui_command(str(workspace), host, port), logs / "webserver.log"),
        Child("daemon", daemon, logs / "daemon.log"),
        dashboard(host, dashboard_port, logs),
        _api(settings, host, logs),
    ]


def dashboard(host: str, port: int, logs: Path) -> Child:
    """Return the process of the dashboard."""
    from elec_pipeline.commands.dashboard import command

    return Child("dashboard", command(host, port), logs / "dashboard.log")


def dagster_ui(settings: Settings, host: str, port: int) -> str:
    """Return where the dashboard sends people for runs: as configured, else to the server that starts with it."""
    if "elec_dagster_url" in settings.model_fields_set:
        return settings.elec_dagster_url
    return _beside_us(settings, host, port)


def _beside_us(settings: Settings, host: str, port: int) -> str:
    """Return Dagster's UI as this machine reaches it: no proxy, name or certificate need be there."""
    name = "localhost" if host == "0.0.0.0" else host  # noqa: S104 - compared, not bound
    return f"http://{name}:{port}{path_prefix(settings)}"


def _api(settings: Settings, host: str, logs: Path) -> Child:
    """Return the process of the JSON API."""
    command = [_script("elec"), "api", "--host", host, "--port", str(settings.elec_api_port)]
    return Child("JSON API", command, logs / "api.log")


def refuse_mixture(engine: Engine, *, simulated: bool) -> None:
    """Raise where simulated and real values would meet in one database.

    Raises:
        ConfigurationError: They would.
    """
    is_simulated = raw_consumption.c.source == Source.SIMULATOR.value
    other = ~is_simulated if simulated else is_simulated
    with engine.connect() as connection:
        mixed = connection.scalar(select(exists().where(other)))
    if mixed:
        here, there = ("simulated", "real") if simulated else ("real", "simulated")
        raise ConfigurationError(
            f"This database holds {there} values; {here} ones must not be mixed in. Set ELEC_HOME to another "
            "folder, or DATABASE_URL to another database."
        )


def _script(name: str) -> str:
    """Return a console script of this environment, whether it is activated or not."""
    return str(Path(sys.executable).with_name(name))
