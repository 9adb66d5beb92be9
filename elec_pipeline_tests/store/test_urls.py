"""Database URLs in every notation; that libraries accept them is asked of the libraries."""

from collections.abc import Callable

import pytest
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy.engine import make_url

from elec_pipeline.errors import ConfigurationError
from elec_pipeline.store import urls

CONVERSIONS = [urls.for_sqlalchemy, urls.for_dagster, urls.for_psycopg, urls.redact, urls.database_name]
SOCKET_FOLDER = "/srv/my état+data/run"
SOCKET_URL = "postgresql://postgres@/elec?host=/srv/my%20%C3%A9tat%2Bdata/run"


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg", "postgresql+asyncpg"])
def test_every_postgres_scheme_is_rewritten(scheme: str) -> None:
    url = f"{scheme}://ada:secret@db.example:5433/elec"
    assert urls.for_sqlalchemy(url) == "postgresql+psycopg://ada:secret@db.example:5433/elec"
    assert urls.for_dagster(url) == "postgresql+psycopg2://ada:secret@db.example:5433/elec"
    assert urls.for_psycopg(url) == "postgresql://ada:secret@db.example:5433/elec"


@pytest.mark.parametrize(
    ("encoded", "password"), [("p%40ss%2Fw%3Ard", "p@ss/w:rd"), ("a%20b+c%25", "a b+c%"), ("%C3%A9%23%3F", "é#?")]
)
def test_a_quoted_password_survives(encoded: str, password: str) -> None:
    url = f"postgresql://ada:{encoded}@db.example/elec"
    assert conninfo_to_dict(urls.for_psycopg(url))["password"] == password
    assert make_url(urls.for_sqlalchemy(url)).password == password
    assert make_url(urls.for_dagster(url)).password == password


def test_a_socket_folder_survives() -> None:
    parts = conninfo_to_dict(urls.for_psycopg(SOCKET_URL))
    assert parts == {"user": "postgres", "dbname": "elec", "host": SOCKET_FOLDER}
    for convert in (urls.for_sqlalchemy, urls.for_dagster):
        assert make_url(convert(SOCKET_URL)).query["host"] == SOCKET_FOLDER
        assert convert(convert(SOCKET_URL)) == convert(SOCKET_URL)


def test_a_socket_folder_in_the_hosts_place_becomes_a_parameter() -> None:
    parsed = make_url(urls.for_sqlalchemy("postgresql://ada@%2Frun%2Fpostgresql/elec"))
    assert not parsed.host
    assert parsed.query["host"] == "/run/postgresql"


def test_parameters_survive() -> None:
    url = "postgresql://ada@db.example/elec?sslmode=verify-full&options=-c%20search_path%3Delec"
    parts = conninfo_to_dict(urls.for_psycopg(url))
    assert parts["sslmode"] == "verify-full"
    assert parts["options"] == "-c search_path=elec"


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ada:hunter2@db.example/elec",
        "postgresql://ada@db.example/elec?password=hunter2",
        "postgresql://ada:hunter2@db.example/elec?sslpassword=hunter2&sslmode=require",
        "postgresql:///elec?host=/run/postgresql&user=ada&password=hunter2",
    ],
)
def test_no_password_is_shown(url: str) -> None:
    shown = urls.redact(url)
    assert "hunter2" not in shown
    assert "***" in shown
    assert "elec" in shown


def test_a_url_without_a_password_is_shown_as_it_is() -> None:
    assert urls.redact("postgresql://ada@db.example/elec") == "postgresql://ada@db.example/elec"


def test_the_database_is_exchanged_wherever_it_is_named() -> None:
    assert urls.database_name(urls.with_database(SOCKET_URL, "dagster")) == "dagster"
    by_parameter = "postgresql://db.example/ignored?dbname=elec"
    assert urls.database_name(by_parameter) == "elec"
    assert urls.with_database(by_parameter, "dagster") == "postgresql://db.example/dagster"
    assert conninfo_to_dict(urls.with_database(SOCKET_URL, "my db?"))["dbname"] == "my db?"


@pytest.mark.parametrize("convert", CONVERSIONS)
@pytest.mark.parametrize(
    "url",
    [
        "",
        "elec",
        "host=db.example pass=hunter2",
        "host=db.example password='hunter2",
        "postgresql://ada:hunter2@db.example/elec?hunter2",
        "postgresql://ada:hunter2@db.example/elec?pass=hunter2",
        "postgresql://ada:hunter2@/elec?host=one&host=two",
        "postgresql://ada:hunter2@one:1,two:2,three/elec?port=1,2",
        "mysql://ada:hunter2@db.example/elec",
        "sqlite:///hunter2.db",
        "postgresqlx://ada:hunter2@db.example/elec",
        "postgresql://ada:hunter2@db.example:port/elec",
        "postgresql://ada:hunter2@db.example:0/elec",
        "postgresql://ada:hunter2@db.example:65536/elec",
        "postgresql://ada:hunt@er2/x@db.example/elec",
    ],
)
def test_anything_else_is_refused_without_being_repeated(convert: Callable[[str], str], url: str) -> None:
    with pytest.raises(ConfigurationError, match="DATABASE_URL") as caught:
        convert(url)
    assert "hunter2" not in str(caught.value)
    assert "er2" not in str(caught.value)


def keywords_of(url: str) -> list[dict[str, str]]:
    """Return what each of the three libraries would hand to libpq."""
    made = [{name: str(value) for name, value in conninfo_to_dict(urls.for_psycopg(url)).items()}]
    for convert in (urls.for_sqlalchemy, urls.for_dagster):
        parsed = make_url(convert(url))
        _, keywords = parsed.get_dialect()().create_connect_args(parsed)
        if set(str(keywords.get("port", ""))) == {","}:
            del keywords["port"]  # of several hosts, all at the usual one
        made.append({name: str(value) for name, value in keywords.items()})
    return made


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            "postgresql://u:p%40@h1:5432,h2:5433/db?target_session_attrs=read-write",
            {"host": "h1,h2", "port": "5432,5433", "target_session_attrs": "read-write"},
        ),
        ("postgresql://u:p%40@h1,h2/db", {"host": "h1,h2"}),
        ("postgresql://u:p%40@[::1]:5433/db", {"host": "::1", "port": "5433"}),
        ("postgresql://u:p%40@[::1]:5433,h2:5434/db", {"host": "::1,h2", "port": "5433,5434"}),
        ("postgresql://u:p%40@h1/db?hostaddr=10.0.0.1", {"host": "h1", "hostaddr": "10.0.0.1"}),
        ("postgresql://u:p%40@/db?hostaddr=10.0.0.1&port=5433", {"hostaddr": "10.0.0.1", "port": "5433"}),
        ("postgresql://u:p%40@/db?service=elec", {"service": "elec"}),
        (
            "postgresql://u:p%40@h1/db?passfile=/run/secrets/my%20pgpass",
            {"host": "h1", "passfile": "/run/secrets/my pgpass"},
        ),
        ("host=h1 port=5433 user=u password=p@ dbname=db", {"host": "h1", "port": "5433"}),
        (
            "user=u password='p@' dbname=db host='/srv/my run' connect_timeout=3",
            {"host": "/srv/my run", "connect_timeout": "3"},
        ),
        ("postgresql+psycopg2://u:p%40@/db?host=/run/a,/run/b", {"host": "/run/a,/run/b"}),
    ],
)
def test_every_library_is_handed_what_libpq_reads(url: str, expected: dict[str, str]) -> None:
    expected = {"user": "u", "password": "p@", "dbname": "db", **expected}
    assert keywords_of(url) == [expected] * 3
    assert "p%40" not in urls.redact(url)
    assert "***" in urls.redact(url)
    assert conninfo_to_dict(urls.without_secrets(url)) == {k: v for k, v in expected.items() if k != "password"}


def test_a_parameter_that_dagsters_driver_does_not_know_is_named() -> None:
    url = "postgresql://ada@db.example/elec?min_protocol_version=3.2"
    assert "min_protocol_version" in urls.for_sqlalchemy(url)
    with pytest.raises(ConfigurationError, match="min_protocol_version, which the driver of Dagster"):
        urls.for_dagster(url)


def test_a_service_needs_the_name_of_its_database() -> None:
    with pytest.raises(ConfigurationError, match="names a service but no database"):
        urls.database_name("postgresql:///?service=elec")


def test_a_url_must_name_a_database_where_one_is_asked_for() -> None:
    with pytest.raises(ConfigurationError, match="names no database"):
        urls.database_name("postgresql://ada@db.example")
