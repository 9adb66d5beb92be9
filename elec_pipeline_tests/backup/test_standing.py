"""What is found of backups: which is the newest whole one, and what `elec doctor` says of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from errno import EACCES
from pathlib import Path

import pytest

from elec_pipeline.alerts.reading import backups
from elec_pipeline.backup import making
from elec_pipeline.backup.standing import Standing, standing
from elec_pipeline.commands.doctor_backups import examine_backups
from elec_pipeline.defs.backups import backup as job
from elec_pipeline.settings import Settings
from elec_pipeline.store.orchestrator import BACKUP_JOB, LastRun
from elec_pipeline_tests.backup.conftest import plant

HOUR = timedelta(hours=1)


def now() -> datetime:
    return datetime.now(UTC)


def test_the_name_of_the_job_is_the_one_that_is_looked_for() -> None:
    assert job.name == BACKUP_JOB


def test_the_newest_whole_one_counts_and_later_damaged_ones_are_named(platform: Settings) -> None:
    folder = platform.backup_folder
    assert standing(platform) == Standing(folder)
    old = plant(folder, now() - 50 * HOUR)
    first = standing(platform)
    assert first is not None
    assert first.newest is not None
    assert (round((now() - first.newest) / HOUR), first.whole) == (50, 1)
    real = making.make(platform, folder)
    newest = standing(platform)
    assert newest is not None
    assert newest.newest is not None
    assert (round((now() - newest.newest) / HOUR), newest.whole) == (0, 2)
    real.write_bytes(real.read_bytes()[:-30_000])  # as a disk that filled, or a copy that broke off, leaves it
    assert standing(platform) == Standing(folder, first.newest, 1, (real,))
    old.write_bytes(b"")
    assert standing(platform) == Standing(folder, None, 0, (real, old))


def test_where_none_are_made_there_is_nothing_to_say(platform: Settings) -> None:
    off = platform.model_copy(update={"elec_backups": 0})
    assert standing(off) is None
    assert backups(off) is None
    assert examine_backups(off).is_well


def failed(age: timedelta) -> LastRun:
    return LastRun("0123456789", is_well=False, ended_at=now() - age)


@pytest.mark.parametrize(
    ("age", "used", "nightly", "is_well", "words"),
    [
        (12 * HOUR, 999 * HOUR, None, True, "is 12 h old"),
        (49 * HOUR, 999 * HOUR, None, False, "`elec backup --verify` makes one now"),
        (None, None, None, True, "none in "),
        (None, 47 * HOUR, None, True, "none in "),
        (None, 49 * HOUR, None, False, "none in "),
        (30 * HOUR, 999 * HOUR, 6 * HOUR, False, "the last nightly one failed: run 01234567"),
        (2 * HOUR, 999 * HOUR, 6 * HOUR, True, "is 2 h old"),  # one by hand, since
        (None, HOUR, HOUR, False, "the last nightly one failed"),
    ],
)
def test_the_doctor_says_what_is_wrong_with_them(
    tmp_path: Path,
    age: timedelta | None,
    used: timedelta | None,
    nightly: timedelta | None,
    words: str,
    *,
    is_well: bool,
) -> None:
    here = Settings(elec_home=tmp_path)
    if age is not None:
        plant(here.backup_folder, now() - age)
    found = examine_backups(
        here,
        nightly=None if nightly is None else failed(nightly),
        used_since=None if used is None else now() - used,
    )
    assert (found.is_well, words in found.text) == (is_well, True), found.text


def test_a_folder_that_may_not_be_read_holds_no_backup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(_folder: Path) -> list[Path]:
        raise PermissionError(EACCES, "Permission denied")

    monkeypatch.setattr("elec_pipeline.backup.standing.backups", closed)
    here = Settings(elec_home=tmp_path)
    assert backups(here) == Standing(here.backup_folder)
    assert examine_backups(here).text == f"{here.backup_folder} cannot be looked into: Permission denied"
