"""The quick look of `elec doctor` as a program runs it: what it loads, what it prints, how it exits."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import Engine
from typer.testing import CliRunner

from elec_pipeline.cli import app
from elec_pipeline.commands.doctor_model import describe_model
from elec_pipeline.commands.doctor_report import document
from elec_pipeline.commands.doctor_sources import Questions
from elec_pipeline.commands.findings import Finding
from elec_pipeline.errors import ModelUnavailableError
from elec_pipeline.forecasting.checkpoint import BUNDLED
from elec_pipeline.settings import Settings, settings

RUN = """
import json, sys
from elec_pipeline.cli import app
try:
    app(sys.argv[1:])
finally:
    heavy = {"torch", "chronos", "transformers", "lightgbm", "plotly"} & set(sys.modules)
    print(json.dumps(sorted(heavy)), file=sys.stderr)
"""


def doctor(home: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    inherited = {
        name: text for name, text in os.environ.items() if not name.startswith(("RTE_", "ELEC_", "DAGSTER"))
    }
    return subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-c", RUN, "doctor", *arguments],
        env={**inherited, "ELEC_HOME": str(home), **environment},
        cwd=home,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_the_quick_look_loads_no_model_and_prints_one_document(configured: Settings, tmp_path: Path) -> None:
    done = doctor(
        tmp_path, "--json", DATABASE_URL=configured.database_url.get_secret_value(),
        ELEC_SOURCE="simulator", RTE_BASE_URL=configured.rte_base_url,
    )  # fmt: skip
    assert json.loads(done.stderr.splitlines()[-1]) == []
    told = json.loads(done.stdout)
    assert set(told) == {"schema", "is_well", "findings"}
    assert told["schema"] == 1
    found = {each["subject"]: each for each in told["findings"]}
    assert all(set(each) == {"subject", "is_well", "text"} for each in told["findings"])
    assert found["access"] == {"subject": "access", "is_well": True, "text": "the source hands out a token"}
    assert found["model"]["is_well"]
    assert "--deep" in found["model"]["text"]
    assert not found["daemon"]["is_well"]  # nothing runs here
    assert (told["is_well"], done.returncode) == (False, 1)


def test_settings_that_make_no_sense_are_a_code_of_their_own(tmp_path: Path) -> None:
    done = doctor(tmp_path, "--json", ELEC_API_PORT="many")
    told = json.loads(done.stdout)
    assert (done.returncode, told["is_well"]) == (2, False)
    assert "ELEC_API_PORT" in told["findings"][0]["text"]
    assert CliRunner().invoke(app, ["doctor", "--deeper"]).exit_code == 2


@pytest.mark.parametrize("is_well", [True, False])
def test_the_document_is_well_where_every_finding_is(*, is_well: bool) -> None:
    findings = [Finding("one", is_well=True, text="a"), Finding("two", is_well=is_well, text="b")]
    assert document(findings)["is_well"] is is_well


def test_a_source_that_hangs_is_not_waited_for(own: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        url = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        hanging = own.model_copy(update={"rte_base_url": url})
        began = time.monotonic()
        [found] = Questions(hanging).answers(wait_s=0.1)
        assert time.monotonic() - began < 1
    assert (found.subject, found.is_well) == ("access", False)
    assert "elec doctor --deep" in found.text


def test_a_checkpoint_that_lacks_a_file_or_was_changed_is_seen_without_loading_it(
    own: Settings, engine: Engine, tmp_path: Path
) -> None:
    folder = tmp_path / "model"
    shutil.copytree(BUNDLED, folder)
    named = own.model_copy(update={"elec_model": str(folder)})
    version = json.loads((BUNDLED / "card.json").read_text())["version"]
    assert describe_model(named, engine, deep=False).startswith(f"{version} is there; ELEC_MODEL names it")
    (folder / "ridge" / "options.json").rename(tmp_path / "options.json")
    with pytest.raises(ModelUnavailableError, match=r"options\.json is missing"):
        describe_model(named, engine, deep=False)
    (tmp_path / "options.json").rename(folder / "ridge" / "options.json")
    card = folder / "card.json"
    card.write_text(card.read_text().replace(version, "elec-000000000000"))
    with pytest.raises(ModelUnavailableError, match="was changed"):
        describe_model(named, engine, deep=False)
    with pytest.raises(ModelUnavailableError, match="no folder"):
        describe_model(own.model_copy(update={"elec_model": str(tmp_path / "none")}), engine, deep=False)


@pytest.fixture
def own(configured: Settings) -> Settings:
    assert configured == settings()
    return configured
