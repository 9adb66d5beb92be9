"""A dump into an empty database, through a connection of ours: whole or not at all.

Here: turning a dump into SQL (`pg_restore` without a server) and executing it. Not here: making and naming
databases (`restoring`).

So no program but this one connects, the password stays in this process, connections are encrypted as ever, and a
dump of a newer server can be read by an older one where the tables allow.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import psycopg
from psycopg import errors

from elec_pipeline.backup import programs
from elec_pipeline.errors import BackupError

_PARTS = ("pre-data", "data", "post-data")
_PLAIN = (
    "--no-owner",
    "--no-acl",
    "--no-tablespaces",
    "--no-security-labels",
    "--no-publications",
    "--no-subscriptions",
)
_IS_RIGHT = re.compile(r"\d+; \d+ \d+ (DEFAULT )?ACL ")
_LIMIT = re.compile(
    rb"SET (transaction_timeout|statement_timeout|lock_timeout|idle_in_transaction_session_timeout)\b"
)
"""Settings that older servers do not know, or that the connection has already."""


def replay(connection: psycopg.Connection, dump: Path, dumped_by: int) -> None:
    """Bring tables and rows of a dump into an empty database, in one transaction.

    Args:
        connection: To the database, in autocommit.
        dump: In pg_dump's custom format.
        dumped_by: Major version of the `pg_dump` that made it.

    Raises:
        BackupError: The server refuses something of it; nothing is there then.
    """
    program = programs.pg_restore(dumped_by)
    try:
        with connection.transaction():
            for part in _PARTS:
                with _script(program, dump, f"--section={part}", *_PLAIN) as script:
                    _execute(connection, script)
    except psycopg.DatabaseError as error:
        raise BackupError(
            f"PostgreSQL {connection.info.server_version // 10000} refuses the backup: {str(error).strip()}"
        ) from error
    connection.execute("RESET ALL")  # the script has set search_path and others for the session
    connection.execute("ANALYZE")


def grant(
    connection: psycopg.Connection, dump: Path, dumped_by: int, *, but_for: Collection[str] = ()
) -> list[str]:
    """Give the rights of a dump to those roles that are there.

    Args:
        connection: To the restored database, in autocommit.
        dump: In pg_dump's custom format.
        dumped_by: Major version of the `pg_dump` that made it.
        but_for: Roles that get none of it, for another rule is theirs.

    Returns:
        What could not be given, a sentence each: roles belong to a server, and are in no backup.
    """
    program = programs.pg_restore(dumped_by)
    listed = subprocess.run(  # noqa: S603 - PostgreSQL's own
        [program.path, "--list", dump],
        env=programs.environment_of_programs(), capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    rights = [line for line in listed.splitlines() if _IS_RIGHT.match(line)]
    if not rights:
        return []
    with tempfile.NamedTemporaryFile("w", prefix="elec-") as chosen:
        chosen.write("\n".join(rights) + "\n")
        chosen.flush()
        with _script(program, dump, "--no-owner", f"--use-list={chosen.name}") as script:
            text = script.read().decode()
    missing: dict[str, None] = {}  # in order
    for statement in re.findall(
        r"^(?:GRANT|REVOKE|ALTER DEFAULT PRIVILEGES) .*?;$", text, flags=re.MULTILINE | re.DOTALL
    ):
        if statement.rstrip(";").rpartition(" ")[2] in but_for:
            continue
        try:
            connection.execute(statement)
        except (errors.UndefinedObject, errors.InsufficientPrivilege) as error:
            missing[str(error.diag.message_primary)] = None
    return [f"A right was not restored: {each}." for each in missing]


@contextmanager
def _script(program: programs.Program, dump: Path, *options: str) -> Iterator[IO[bytes]]:
    """Yield the SQL that a dump stands for."""
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(  # noqa: S603 - PostgreSQL's own
            [program.path, "--file=-", *options, dump],
            env=programs.environment_of_programs(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said,
        ) as process,
    ):  # fmt: skip
        assert process.stdout is not None, "it is a pipe"  # noqa: S101
        try:
            yield process.stdout
        except BaseException:
            process.kill()
            raise
        process.stdout.close()
        if process.wait():
            said.seek(0)
            raise BackupError(
                f"pg_restore cannot read {dump.name}: {said.read().decode(errors='replace').strip()}."
            )


def _execute(connection: psycopg.Connection, script: IO[bytes]) -> None:
    """Execute a script of `pg_restore`: statements as they stand, and rows by COPY."""
    statements: list[bytes] = []
    for line in script:
        if line.startswith(b"COPY ") and line.endswith(b" FROM stdin;\n"):
            _send(connection, statements)
            with connection.cursor().copy(line.rstrip(b";\n")) as rows:
                _copy(rows, script)
        # `\restrict` and `\unrestrict` are for psql.
        elif not line.startswith(b"\\") and not _LIMIT.match(line):
            statements.append(line)
    _send(connection, statements)


def _copy(rows: psycopg.Copy, script: IO[bytes]) -> None:
    batch, size = [], 0
    for line in script:
        if line == b"\\.\n":
            break
        batch.append(line)
        size += len(line)
        if size > 2**18:
            rows.write(b"".join(batch))
            batch, size = [], 0
    rows.write(b"".join(batch))


def _send(connection: psycopg.Connection, statements: list[bytes]) -> None:
    if text := b"".join(statements).strip():
        connection.execute(text)
    statements.clear()
