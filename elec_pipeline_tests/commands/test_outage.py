"""Every command whose database does not answer ends with one sentence; so does one whose tables are too new."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from elec_pipeline import cli
from elec_pipeline.guard import guard_messages
from elec_pipeline.settings import settings
from elec_pipeline.store import embedded
from elec_pipeline_tests.ports import free_port
from elec_pipeline_tests.store.forwarder import PASSWORD

DEAD = f"postgresql://someone:{PASSWORD}@127.0.0.1:9/elec"
COMMANDS = [
    ["backfill", "--from", "2025-10-26", "--to", "2025-10-26"],
    ["backtest", "--from", "2025-10-26", "--to", "2025-10-26"],
    ["import", "history.csv"],
    ["fine-tune"],
    ["models", "list"],
    ["models", "show", "1"],
    ["models", "promote", "1"],
    ["models", "rollback"],
    ["db", "start"],
    ["up", "--port", "PORT", "--dashboard-port", "PORT"],
    ["api", "--port", "PORT"],
    ["demo", "--port", "PORT", "--simulator-port", "PORT", "--dashboard-port", "PORT"],
]
Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """The command line in this process: returns its exit code and all it printed."""
    monkeypatch.chdir(tmp_path)

    def ran(url: str, *arguments: str) -> tuple[int, str]:
        with monkeypatch.context() as patched:
            patched.setenv("ELEC_HOME", str(home / "outage"))
            patched.setenv("DATABASE_URL", url)
            patched.setenv("ELEC_API_PORT", str(free_port()))
            patched.setenv("ELEC_SOURCE", "odre")
            patched.setattr(
                sys, "argv", ["elec", *(str(free_port()) if each == "PORT" else each for each in arguments)]
            )
            patched.setattr(cli, "guard_process", guard_messages)  # without the umask
            patched.setattr(embedded, "leave_all", lambda: None)  # this process goes on to use the tests' server
            settings.cache_clear()
            with pytest.raises(SystemExit) as ended:
                cli.main()
        settings.cache_clear()
        printed = capsys.readouterr()
        return int(ended.value.code or 0), printed.out + printed.err

    return ran


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_dead_host_is_one_sentence(run: Run, command: list[str]) -> None:
    code, said = run(DEAD, *command)
    assert code == 1
    lines = said.strip().splitlines()
    assert lines[-1].startswith("elec: The database postgresql://someone:***@127.0.0.1:9/elec does not answer")
    assert len(lines) <= 2  # the demo names its simulator first
    assert "try again" in said
    assert "Traceback" not in said
    assert PASSWORD not in said


def test_the_doctor_goes_on_without_a_database(run: Run) -> None:
    code, said = run(DEAD, "doctor")
    assert code == 1
    assert "does not answer" in said
    assert "ok   model" in said
    assert "Traceback" not in said
    assert PASSWORD not in said


@pytest.mark.parametrize("command", [each for each in COMMANDS if each[0] != "demo"], ids=" ".join)
def test_tables_of_a_newer_version_are_one_sentence(
    run: Run, engine: Engine, database: str, command: list[str]
) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE elec.alembic_version SET version_num = '9999'"))
    code, said = run(database, *command)
    assert code == 1
    assert said.strip().splitlines()[-1].startswith("elec: The database was written by a newer elec-pipeline")
    assert "9999" in said
    assert "Traceback" not in said


def test_the_url_has_its_password_only_where_asked_for(run: Run) -> None:
    url = f"postgresql://someone:{PASSWORD}@db.example/elec?sslmode=require"
    code, said = _url(run, url)
    assert (code, said.splitlines()[0]) == (0, "postgresql://someone@db.example/elec?sslmode=require")
    assert "--with-password" in said
    assert PASSWORD not in said
    assert _url(run, url, "--with-password") == (0, f"{url}\n")


def test_the_url_of_a_line_of_keywords_is_one_that_psql_takes(run: Run) -> None:
    line = f"host=h1,h2 port=5432,5433 user=ada password={PASSWORD} dbname=elec"
    code, said = _url(run, line)
    assert code == 0
    assert said.splitlines()[0] == "postgresql://ada@/elec?host=h1%2Ch2&port=5432%2C5433"


def _url(run: Run, url: str, *options: str) -> tuple[int, str]:
    return run(url, "db", "url", *options)
