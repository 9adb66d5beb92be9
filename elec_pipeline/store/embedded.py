"""A PostgreSQL server of our own, for a machine that has none.

Here: `EmbeddedServer`, which starts, stops and repairs one server per state folder. Not here: tables,
connections and queries, which treat this server like any other PostgreSQL.

The server outlives the process that started it, for Dagster's web server, daemon and runs, the API and the
dashboard share it; the last command of ours that leaves it stops it. It listens on a Unix socket in a folder
that only its account can enter, never on a network.

    <ELEC_HOME>/postgres/
        data-18/       the database, named after PostgreSQL's major version
        run/           the socket
        log/           one log per weekday, written anew each week, and startup.log
        bin-18.6.3/    the programs, only where root's own copy is out of reach for the server's account
        start.lock     held while somebody starts or stops the server
        server.lock    held by the server's processes themselves, as long as one of them lives
        users.lock     held, together, by every process of ours that uses the server
        kept           there where `elec db start` asked for a server that stays when nobody uses it
"""

from __future__ import annotations

import os
import re
import shlex
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

from elec_pipeline.errors import EmbeddedServerError
from elec_pipeline.home import prepare
from elec_pipeline.locks import is_locked, try_lock
from elec_pipeline.store import postmaster, postmaster_binaries, postmaster_initdb, postmaster_socket
from elec_pipeline.store.postmaster_account import ServerAccount
from elec_pipeline.store.postmaster_binaries import Binaries
from elec_pipeline.store.postmaster_initdb import SUPERUSER
from elec_pipeline.store.postmaster_socket import Answer

_joined: dict[Path, int] = {}
"""The locks by which this process says that it uses a server, until it ends or leaves."""
_joining = threading.Lock()


class EmbeddedServer:
    """One PostgreSQL server, whose data lie in a state folder.

    Constructing it touches nothing. Any number of processes may do so and call any method at the same
    time.

    Args:
        home: The state folder, ELEC_HOME.
        programs: PostgreSQL's programs, and so which data folder; the installed ones where none are given.
        settings: More of PostgreSQL's settings, by name, for a server that this process starts.

    Example:
        >>> EmbeddedServer(Path("/srv/elec")).url()
        'postgresql://postgres@/elec?host=/srv/elec/postgres/run'
    """

    def __init__(
        self, home: Path, *, programs: Binaries | None = None, settings: Mapping[str, str] | None = None
    ) -> None:
        self.home = home.resolve()
        self._programs = programs
        self._settings = dict(settings or {})
        self.root = self.home / "postgres"
        self.logs = self.root / "log"

    @property
    def socket_folder(self) -> Path:
        """The folder of the socket, the same for every process that uses this state folder."""
        return postmaster_socket.socket_folder(self.root)

    def url(self, database: str = "elec") -> str:
        """Return the URL of a database on this server, whether or not it runs or the database exists."""
        return f"postgresql://{SUPERUSER}@/{quote(database, safe='')}?host={quote(str(self.socket_folder))}"

    def is_running(self) -> bool:
        """Say whether the server accepts connections now.

        Raises:
            EmbeddedServerError: The socket's folder is not ours, or PostgreSQL is not installed.
        """
        with self._explained("ask"):
            return self._ask(_account()) is Answer.ACCEPTS

    def ensure_running(self) -> None:
        """Start the server unless it runs; create its database first where there is none.

        A server whose postmaster was killed recovers every committed transaction. One that is starting,
        recovering or stopping is waited for. From now on this process counts as one that uses the server.

        Raises:
            EmbeddedServerError: It cannot be started; the message says why, where the log is, and what
                to do.
        """
        with self._explained("start"):
            account = _account()
            self._join(account)
            if self._ask(account) is Answer.ACCEPTS:
                return
            self._prepare_folders(account)
            with postmaster.locked(self.root / "start.lock"):
                claim = self._settle(account)
                if claim is None:
                    return  # somebody else was quicker
                try:
                    self._start(account, claim)
                finally:
                    os.close(claim)

    def stop(self) -> bool:
        """Stop the server, ending its connections; what is committed stays.

        Returns:
            Whether a server was running.

        Raises:
            EmbeddedServerError: It does not stop.
        """
        with self._explained("stop"):
            account = _account()
            if not self.root.exists():
                return False
            (self.root / "kept").unlink(missing_ok=True)
            with postmaster.locked(self.root / "start.lock"):
                data = self._data()
                if not postmaster.lives(data):
                    if self._ask(account) is Answer.ACCEPTS:
                        raise EmbeddedServerError(
                            f"PostgreSQL with its data in {data} runs where its process cannot be seen from "
                            "here, in another container perhaps: stop it there."
                        )
                    return False
                pg_ctl = postmaster_binaries.for_account(account, self.root, self._programs).program("pg_ctl")
                patience = f"{postmaster.PATIENCE:.0f}"
                code, said = postmaster.run(
                    pg_ctl, "stop", "-D", data, "-m", "fast", "-w", "-t", patience, account=account
                )
                if code != 0 and postmaster.lives(data):
                    raise EmbeddedServerError(
                        f"PostgreSQL with its data in {data} did not stop: {said}\n"
                        f"{postmaster.log_tail(self.logs)}"
                    )
                return True

    def revive(self) -> bool:
        """Start the server again where it was running and was killed; next to no work where it runs.

        Returns:
            Whether it had to be started.

        Raises:
            EmbeddedServerError: It cannot be started.
        """
        if is_locked(self.root / "server.lock"):  # its processes hold it as long as one of them lives
            return False
        self.ensure_running()
        return True

    def keep(self) -> None:
        """Let the server run on when nobody uses it any more, until it is stopped by hand."""
        with self._explained("keep"):
            (self.root / "kept").touch(mode=0o600)

    def leave(self) -> bool:
        """Use the server no longer; stop it, unless another process uses it or it was asked to stay.

        Returns:
            Whether it was stopped.

        Raises:
            EmbeddedServerError: It does not stop.
        """
        with self._explained("leave"):
            with _joining:
                if (own := _joined.pop(self.root, None)) is not None:
                    os.close(own)
            if not self.root.exists() or (self.root / "kept").exists():
                return False
            claim = try_lock(self.root / "users.lock")
            if claim is None:
                return False
            try:
                return self.stop()
            finally:
                os.close(claim)  # whoever wants to use it meanwhile waits for this

    def ensure_database(self, name: str = "elec") -> None:
        """Create a database on the running server, unless it exists.

        Args:
            name: Its name, taken literally.

        Raises:
            EmbeddedServerError: The server does not run, or refuses.
        """
        import psycopg
        from psycopg import errors, sql

        try:
            with psycopg.connect(self.url("postgres"), autocommit=True, connect_timeout=30) as connection:
                known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
                if known is None:
                    # Another process may create it at this moment; either of the two errors says so.
                    with suppress(errors.DuplicateDatabase, errors.UniqueViolation):
                        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        except psycopg.Error as error:
            raise EmbeddedServerError(
                f"The database {name!r} could not be created on the embedded server in {self.root}: "
                f"{str(error).strip()}\nStart it with `elec db start`, then try again."
            ) from error

    def _join(self, account: ServerAccount) -> None:
        """Count this process as one that uses the server; wait where the last one is just stopping it."""
        with _joining:
            if self.root in _joined:
                return
            self._prepare_root(account)
            deadline = time.monotonic() + 2 * postmaster.PATIENCE
            while (own := try_lock(self.root / "users.lock", shared=True)) is None:
                if time.monotonic() > deadline:
                    raise EmbeddedServerError(
                        f"Another process has been stopping PostgreSQL in {self.root} for "
                        f"{2 * postmaster.PATIENCE:.0f} s: `elec db stop` stops it, then try again."
                    )
                time.sleep(0.02)
            _joined[self.root] = own

    def _data(self) -> Path:
        return self.root / f"data-{(self._programs or postmaster_binaries.installed()).major}"

    def _ask(self, account: ServerAccount) -> Answer:
        return postmaster_socket.ask(self.socket_folder, account)

    def _prepare_root(self, account: ServerAccount) -> None:
        if re.search(r'["$`\\\n]', str(self.root)):  # pg_ctl hands the path to a shell
            raise EmbeddedServerError(
                f"PostgreSQL cannot start in {self.root}: the path has a quote, a dollar sign, a backslash "
                "or a line break in it. Set ELEC_HOME to another folder."
            )
        account.require_way_to(self.home.parent)
        prepare(self.home, for_server=True)  # one that was private so far is opened for the server to pass
        account.require_way_to(self.root)

    def _prepare_folders(self, account: ServerAccount) -> None:
        account.make_private(self.logs)
        account.make_private(self.socket_folder)

    def _settle(self, account: ServerAccount) -> int | None:
        """Wait until the server either accepts connections or is entirely gone.

        Returns:
            None where it accepts connections; else the locked file to start a new server with.
        """
        deadline = time.monotonic() + postmaster.PATIENCE
        while (answer := self._ask(account)) is not Answer.ACCEPTS:
            if answer is Answer.SILENT:
                # The server's processes inherit this lock, so it also tells of backends that outlive their
                # postmaster, and of a server in another container that shares the folder.
                claim = try_lock(self.root / "server.lock")
                if claim is not None:
                    if not postmaster.lives(self._data()):
                        return claim
                    os.close(claim)
            if time.monotonic() > deadline:
                doing = "does not answer" if answer is Answer.SILENT else "is still recovering or stopping"
                raise EmbeddedServerError(
                    f"PostgreSQL with its data in {self._data()} runs, but {doing} on {self.socket_folder} "
                    f"after {postmaster.PATIENCE:.0f} s (process {postmaster.recorded_pid(self._data())}). "
                    "Recovery may take longer: try again in a minute; else `elec db stop`, and start again. "
                    f"{postmaster.log_tail(self.logs)}"
                )
            time.sleep(0.05)
        return None

    def _start(self, account: ServerAccount, claim: int) -> None:
        binaries = postmaster_binaries.for_account(account, self.root, self._programs)
        data = self._data()
        if data.exists():
            account.require_private(data)
        else:
            postmaster_initdb.create(data, binaries, account, sync=self._settings.get("fsync") != "off")
        postmaster.clear_leftovers(data, self.socket_folder)
        postmaster.drop_old_logs(self.logs)
        startup_log = self.logs / "startup.log"
        startup_log.unlink(missing_ok=True)
        quoted_socket = '"' + str(self.socket_folder) + '"'  # PostgreSQL's own quoting of a list
        settings = {
            "listen_addresses": "",
            "port": str(postmaster.PORT),
            "unix_socket_directories": quoted_socket,
            "unix_socket_permissions": "0700",
            "log_directory": str(self.logs),
            **self._settings,
        }
        options = shlex.join(part for name, value in settings.items() for part in ("-c", f"{name}={value}"))
        patience = f"{postmaster.PATIENCE:.0f}"
        pg_ctl = binaries.program("pg_ctl")
        _, said = postmaster.run(
            pg_ctl, "start", "-D", data, "-w", "-t", patience, "-l", startup_log, "-o", options,
            account=account, pass_fds=[claim],
        )  # fmt: skip
        if self._ask(account) is not Answer.ACCEPTS:
            raise EmbeddedServerError(
                f"PostgreSQL with its data in {data} did not start: {said}\n"
                f"{postmaster.log_tail(self.logs)}\n"
                "Mend what the log names (a full disk, most often) and try again, or set DATABASE_URL to another "
                "PostgreSQL server."
            )

    @contextmanager
    def _explained(self, doing: str) -> Iterator[None]:
        """Turn an error of the operating system into one that says what to do."""
        try:
            yield
        except OSError as error:
            raise EmbeddedServerError(
                f"Could not {doing} the embedded PostgreSQL server in {self.root}: {error}. The folder must "
                "be on a disk with space left and belong to the account that uses it: set ELEC_HOME to such a "
                "folder, or set DATABASE_URL to a PostgreSQL server."
            ) from error


def _account() -> ServerAccount:
    """Return the account that the server belongs to.

    Raises:
        EmbeddedServerError: On Windows, or without an account to run it under.
    """
    if os.name == "nt":
        raise EmbeddedServerError(
            "The embedded PostgreSQL server does not run on Windows: set DATABASE_URL to a PostgreSQL server."
        )
    return ServerAccount.current()


def leave_all() -> None:
    """Leave every server that this process uses, at the end of a command."""
    for root in list(_joined):
        EmbeddedServer(root.parent).leave()
