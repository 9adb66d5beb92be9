"""Database URLs: one notation in, the notation of each library out.

Here: rewriting PostgreSQL URLs and hiding their passwords, without opening anything. Not here: where the
URL comes from, and connecting.

Whatever comes in is parsed by SQLAlchemy. A Unix socket may be named as `?host=/folder` or, as libpq
allows, percent-encoded in the host's place; the former comes out, since every library understands it.
"""

from __future__ import annotations

from urllib.parse import unquote

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from elec_pipeline.errors import ConfigurationError

HIDDEN = "***"
SECRET_PARAMETERS = ("password", "sslpassword")
"""Parameters in a query string that libpq takes for secrets."""
_EXAMPLE = "postgresql://user:password@host:5432/elec"


def for_sqlalchemy(url: str) -> str:
    """Return a PostgreSQL URL as SQLAlchemy wants it to use psycopg 3.

    Raises:
        ConfigurationError: It is no PostgreSQL URL.

    Example:
        >>> for_sqlalchemy("postgres://ada:p%40ss@db.example:5433/elec?sslmode=require")
        'postgresql+psycopg://ada:p%40ss@db.example:5433/elec?sslmode=require'
    """
    return _render(_parse(url).set(drivername="postgresql+psycopg"))


def for_dagster(url: str) -> str:
    """Return a PostgreSQL URL as Dagster's storage wants it, which uses psycopg2.

    Raises:
        ConfigurationError: It is no PostgreSQL URL.

    Example:
        >>> for_dagster("postgresql://postgres@/elec?host=/run/my%20db")
        'postgresql+psycopg2://postgres@/elec?host=%2Frun%2Fmy%20db'
    """
    return _render(_parse(url).set(drivername="postgresql+psycopg2"))


def for_psycopg(url: str) -> str:
    """Return a PostgreSQL URL as psycopg and other users of libpq want it.

    Raises:
        ConfigurationError: It is no PostgreSQL URL.

    Example:
        >>> for_psycopg("postgresql+psycopg://ada@%2Frun%2Fpostgresql/elec")
        'postgresql://ada@/elec?host=%2Frun%2Fpostgresql'
    """
    return _render(_parse(url).set(drivername="postgresql"))


def redact(url: str) -> str:
    """Return a PostgreSQL URL without its passwords, for messages and logs.

    Raises:
        ConfigurationError: It is no PostgreSQL URL.

    Example:
        >>> redact("postgresql://ada:secret@db.example/elec?sslpassword=secret&sslmode=require")
        'postgresql://ada:***@db.example/elec?sslmode=require&sslpassword=***'
    """
    parsed = _parse(url)
    hidden = {name: HIDDEN for name in SECRET_PARAMETERS if name in parsed.query}
    if parsed.password is not None:
        parsed = parsed.set(password=HIDDEN)
    return _render(parsed.update_query_dict(hidden)).replace("%2A%2A%2A", HIDDEN)


def with_database(url: str, name: str) -> str:
    """Return a PostgreSQL URL of another database on the same server.

    Raises:
        ConfigurationError: It is no PostgreSQL URL.

    Example:
        >>> with_database("postgresql://ada:p%40ss@db.example/elec", "dagster")
        'postgresql://ada:p%40ss@db.example/dagster'
    """
    return _render(_parse(url).difference_update_query(["dbname"]).set(database=name))


def database_name(url: str) -> str:
    """Return the name of the database in a PostgreSQL URL.

    Raises:
        ConfigurationError: It is no PostgreSQL URL, or names no database.

    Example:
        >>> database_name("postgresql://postgres@/elec?host=/run/postgresql")
        'elec'
    """
    parsed = _parse(url)
    name = parsed.query.get("dbname", parsed.database)  # libpq lets the parameter win
    if not name or not isinstance(name, str):
        raise ConfigurationError(f"DATABASE_URL names no database: it should look like {_EXAMPLE}")
    return name


def _parse(url: str) -> URL:
    """Parse a PostgreSQL URL.

    Raises:
        ConfigurationError: It is none. The message never repeats the URL, and no cause is attached:
            who can say where in a malformed one the password ends?
    """
    try:
        parsed = make_url(url.strip())
    except (ArgumentError, ValueError):  # the latter for a port that is no number
        raise ConfigurationError(f"DATABASE_URL is no URL: it should look like {_EXAMPLE}") from None
    dialect = parsed.drivername.partition("+")[0]
    if dialect not in {"postgresql", "postgres"}:
        raise ConfigurationError(
            f"DATABASE_URL is of {dialect!r}, only PostgreSQL will do: it should look like {_EXAMPLE}"
        )
    if url.count("@") > 1:
        raise ConfigurationError(
            "DATABASE_URL has more than one @: percent-encode special characters of the password, @ as %40, "
            "/ as %2F"
        )
    host = unquote(parsed.host or "")
    if host.startswith("/"):
        parsed = parsed.set(host="").update_query_dict({"host": host})
    return parsed


def _render(url: URL) -> str:
    """Render a URL with its password.

    SQLAlchemy leaves blanks as they are, or writes them as plus signs into the query, where libpq takes a
    plus sign literally; percent-encoded, both understand them.
    """
    address, mark, query = url.render_as_string(hide_password=False).partition("?")
    return address.replace(" ", "%20") + mark + query.replace("+", "%20")
