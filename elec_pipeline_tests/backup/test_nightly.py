"""The nightly backup: a number is kept, and none goes before a new one is good."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest

from elec_pipeline.alerts.facts import Facts
from elec_pipeline.alerts.rules_of_runs import problems_of_runs
from elec_pipeline.backup import archive, folder, verifying
from elec_pipeline.commands.dagster_home import open_instance
from elec_pipeline.definitions import defs
from elec_pipeline.defs.run_outcomes import recent_outcomes
from elec_pipeline.defs.schedules import backup as schedule
from elec_pipeline.errors import DamagedBackupError
from elec_pipeline.home import dagster_home
from elec_pipeline.settings import Settings, settings
from elec_pipeline_tests.backup.conftest import START

OLD = [folder.name_of(START.replace(day=day)) for day in range(1, 4)]


@pytest.fixture
def night(
    configured: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[dg.DagsterInstance, Path]]:
    """Dagster's instance, and a folder with three backups of which two may stay."""
    assert configured.elec_home.exists()
    for name in OLD:
        (tmp_path / name).touch()
    monkeypatch.setenv("ELEC_BACKUPS", "2")
    monkeypatch.setenv("ELEC_BACKUP_FOLDER", str(tmp_path))
    settings.cache_clear()
    monkeypatch.setenv("DAGSTER_HOME", str(dagster_home(settings().elec_home)))
    with open_instance(settings()) as instance:
        yield instance, tmp_path


def names(into: Path) -> list[str]:
    return [path.name for path in folder.backups(into)]


def test_a_new_one_is_there_and_the_oldest_are_gone(night: tuple[dg.DagsterInstance, Path]) -> None:
    instance, into = night
    done = defs.resolve_job_def("backup").execute_in_process(instance=instance)
    assert done.success
    left = names(into)
    assert left[0] == OLD[-1]
    assert len(left) == 2
    assert archive.read_manifest(into / left[1]).databases["dagster"].tables["public.runs"].rows > 0


def test_one_that_fails_fails_its_run_and_none_goes(
    night: tuple[dg.DagsterInstance, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    instance, into = night

    def damaged(*_arguments: object) -> None:
        raise DamagedBackupError("not what was dumped")

    monkeypatch.setattr(verifying, "verify", damaged)
    failed = defs.resolve_job_def("backup").execute_in_process(instance=instance, raise_on_error=False)
    assert not failed.success
    assert names(into) == OLD
    event = next(each for each in failed.all_events if each.is_step_failure)
    assert "not what was dumped" in str(event.event_specific_data)
    now = datetime.now(UTC)
    [problem] = problems_of_runs(Facts(now=now, runs=recent_outcomes(instance, now)))
    assert (problem.key, problem.facts["job"]) == ("run/DamagedBackupError", "backup")


@pytest.mark.usefixtures("configured")
def test_none_is_asked_for_where_none_is_to_be_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    context = dg.build_schedule_context(scheduled_execution_time=START)
    asked = schedule(context)
    assert isinstance(asked, dg.RunRequest)
    assert asked.run_key == "backup 2025-10-20"
    monkeypatch.setenv("ELEC_BACKUPS", "0")
    settings.cache_clear()
    assert isinstance(schedule(context), dg.SkipReason)
