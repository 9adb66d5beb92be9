"""Database URLs: one notation in, the notation of each library out.

Here: rewriting PostgreSQL URLs and hiding their passwords, without opening anything. Not here: where the
URL comes from, and connecting.

Whatever comes in is parsed by libpq, PostgreSQL's own library, so that a URL means here what it means to `psql`:
URLs, several hosts, sockets, `hostaddr=`, `service=`, `passfile=`, and keywords (`host=… dbname=…`). What comes
out is a URL in one form that SQLAlchemy with psycopg 3, psycopg 2 and libpq understand: several hosts, and a
socket's folder, stand in the query.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

import psycopg
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy.engine import URL

from elec_pipeline.errors import ConfigurationError

HIDDEN = "***"
SECRET_PARAMETERS = ("password", "sslpassword", "oauth_client_secret", "scram_client_key", "scram_server_key")
"""Parameters that libpq takes for secrets."""
_EXAMPLE = "postgresql://user:password@host:5432/elec"
_LAST_PORT = 65535
_SCHEME = re.compile(r"^(?P<dialect>\w*)(?:\+\w+)?://")


def for_sqlalchemy(url: str) -> str:
    """Return a PostgreSQL URL as SQLAlchemy wants it to use psycopg 3.

    Raises:
        ConfigurationError: It is no PostgreSQL URL.

    Example:
        >>> for_sqlalchemy("postgres://ada:p%40ss@db.example:5433/elec?sslmode=require")
        'postgresql+psycopg://ada:p%40ss@db.example:5433/elec?sslmode=require'
    """
    return _render(_parse(url), "postgresql+psycopg")


def for_dagster(url: str) -> str:
    """Return a PostgreSQL URL as Dagster's storage wants it, which uses psycopg2.

    Raises:
        ConfigurationError: It is no PostgreSQL URL, or has a parameter that is too new for psycopg2.

    Example:
        >>> for_dagster("postgresql://postgres@/elec?host=/run/my%20db")
        'postgresql+psycopg2://postgres@/elec?host=%2Frun%2Fmy%20db'
    """
    from psycopg2 import ProgrammingError
    from psycopg2.extensions import parse_dsn

    parameters = _parse(url)
    for name in parameters:
        try:
            parse_dsn(f"{name}=''")
        except ProgrammingError:
            raise ConfigurationError(
                f"DATABASE_URL has the parameter {name}, which the driver of Dagster's storage (psycopg2) "
                "does not know: leave it out."
            ) from None
    return _render(parameters, "postgresql+psycopg2")


def for_psycopg(url: str) -> str:
    """Return a PostgreSQL URL as psycopg and other users of libpq want it.

    Raises:
        ConfigurationError: It is no PostgreSQL URL.

    Example:
        >>> for_psycopg("postgresql+psycopg://ada@%2Frun%2Fpostgresql/elec")
        'postgresql://ada@/elec?host=%2Frun%2Fpostgresql'
        >>> for_psycopg("postgresql://ada@one:5432,two:5433/elec?target_session_attrs=read-write")
        'postgresql://ada@/elec?host=one%2Ctwo&port=5432%2C5433&target_session_attrs=read-write'
        >>> for_psycopg("host=db.example user=ada dbname=elec")
        'postgresql://ada@db.example/elec'
    """
    return _render(_parse(url))


def redact(url: str) -> str:
    """Return a PostgreSQL URL without its passwords, for messages and logs.

    Raises:
        ConfigurationError: It is no PostgreSQL URL.

    Example:
        >>> redact("postgresql://ada:secret@db.example/elec?sslpassword=secret&sslmode=require")
        'postgresql://ada:***@db.example/elec?sslmode=require&sslpassword=***'
    """
    parameters = _parse(url)
    hidden = {name: HIDDEN for name in SECRET_PARAMETERS if name in parameters}
    return _render(parameters | hidden).replace("%2A%2A%2A", HIDDEN)


def without_secrets(url: str) -> str:
    """Return a PostgreSQL URL that a client asks the password for, or finds it in `~/.pgpass`.

    Raises:
        ConfigurationError: It is no PostgreSQL URL.

    Example:
        >>> without_secrets("postgresql://ada:secret@db.example/elec")
        'postgresql://ada@db.example/elec'
    """
    return _render({name: value for name, value in _parse(url).items() if name not in SECRET_PARAMETERS})


def password(url: str) -> str:
    """Return the password in a PostgreSQL URL, "" where it has none.

    Raises:
        ConfigurationError: It is no PostgreSQL URL.
    """
    return _parse(url).get("password", "")


def with_database(url: str, name: str) -> str:
    """Return a PostgreSQL URL of another database on the same server.

    Raises:
        ConfigurationError: It is no PostgreSQL URL.

    Example:
        >>> with_database("postgresql://ada:p%40ss@db.example/elec", "dagster")
        'postgresql://ada:p%40ss@db.example/dagster'
    """
    return _render(_parse(url) | {"dbname": name})


def with_defaults(url: str, **parameters: str) -> str:
    """Return a PostgreSQL URL with more parameters, but for those that it has already.

    Raises:
        ConfigurationError: It is no PostgreSQL URL.

    Example:
        >>> with_defaults("postgresql://ada@db.example/elec?keepalives=0", keepalives="1", sslmode="require")
        'postgresql://ada@db.example/elec?keepalives=0&sslmode=require'
    """
    return _render(parameters | _parse(url))


def with_session(url: str, settings: Mapping[str, str], *, client_encoding: str) -> str:
    """Return a PostgreSQL URL whose sessions have some settings, whatever the server, database or role says.

    They stand behind the options that the URL has already, and so they count.

    Args:
        url: The URL.
        settings: Server settings by name.
        client_encoding: In which texts cross the network.

    Raises:
        ConfigurationError: It is no PostgreSQL URL.

    Example:
        >>> with_session("postgresql://ada@db.example/elec", {"datestyle": "ISO, YMD"}, client_encoding="UTF8")
        'postgresql://ada@db.example/elec?client_encoding=UTF8&options=-c%20datestyle%3DISO%2C%5C%20YMD'
    """
    parameters = _parse(url)
    # The server splits options at blanks that no backslash precedes.
    escaped = (re.sub(r"([\\\s])", r"\\\1", f"{name}={value}") for name, value in settings.items())
    options = [parameters.get("options", ""), *(f"-c {each}" for each in escaped)]
    pinned = {"options": " ".join(each for each in options if each), "client_encoding": client_encoding}
    return _render(parameters | pinned)


def parameter(url: str, name: str) -> str:
    """Return the value of one of libpq's parameters in a PostgreSQL URL, "" where it is not there.

    Raises:
        ConfigurationError: It is no PostgreSQL URL.
    """
    return _parse(url).get(name, "")


def database_name(url: str) -> str:
    """Return the name of the database in a PostgreSQL URL.

    Raises:
        ConfigurationError: It is no PostgreSQL URL, or names no database.

    Example:
        >>> database_name("postgresql://postgres@/elec?host=/run/postgresql")
        'elec'
    """
    parameters = _parse(url)
    name = parameters.get("dbname")
    if not name and "service" in parameters:
        raise ConfigurationError(
            "DATABASE_URL names a service but no database: name it too, as in postgresql:///elec?service=NAME, "
            "since the name of Dagster's own database follows from it."
        )
    if not name:
        raise ConfigurationError(f"DATABASE_URL names no database: it should look like {_EXAMPLE}")
    return name


def _parse(url: str) -> dict[str, str]:
    """Return libpq's parameters that a PostgreSQL URL, or a line of keywords, stands for.

    Raises:
        ConfigurationError: It is none. The message never repeats the URL, and no cause is attached:
            who can say where in a malformed one the password ends?
    """
    url = url.strip()
    scheme = _SCHEME.match(url)
    if scheme is not None:
        _refuse_what_is_misread(url, scheme["dialect"])
        url = f"postgresql://{url[scheme.end() :]}"
    elif "=" not in url:
        raise ConfigurationError(f"DATABASE_URL is no URL: it should look like {_EXAMPLE}")
    try:
        parameters = {name: str(value) for name, value in conninfo_to_dict(url).items() if value is not None}
    except psycopg.ProgrammingError:
        raise ConfigurationError(
            f"DATABASE_URL is not understood by PostgreSQL's library: it should look like {_EXAMPLE}, special "
            "characters percent-encoded, and have only parameters that psql knows"
        ) from None
    _require_ports(parameters)
    if not parameters.get("port", "").strip(","):
        parameters.pop("port", None)  # of several hosts without any: the usual one of each
    return parameters


def _refuse_what_is_misread(url: str, dialect: str) -> None:
    """Refuse a URL that libpq would read in another way than it is meant."""
    if dialect not in {"postgresql", "postgres"}:
        raise ConfigurationError(
            f"DATABASE_URL is of {dialect!r}, only PostgreSQL will do: it should look like {_EXAMPLE}"
        )
    if url.count("@") > 1:
        raise ConfigurationError(
            "DATABASE_URL has more than one @: percent-encode special characters of the password, @ as %40, "
            "/ as %2F"
        )
    names = [name for name, _ in parse_qsl(urlsplit(url).query, keep_blank_values=True)]
    if len(names) != len(set(names)):  # libpq takes the last one
        raise ConfigurationError(
            "DATABASE_URL has a parameter twice; several hosts are named as in "
            "postgresql://user:password@host1:5432,host2:5432/elec"
        )


def _require_ports(parameters: dict[str, str]) -> None:
    ports = parameters.get("port", "").split(",")
    hosts = (parameters.get("host") or parameters.get("hostaddr") or "").split(",")
    if not all(
        re.fullmatch(r"\d{1,5}", port, re.ASCII) and 1 <= int(port) <= _LAST_PORT for port in ports if port
    ):
        raise ConfigurationError(
            f"DATABASE_URL has a port that is no number from 1 to {_LAST_PORT}: it should look like {_EXAMPLE}"
        )
    if len(ports) > 1 and len(ports) != len(hosts):
        raise ConfigurationError(
            f"DATABASE_URL names {len(hosts)} hosts and {len(ports)} ports: give one port, or one for each host"
        )


def _render(parameters: dict[str, str], driver: str = "postgresql") -> str:
    """Render libpq's parameters as a URL with its password.

    SQLAlchemy leaves blanks as they are, or writes them as plus signs into the query, where libpq takes a
    plus sign literally; percent-encoded, both understand them.
    """
    rest = dict(parameters)
    address: dict[str, str] = {}
    host, port = rest.get("host", ""), rest.get("port", "")
    if host and not host.startswith(("/", "@")) and "," not in host + port:
        address["host"] = rest.pop("host")
        if rest.pop("port", ""):
            address["port"] = port
    url = URL.create(
        driver,
        username=rest.pop("user", None),
        password=rest.pop("password", None),
        host=address.get("host") or ("" if host else None),
        port=int(address["port"]) if "port" in address else None,
        database=rest.pop("dbname", None),
        query=rest,
    )
    address_part, mark, query = url.render_as_string(hide_password=False).partition("?")
    return address_part.replace(" ", "%20") + mark + query.replace("+", "%20")
