"""Whatever a source or a database repeats of our secrets is found nowhere afterwards."""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path

import pytest

from elec_pipeline.commands.dagster_home import prepare
from elec_pipeline.guard import PRIVATE_UMASK
from elec_pipeline.home import dagster_home
from elec_pipeline.settings import Settings
from elec_pipeline.simulator.server import SimulatorHandle
from elec_pipeline.store import urls
from elec_pipeline_tests.conftest import NOW
from elec_pipeline_tests.integration import planted

PASSING = ("echo=200", "echopage=200", "echo=429", "echo=500", "echo=503", "echopage=503")
"""What makes a request be tried again."""
ALL_THAT_PASSES = [f"{route}{fault}:1" for route in ("token-", "") for fault in PASSING]
FAULTS = [
    # The first asset's step meets the first fault, and fails; the next one's meets the second.
    ["token-echo=302:1", "token-echo=400:1", "weather-echo=302"],
    ["token-echo=401:1", "token-echo=403:1", "weather-echo=400"],
    ["token-echo=404:1", "echo=302:1", "weather-echo=401"],
    ["echo=400:1", "echo=403:1", "weather-echo=404"],
    ["echo=401:2", "echo=404:1", "weather-echo=200"],
    ["echo=503", "odre-echo=503", "weather-echopage=500"],  # for ever, and so for its stand-in
    ["echo=503", "odre-echo=200", "weather-echo=429"],
]


@pytest.fixture
def own_home(home: Path, request: pytest.FixtureRequest) -> Path:
    folder = home / re.sub(r"\W", "-", request.node.name)  # Dagster finds no instance below a name with brackets
    folder.mkdir(mode=0o700)
    return folder


def prepare_privately(home: Path) -> None:
    """Make Dagster's home as our programs do, whose umask is narrow."""
    os.umask(PRIVATE_UMASK)
    prepare(Settings(elec_home=home))


def environment(home: Path, url: str, **more: str) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("RTE_", "ELEC_"))}
    return inherited | {
        "ELEC_HOME": str(home),
        "DAGSTER_HOME": str(dagster_home(home)),
        "DATABASE_URL": url,
        "ELEC_SOURCE": "rte",
        "ELEC_FALLBACK": "odre",
        "ELEC_API_KEY": planted.API_KEY,
        "OPEN_METEO_API_KEY": planted.WEATHER_KEY,
        "RTE_CLIENT_ID": planted.CLIENT_ID,
        "RTE_CLIENT_SECRET": planted.CLIENT_SECRET,
        "COLUMNS": "60",
        **more,
    }


@pytest.mark.timeout(240)
def test_what_sources_repeat_is_in_no_log_no_file_and_no_table(
    own_home: Path, database: str, simulator: SimulatorHandle
) -> None:
    prepare_privately(own_home)
    hosts = dict.fromkeys(("RTE_BASE_URL", "ODRE_BASE_URL", "OPEN_METEO_URL"), simulator.url)
    done, shown = planted.run_watched(
        [
            sys.executable,
            "-m",
            "elec_pipeline_tests.integration.echoing_runs",
            json.dumps([ALL_THAT_PASSES, *FAULTS]),
            "2025-06-02",
            NOW.isoformat(),
        ],
        env=environment(own_home, planted.with_password(database), **hosts),
        cwd=own_home,
        timeout_s=230,
    )
    outcomes = [
        json.loads(line.removeprefix("RUN ")) for line in done.stdout.splitlines() if line.startswith("RUN ")
    ]
    assert [succeeded for _, succeeded in outcomes] == [True, *[False] * (len(FAULTS) + 1)], done.stderr[-3000:]
    tokens = {told.removeprefix("Bearer ") for told in simulator.simulator.heard() if told.startswith("Bearer ")}
    assert tokens
    assert planted.WEATHER_KEY in simulator.simulator.heard()
    assert "ValueError: ***" in done.stderr
    assert not planted.found_in(done.stdout + done.stderr, *tokens)
    assert shown
    assert not planted.found_in("\n".join(shown), *tokens)
    assert planted.open_to_others(own_home) == []
    files = dict(planted.files_below(own_home))
    for written in (".out", ".err"):  # what steps print; Dagster repeats it to its own output if it has the time
        assert any("***" in text for path, text in files.items() if path.suffix == written)
    for path, text in files.items():
        assert not planted.found_in(text, *tokens), path
    dagster = urls.with_database(database, f"{urls.database_name(database)}_dagster")
    tables = {**dict(planted.rows_of(database)), **dict(planted.rows_of(dagster))}
    assert tables["public.event_logs"].count("***") > 50
    for name, rows in tables.items():
        assert not planted.found_in(rows, *tokens), name


@pytest.mark.parametrize("command", ["doctor", "materialize"])
def test_a_database_that_repeats_the_password_does_so_to_nobody(own_home: Path, command: str) -> None:
    prepare_privately(own_home)
    programs = Path(sys.executable).parent
    arguments: dict[str, list[str | Path]] = {
        "doctor": [programs / "elec", "doctor"],
        "materialize": [
            programs / "dagster", "asset", "materialize", "-m", "elec_pipeline.definitions",
            "--select", "raw_consumption", "--partition", "2025-06-02",
        ],
    }  # fmt: skip
    with planted.telltale_database() as url:
        done, shown = planted.run_watched(
            arguments[command],
            env=environment(own_home, url, RTE_BASE_URL="http://127.0.0.1:9", OPEN_METEO_URL="off"),
            cwd=own_home,
            timeout_s=100,
        )
    assert done.returncode != 0
    assert shown
    assert not planted.found_in("\n".join(shown))
    assert planted.open_to_others(own_home) == []
    assert 'password "***" is wrong' in (done.stdout + done.stderr).replace("\n", " ")
    assert not planted.found_in(done.stdout + done.stderr)
    for path, text in planted.files_below(own_home):
        assert not planted.found_in(text), path
