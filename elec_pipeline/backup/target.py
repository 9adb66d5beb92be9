"""The databases of a server that a backup is restored to: what they hold, who uses them, and their names.

Here: looking, creating beside, and changing names in one transaction. Not here: what is restored (`restoring`).
"""

from __future__ import annotations

import re
import time
from contextlib import suppress
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

import psycopg
from psycopg import errors, sql

from elec_pipeline.backup import snapshot
from elec_pipeline.backup.manifest import DAGSTER, ELEC
from elec_pipeline.errors import RestoreRefusedError, StoreError
from elec_pipeline.store import urls
from elec_pipeline.store.database import dagster_database
from elec_pipeline.store.session import pinned
from elec_pipeline.store.tables import SCHEMA

_MAINTENANCE = ("postgres", "template1")
"""Databases of every server from which others can be renamed."""
_NOT_DATA = {
    ELEC: {f"{SCHEMA}.alembic_version"},
    # What Dagster writes when it makes its tables, and while nothing runs.
    DAGSTER: {f"public.{name}" for name in ("alembic_version", "kvs", "secondary_indexes", "instance_info")},
}
_NAME_LIMIT = 63
LEAVING_S = 2.0
"""How long a client that has just gone may take to be gone."""
_USERS = """
    SELECT datname, coalesce(nullif(application_name, ''), usename), count(*) FROM pg_stat_activity
    WHERE datname = ANY(%s) AND backend_type = 'client backend' GROUP BY 1, 2 ORDER BY 1, 2
"""


class Target:
    """The two databases of a URL, and the two that will take their names.

    Args:
        url: Of our database; it may be missing.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._name = urls.database_name(url)
        self._stamp = f"{datetime.now(UTC):%Y%m%dt%H%M%S}"
        self._admin: psycopg.Connection | None = None

    def __enter__(self) -> Self:
        """Connect beside our databases; what a killed restore left goes.

        Raises:
            StoreUnavailableError: The server does not answer.
        """
        for name in _MAINTENANCE:
            with suppress(StoreError):
                self._admin = snapshot.connect(urls.with_database(self._url, name))
                break
        else:
            self._admin = snapshot.connect(urls.with_database(self._url, _MAINTENANCE[0]))
        self._drop_left()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Disconnect."""
        self._connection.close()

    def fresh_url(self, role: str) -> str:
        """Return the URL of a database that is restored to, in sessions of its owner's."""
        url = urls.with_database(self._url, self._fresh(role))
        owner = self._owner(role)
        return url if owner is None else pinned(url, {"role": owner})

    def require_alone(self) -> None:
        """Check that nobody else uses the databases, and that nothing but ours lies in them.

        Raises:
            RestoreRefusedError: Somebody does, or something does.
        """
        deadline = time.monotonic() + LEAVING_S
        while users := self._connection.execute(_USERS, [list(self._current().values())]).fetchall():
            if time.monotonic() < deadline:
                time.sleep(0.05)
                continue
            who = ", ".join(f"{count} of {name} to {database}" for database, name, count in users)
            raise RestoreRefusedError(
                f"Others are connected to what would be replaced ({who}): stop the platform, the API, the "
                "dashboard and every other client, then restore. Nothing was changed."
            )
        if self._exists(self._name):
            with snapshot.connect(self._url) as connection:
                others = {name.split(".")[0] for name in snapshot.row_counts(connection)} - {SCHEMA}
            if others:
                raise RestoreRefusedError(
                    f"The database {self._name} also holds tables of others, in the schema "
                    f"{', '.join(sorted(others))}: restore into a database of its own. Nothing was changed."
                )

    def held(self) -> list[str]:
        """Return what is there already, a few words for each database; nothing where no data are."""
        found = []
        for role, name in self._current().items():
            if not self._exists(name):
                continue
            with snapshot.connect(urls.with_database(self._url, name)) as connection:
                held = {
                    table: rows
                    for table, rows in snapshot.row_counts(connection).items()
                    if rows and table not in _NOT_DATA[role]
                }
            if held:
                most = ", ".join(
                    f"{table} ({rows:,} rows)" for table, rows in sorted(held.items(), key=_by_rows)[:3]
                )
                found.append(f"the database {name} with {most}")
        return found

    def create(self, role: str) -> str:
        """Create an empty database beside the one whose name it will take; returns its URL.

        Raises:
            StoreError: This account may not.
        """
        owner = self._owner(role)
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(self._fresh(role)))
        if owner is not None:
            statement += sql.SQL(" OWNER {}").format(sql.Identifier(owner))
        try:
            self._connection.execute(statement)
        except errors.InsufficientPrivilege as error:
            raise StoreError(
                "A restore makes databases, and the account of DATABASE_URL may not "
                f"({error.diag.message_primary}). Let it, as an administrator: ALTER ROLE (this account) "
                "CREATEDB; or restore with the URL of an administrator in DATABASE_URL. Nothing was changed."
            ) from None
        return self.fresh_url(role)

    def swap(self, dagster: str | None) -> list[str]:
        """Give the restored databases the names of those that are there, in one transaction.

        Args:
            dagster: The role of Dagster's, where the backup has it; else the one there only makes way.

        Returns:
            What became of those that were there, a sentence each.

        Raises:
            RestoreRefusedError: Somebody has connected to one of them meanwhile.
        """
        held = self.held()
        kept, said = self._kept(), []
        try:
            with self._connection.transaction():
                for role, name in self._current().items():
                    if self._exists(name):
                        self._copy_rights(name, role)
                        self._rename(name, kept[role])
                        said.append(f"What was in {name} is in the database {kept[role]} now.")
                    if role != DAGSTER or dagster:
                        self._rename(self._fresh(role), name)
        except errors.ObjectInUse:
            raise RestoreRefusedError(
                "Somebody has connected to a database that is to be replaced: stop every client, then restore. "
                "Nothing was changed."
            ) from None
        if not held:
            for name in kept.values():  # there were empty tables at most
                self._drop(name)
            return []
        return said

    def drop_fresh(self) -> None:
        """Remove what was restored, where it has not taken its name."""
        for role in (ELEC, DAGSTER):
            self._drop(self._fresh(role))

    @property
    def _connection(self) -> psycopg.Connection:
        assert self._admin is not None, "used in a with block"  # noqa: S101
        return self._admin

    def _current(self) -> dict[str, str]:
        return {ELEC: self._name, DAGSTER: dagster_database(self._url)}

    def _fresh(self, role: str) -> str:
        return self._beside("restoring", role)

    def _kept(self) -> dict[str, str]:
        return {role: self._beside("before", role) for role in (ELEC, DAGSTER)}

    def _beside(self, what: str, role: str) -> str:
        tail = f"_{what}_{self._stamp}"
        pair = self._name[: _NAME_LIMIT - len(tail) - len("_dagster")] + tail
        return pair if role == ELEC else f"{pair}_dagster"

    def _exists(self, name: str) -> bool:
        found = self._connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
        return found is not None

    def _owner(self, role: str) -> str | None:
        """Return who owns the database that is there, where that is somebody else than us."""
        found = self._connection.execute(
            "SELECT pg_get_userbyid(datdba) FROM pg_database "
            "WHERE datname = %s AND pg_get_userbyid(datdba) <> current_user",
            [self._current()[role]],
        ).fetchone()
        return None if found is None else str(found[0])

    def _copy_rights(self, name: str, role: str) -> None:
        """Give a restored database the rights to connect that the one before it gave."""
        fresh = sql.Identifier(self._fresh(role))
        if not self._exists(self._fresh(role)):
            return
        rights = self._connection.execute(
            "SELECT CASE grantee WHEN 0 THEN NULL ELSE pg_get_userbyid(grantee) END, privilege_type "
            "FROM pg_database, aclexplode(datacl) WHERE datname = %s AND grantee <> datdba", [name],
        ).fetchall()  # fmt: skip
        has_rights = self._connection.execute(
            "SELECT datacl IS NOT NULL FROM pg_database WHERE datname = %s", [name]
        ).fetchone()
        if has_rights and has_rights[0]:
            self._connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(fresh))
        for grantee, privilege in rights:
            who = sql.SQL("PUBLIC") if grantee is None else sql.Identifier(grantee)
            self._connection.execute(
                sql.SQL("GRANT {} ON DATABASE {} TO {}").format(sql.SQL(privilege), fresh, who)
            )

    def _rename(self, name: str, new: str) -> None:
        self._connection.execute(
            sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(name), sql.Identifier(new))
        )

    def _drop(self, name: str) -> None:
        self._connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))

    def _drop_left(self) -> None:
        """Remove what a killed restore left; one that goes on elsewhere is connected to it, and keeps it."""
        pattern = re.escape(self._beside("restoring", ELEC).removesuffix(self._stamp)) + r"\d{8}t\d{6}(_dagster)?"
        for (name,) in self._connection.execute("SELECT datname FROM pg_database").fetchall():
            if re.fullmatch(pattern, name):
                with suppress(errors.ObjectInUse, errors.InsufficientPrivilege):
                    self._drop(name)


def _by_rows(item: tuple[str, int]) -> tuple[int, str]:
    return -item[1], item[0]
