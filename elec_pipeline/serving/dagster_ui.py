"""Dagster's web server behind our layers: `python -m elec_pipeline.serving.dagster_ui -w workspace.yaml`.

It is what `dagster-webserver` serves, with the same defaults; that program itself lets any web page operate the
instance. Here: putting the two together. Not here: the layers, and the rules for addresses (`reach`).
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from starlette.types import ASGIApp

from elec_pipeline.errors import ConfigurationError, ElecError
from elec_pipeline.serving import reach, server
from elec_pipeline.serving.mutations import MutationsByPost
from elec_pipeline.serving.origins import Origins
from elec_pipeline.serving.password import Password
from elec_pipeline.settings import Settings, settings
from elec_pipeline.store.database import open_dagster_to_reader

STATEMENT_TIMEOUT_MS = 15_000
POOL_RECYCLE_S = 3600
POOL_MAX_OVERFLOW = 20
POLL_EVERY_MS = 2000
"""The page asks for news of assets this often. All four as `dagster-webserver` has them."""
PROBES = frozenset({"/server_info"})


def command(workspace: str, host: str, port: int) -> list[str]:
    """Return the command that serves Dagster's UI until it is interrupted."""
    module = "elec_pipeline.serving.dagster_ui"
    return [sys.executable, "-m", module, "-w", workspace, "-h", host, "-p", str(port)]


def protected(app: ASGIApp, settings: Settings, host: str, prefix: str = "") -> ASGIApp:
    """Return Dagster's application behind the layers, the outermost first to see a request.

    Args:
        app: Dagster's application.
        settings: The password, and names the server may be reached by.
        host: Address it listens on.
        prefix: Path under which the application lies.
    """
    open_paths = PROBES | {prefix + each for each in PROBES}
    password = settings.elec_ui_password.get_secret_value()
    asking = Password(MutationsByPost(app), password=password, open_paths=open_paths)
    return Origins(asking, names=reach.own_names(host), hosts=settings.allowed_hosts)


def path_prefix(settings: Settings) -> str:
    """Return the path under which Dagster's UI lies: behind a proxy it shares its host with others.

    Example:
        >>> path_prefix(Settings(elec_dagster_url="https://elec.example/dagster/"))
        '/dagster'
    """
    return urlsplit(settings.elec_dagster_url).path.rstrip("/")


@contextmanager
def application(workspace: Path, *, path_prefix: str = "", read_only: bool = False) -> Iterator[ASGIApp]:
    """Load a workspace and yield Dagster's application over it, without any layer.

    Args:
        workspace: A `workspace.yaml`.
        path_prefix: Under which the application lies, such as `/dagster`.
        read_only: Whether all mutations are refused.

    Raises:
        ConfigurationError: `DAGSTER_HOME` is not set, or there is no such workspace.
    """
    import dagster as dg
    from dagster._core.workspace.context import WorkspaceProcessContext
    from dagster._core.workspace.load_target import WorkspaceFileTarget
    from dagster_webserver.app import create_app_from_workspace_process_context
    from dagster_webserver.version import __version__

    if not os.environ.get("DAGSTER_HOME"):
        raise ConfigurationError('DAGSTER_HOME is not set; `eval "$(elec env)"` sets it.')
    if not workspace.is_file():
        raise ConfigurationError(f"There is no workspace file {workspace}: name one with -w.")
    with dg.DagsterInstance.get() as instance:
        storage = instance.get_ref().storage_data
        if storage is not None and storage.class_name == "StoreServerStorage":  # made just now, if it was missing
            open_dagster_to_reader(settings())
        instance.optimize_for_webserver(STATEMENT_TIMEOUT_MS, POOL_RECYCLE_S, POOL_MAX_OVERFLOW)
        target = WorkspaceFileTarget(paths=[str(workspace)])
        with WorkspaceProcessContext(instance, target, version=__version__, read_only=read_only) as loaded:
            yield create_app_from_workspace_process_context(loaded, path_prefix, POLL_EVERY_MS)


def serve(arguments: argparse.Namespace) -> None:
    """Serve until SIGINT or SIGTERM.

    Raises:
        ConfigurationError: A password is demanded and not set, or the instance or the workspace is missing.
    """
    # Whatever ends us, the code server that the workspace started is ended with us.
    signal.signal(signal.SIGTERM, signal.getsignal(signal.SIGINT))
    reach.demand_password(settings(), arguments.host)
    for line in reach.dagster_warnings(arguments.host):
        print(line, file=sys.stderr, flush=True)  # noqa: T201 - a log of its own
    prefix = path_prefix(settings()) if arguments.path_prefix is None else arguments.path_prefix
    read_only = arguments.read_only or settings().elec_dagster_read_only
    with application(arguments.workspace, path_prefix=prefix, read_only=read_only) as application_:
        server.run(
            protected(application_, settings(), arguments.host, prefix),
            host=arguments.host,
            port=arguments.port,
            websockets=True,
        )


def main(given: Sequence[str] | None = None) -> int:
    """Run the command line; our own errors end it with a sentence and code 1."""
    parser = argparse.ArgumentParser(
        prog="python -m elec_pipeline.serving.dagster_ui", description="Dagster's UI, for its operator alone.",
        add_help=False,
    )  # fmt: skip
    parser.add_argument("--help", action="help")
    parser.add_argument("-w", "--workspace", type=Path, default=Path("workspace.yaml"))
    parser.add_argument("-h", "--host", default="127.0.0.1", help="other than loopback: only with a password")
    parser.add_argument("-p", "--port", type=int, default=3000)
    parser.add_argument("-l", "--path-prefix", help="such as /dagster; that of ELEC_DAGSTER_URL if not given")
    parser.add_argument(
        "--read-only", action="store_true", help="refuse all mutations, as ELEC_DAGSTER_READ_ONLY does"
    )
    try:
        serve(parser.parse_args(given))
    except KeyboardInterrupt:
        return 0
    except ElecError as error:
        print(f"elec: {error}", file=sys.stderr)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
