"""The compose file: read by Compose itself, hardened throughout, with every secret in a file of its own."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from elec_pipeline.settings import Settings
from elec_pipeline.settings_files import SUFFIX
from elec_pipeline_tests.deploy.conftest import COMPOSE, ROOT, make_secrets, needs_caddy, needs_compose

pytestmark = needs_compose


def read(deploy: Path) -> subprocess.CompletedProcess[str]:
    command: list[str | Path] = [COMPOSE, "--file", deploy / "compose.yaml", "config", "--format", "json"]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)  # noqa: S603


@pytest.fixture
def services(copied: Path) -> dict[str, Any]:
    done = read(copied)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)["services"]
    return found


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("read_only:", "readonly:"),
        ("depends_on:\n      postgres", "depends_on:\n      postgress"),
        ("condition: service_healthy", "condition: service_well"),
        ("secrets: [ui_password_hash]", "secrets: [ui_hash]"),
        ("networks: [front]", "networks: [outside]"),
    ],
)
def test_a_slip_in_it_is_noticed(copied: Path, right: str, wrong: str) -> None:
    file = copied / "compose.yaml"
    text = file.read_text(encoding="utf-8")
    assert right in text
    file.write_text(text.replace(right, wrong, 1), encoding="utf-8")
    assert read(copied).returncode != 0


def test_every_container_has_as_little_as_it_needs(services: dict[str, Any]) -> None:
    for name, service in services.items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["logging"]["options"]["max-size"], name
        assert service["restart"] in {"unless-stopped", "on-failure:5"}, name
        assert not service.get("privileged"), name
        assert name == "migrate" or service["healthcheck"]["test"], name
        assert name in {"postgres", "caddy"} or "cap_add" not in service, name
    assert [name for name, service in services.items() if "ports" in service] == ["caddy"]


def test_who_may_run_code_or_write_is_out_of_reach_of_the_proxy(services: dict[str, Any]) -> None:
    networks = {name: set(service["networks"]) for name, service in services.items()}
    assert networks["caddy"] == {"front"}
    reaching = {name for name, joined in networks.items() if "code" in joined}
    assert reaching == {"code", "dagster", "daemon"}
    assert networks["code"].isdisjoint({"front"})
    secrets = {name: {each["source"] for each in service.get("secrets", [])} for name, service in services.items()}
    for name in ("dashboard", "api"):
        assert {each for each in secrets[name] if "database" in each} == {"web_database_url"}
        assert all(volume["read_only"] for volume in services[name]["volumes"])
    assert {name for name, given in secrets.items() if "owner_database_url" in given} == {"migrate", "postgres"}


def test_who_runs_code_tells_of_problems_and_keeps_backups_and_the_api_sees_how_old_they_are(
    services: dict[str, Any],
) -> None:
    told = {name for name, service in services.items() if "ELEC_ALERTS_FILE" in service.get("environment", {})}
    assert told == {"code", "dagster", "daemon"}
    place = services["code"]["environment"]["ELEC_BACKUP_FOLDER"]
    mounted = {
        name: volume
        for name, service in services.items()
        for volume in service.get("volumes", [])
        if volume["target"] == place
    }
    assert {name: volume.get("read_only", False) for name, volume in mounted.items()} == {
        "code": False,
        "api": True,
    }
    assert services["api"]["environment"]["ELEC_BACKUP_FOLDER"] == place
    assert f"{place}\n" in (ROOT / "Dockerfile").read_text(encoding="utf-8")  # of the account that writes there


def test_monitoring_reaches_the_api_alone_and_past_the_proxy(copied: Path) -> None:
    found = json.loads(read(copied).stdout)
    assert [name for name, service in found["services"].items() if "watch" in service["networks"]] == ["api"]
    assert found["networks"]["watch"]["internal"] is True


def test_nothing_starts_before_what_it_needs_is_well(services: dict[str, Any]) -> None:
    needs = {name: set(service.get("depends_on", {})) for name, service in services.items()}
    assert needs["migrate"] == {"postgres"}
    assert needs["code"] == needs["dashboard"] == needs["api"] == {"migrate"}
    assert needs["dagster"] == {"code"}
    assert needs["daemon"] == {"dagster"}
    conditions = {
        each["condition"] for service in services.values() for each in service.get("depends_on", {}).values()
    }
    assert conditions == {"service_healthy", "service_completed_successfully"}


def test_secrets_are_given_as_files_that_the_settings_read(services: dict[str, Any]) -> None:
    known = {
        name.upper() + SUFFIX for name, field in Settings.model_fields.items() if field.annotation is SecretStr
    }
    for name, service in services.items():
        given = service.get("environment", {})
        files = {
            variable for variable in given if variable.endswith(SUFFIX) and variable != "POSTGRES_PASSWORD_FILE"
        }
        assert files <= known, name
        for variable in files:
            path = Path(given[variable])
            assert path.parent == Path("/run/secrets"), variable
            assert path.name in {each["source"] for each in service["secrets"]}, variable
        unsafe = {variable.removesuffix(SUFFIX) for variable in known} & given.keys()
        assert unsafe == set(), name


@needs_caddy
def test_every_secret_that_it_names_is_made_and_none_twice(copied: Path) -> None:
    named = {Path(each["file"]) for each in json.loads(read(copied).stdout)["secrets"].values()}
    said = make_secrets(copied)
    made = {path: path.read_text(encoding="utf-8") for path in (copied / "secrets").iterdir()}
    assert named == set(made)
    assert (copied / "secrets").stat().st_mode & 0o777 == 0o700
    filled = [text for text in made.values() if text]
    assert len(set(filled)) == len(filled) == 6
    assert not any(text in said.stdout + said.stderr for text in filled)
    make_secrets(copied)
    assert {path: path.read_text(encoding="utf-8") for path in (copied / "secrets").iterdir()} == made
