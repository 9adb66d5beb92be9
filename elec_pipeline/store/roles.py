"""Who may do what in the database: three group roles of PostgreSQL, without a login of their own.

    elec_owner     owns schema and tables: migrations
    elec_writer    reads and writes rows: what the steps of runs do
    elec_reader    reads: dashboard and JSON API

An administrator gives a login one of them: `GRANT elec_reader TO web`. Of Dagster's own database the reader sees
a few tables, the others nothing.

Here: making the roles and what they may do, which can be repeated at any time; becoming the reader for a session.
Not here: when that is done (`database`, migration 0010, `reader`, `backup.rights`).

Roles belong to the whole server and may be there already, made by another database on it or by an administrator.
An account that may not make them or hand its tables over is told so, and everything works as it did without roles.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator

import psycopg
from psycopg import sql
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

OWNER, WRITER, READER = "elec_owner", "elec_writer", "elec_reader"
SCHEMA = "elec"
_log = logging.getLogger(__name__)
_REFUSED = (
    psycopg.errors.InsufficientPrivilege,
    psycopg.errors.UndefinedObject,
    psycopg.errors.InvalidGrantOperation,  # a role joins itself, where the account is the owner already
)
_MADE_BY_ANOTHER = (psycopg.errors.DuplicateObject, psycopg.errors.UniqueViolation)
_OBJECTS = text("""
SELECT format('ALTER TABLE %s OWNER TO elec_owner', c.oid::regclass)
FROM pg_class c
WHERE c.relnamespace = to_regnamespace('elec') AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
  AND pg_get_userbyid(c.relowner) <> 'elec_owner'
  AND NOT EXISTS (SELECT FROM pg_depend d
                  WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('a', 'i'))
UNION ALL
SELECT format('ALTER ROUTINE %s OWNER TO elec_owner', p.oid::regprocedure)
FROM pg_proc p
WHERE p.pronamespace = to_regnamespace('elec') AND pg_get_userbyid(p.proowner) <> 'elec_owner'
""")
DAGSTER_TABLES = ("runs", "asset_keys", "asset_check_executions", "daemon_heartbeats")
"""Of Dagster's own tables, what a reader may see: how its runs do. Events and configurations stay closed."""
_MAY_READ = """
WITH reader AS (SELECT oid FROM pg_roles WHERE rolname = 'elec_reader'),
     needed AS (SELECT c.oid, c.relnamespace FROM pg_class c
                WHERE (c.relnamespace = to_regnamespace('elec') AND c.relkind IN ('r', 'p', 'v', 'm', 'f'))
                   OR (c.relnamespace = to_regnamespace('public') AND c.relname = ANY(%s)))
SELECT pg_has_role(session_user, reader.oid, %s)
   AND EXISTS (SELECT FROM needed)
   AND NOT EXISTS (SELECT FROM needed
                   WHERE NOT has_schema_privilege(reader.oid, needed.relnamespace, 'USAGE')
                      OR NOT has_table_privilege(reader.oid, needed.oid, 'SELECT'))
FROM reader
"""
_SET_IS_A_RIGHT_SINCE = 160000
"""Version of PostgreSQL from which a member of a role may be one that cannot become it."""


def settle(connection: Connection) -> list[str]:
    """Make the roles where they are missing and give them their rights on the tables that there are.

    Args:
        connection: In a transaction, as the account that owns the tables, as an administrator, or as a member of
            the owner.

    Returns:
        What could not be done, a sentence each; empty where all is as it should be. Each is logged as a warning.
    """
    remarks = [*_make(connection), *_grant(connection), *_hand_over(connection)]
    for remark in remarks:
        _log.warning(remark)
    return remarks


def open_dagster(connection: Connection) -> None:
    """Let the reader see how Dagster's runs do, where there is such a role and the tables are this account's.

    Args:
        connection: With Dagster's own database, in a transaction.
    """
    if not connection.scalar(text("SELECT 1 FROM pg_roles WHERE rolname = 'elec_reader'")):
        return
    lacking = text(
        "SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace('public') AND relname = ANY(:tables) "
        "AND NOT has_table_privilege('elec_reader', oid, 'SELECT')"
    )
    for table in connection.scalars(lacking, {"tables": list(DAGSTER_TABLES)}).all():
        _tried(connection, f"GRANT SELECT ON public.{table} TO {READER}")


def unsettle(connection: Connection) -> None:
    """Take the rights back and give the tables to the account that asks. The roles stay: others may use them."""
    found = set(connection.scalars(text("SELECT rolname FROM pg_roles WHERE rolname ^@ 'elec_'")))
    if owns(connection):
        connection.execute(text(f"GRANT USAGE, CREATE ON SCHEMA {SCHEMA} TO CURRENT_USER"))
        connection.execute(text(f"ALTER SCHEMA {SCHEMA} OWNER TO CURRENT_USER"))
        for statement in connection.scalars(
            text(_OBJECTS.text.replace("<> 'elec_owner'", "= 'elec_owner'"))
        ).all():
            connection.execute(text(statement.replace("OWNER TO elec_owner", "OWNER TO CURRENT_USER")))
    for role in sorted(found & {WRITER, READER}):
        for grantor in _grantors(connection, found):
            _default_privileges(connection, grantor, f"REVOKE ALL ON TABLES FROM {role}")
            _default_privileges(connection, grantor, f"REVOKE ALL ON SEQUENCES FROM {role}")
        connection.execute(text(f"REVOKE ALL ON ALL TABLES IN SCHEMA {SCHEMA} FROM {role}"))
        connection.execute(text(f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA {SCHEMA} FROM {role}"))
        connection.execute(text(f"REVOKE ALL ON SCHEMA {SCHEMA} FROM {role}"))


def owns(connection: Connection) -> bool:
    """Say whether the tables are the owner role's, and this account may act as it."""
    return bool(
        connection.scalar(
            text(
                "SELECT pg_has_role(current_user, nspowner, 'USAGE') FROM pg_namespace "
                "WHERE nspname = 'elec' AND pg_get_userbyid(nspowner) = 'elec_owner'"
            )
        )
    )


def become_owner(connection: Connection) -> None:
    """Act as the owner until the transaction ends, where the tables are its: what is made then is its as well."""
    if owns(connection):
        connection.execute(text(f"SET LOCAL ROLE {OWNER}"))


def become_reader(session: psycopg.Connection) -> bool:
    """Act as the reader from now on, so that the server itself refuses to write.

    Args:
        session: With our database or Dagster's, in no transaction; it is in none afterwards.

    Returns:
        Whether it does; not where the role is missing, or may not read every table, or this account is no member.
    """
    member = "SET" if session.info.server_version >= _SET_IS_A_RIGHT_SINCE else "MEMBER"
    row = session.execute(_MAY_READ, [list(DAGSTER_TABLES), member]).fetchone()
    may = row is not None and bool(row[0])
    if may:
        session.execute(sql.SQL("SET SESSION ROLE {}").format(sql.Identifier(READER)))
    session.commit()
    return may


def _make(connection: Connection) -> Iterator[str]:
    for role in (OWNER, WRITER, READER):
        known = connection.scalar(text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": role})
        if not known and not _tried(connection, f"CREATE ROLE {role} NOLOGIN"):
            yield (
                f"The role {role} is missing, and this account may not make it: CREATE ROLE {role} NOLOGIN; as an "
                "administrator, then `elec db start`."
            )
    if not all(_may_become(connection, role) for role in (OWNER, READER)):
        # Whoever made a role may join it; one that an administrator made is the administrator's to give.
        for role in (OWNER, WRITER, READER):
            _tried(connection, f"GRANT {role} TO CURRENT_USER")


def _grant(connection: Connection) -> Iterator[str]:
    found = set(connection.scalars(text("SELECT rolname FROM pg_roles WHERE rolname ^@ 'elec_'")))
    rights = {
        READER: ("SELECT ON {} TABLES", "SELECT ON {} SEQUENCES"),
        WRITER: ("SELECT, INSERT, UPDATE, DELETE ON {} TABLES", "USAGE, SELECT ON {} SEQUENCES"),
    }
    for role, kinds in rights.items():
        if role not in found:
            continue
        statements = [f"GRANT USAGE ON SCHEMA {SCHEMA} TO {role}"]
        statements += [f"GRANT {each.format('ALL')} IN SCHEMA {SCHEMA} TO {role}" for each in kinds]
        refused = [statement for statement in statements if not _tried(connection, statement)]
        if refused:
            yield f"This account may not give {role} its rights on the tables: it does not own them."
        for grantor in _grantors(connection, found):
            for each in kinds:
                _default_privileges(connection, grantor, f"GRANT {each.format('')} TO {role}")


def _hand_over(connection: Connection) -> Iterator[str]:
    """Give schema and tables to the owner role, all of them or none."""
    found = connection.scalar(text("SELECT 1 FROM pg_roles WHERE rolname = 'elec_owner'"))
    if not found or not _may_become(connection, OWNER):
        return

    def hand_over() -> None:
        database = connection.scalar(text("SELECT quote_ident(current_database())"))
        mine = connection.scalar(
            text("SELECT pg_get_userbyid(nspowner) <> 'elec_owner' FROM pg_namespace WHERE nspname = 'elec'")
        )
        if mine:
            connection.execute(text(f"GRANT CREATE ON DATABASE {database} TO {OWNER}"))
            connection.execute(text(f"ALTER SCHEMA {SCHEMA} OWNER TO {OWNER}"))
        for statement in connection.scalars(_OBJECTS).all():
            connection.execute(text(statement))

    if not _done(connection, hand_over):
        yield f"The tables stay this account's: it may not give {OWNER} the right to CREATE in the database."


def _grantors(connection: Connection, found: set[str]) -> list[str]:
    """Return for whose future tables the rights are given: those of this account and of the owner."""
    is_owner = OWNER in found and _may_become(connection, OWNER)
    return ["CURRENT_USER", OWNER] if is_owner else ["CURRENT_USER"]


def _default_privileges(connection: Connection, grantor: str, change: str) -> None:
    of = "" if grantor == "CURRENT_USER" else f"FOR ROLE {grantor} "
    _tried(connection, " ".join(f"ALTER DEFAULT PRIVILEGES {of}IN SCHEMA {SCHEMA} {change}".split()))


def _may_become(connection: Connection, role: str) -> bool:
    by_version = int((connection.dialect.server_version_info or (0,))[0]) * 10_000
    right = "SET" if by_version >= _SET_IS_A_RIGHT_SINCE else "MEMBER"
    return bool(
        connection.scalar(
            text("SELECT pg_has_role(current_user, oid, :right) FROM pg_roles WHERE rolname = :role"),
            {"role": role, "right": right},
        )
    )


def _tried(connection: Connection, statement: str) -> bool:
    return _done(connection, lambda: connection.execute(text(statement)))


def _done(connection: Connection, act: Callable[[], object]) -> bool:
    """Do something in a savepoint; returns whether it was allowed. What another process made meanwhile is made."""
    try:
        with connection.begin_nested():
            act()
    except DBAPIError as error:
        if isinstance(error.orig, _MADE_BY_ANOTHER):
            return True
        if not isinstance(error.orig, _REFUSED):
            raise
        return False
    return True
