"""A training that was killed goes on, and ends with a model as good as that of one that never stopped."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch

from elec_pipeline.domain.history import History
from elec_pipeline.errors import TrainingError
from elec_pipeline.forecasting.checkpoint import load_forecaster
from elec_pipeline.forecasting.experts.chronos.training.options import Progress, TrainedCheckpoint
from elec_pipeline.forecasting.experts.chronos.training.resume import work_folder
from elec_pipeline.forecasting.samples import Degradation
from elec_pipeline_tests.forecasting.training_cases import MOMENTS, trained

BASES = {"from scratch": "", "chronos2": "chronos2_folder", "bolt": "bolt_folder", "t5": "t5_folder"}
CASES = [
    *(("from scratch", moment) for moment in MOMENTS),
    *(
        pytest.param(base, "between two checkpoints", marks=pytest.mark.long)
        for base in ("chronos2", "bolt", "t5")
    ),
]


class InterruptedTrainingError(Exception):
    """Raised in the middle of a training."""


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def base_model(request: pytest.FixtureRequest) -> Callable[[str], str]:
    return lambda base: str(request.getfixturevalue(BASES[base])) if BASES[base] else ""


@pytest.fixture(scope="module")
def killed(
    base_model: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str, str], Path]:
    """The work folders of trainings that SIGKILL ended; those of a base are made when one is asked for."""
    work = tmp_path_factory.mktemp("killed")

    def of(base: str, moment: str) -> Path:
        if not (work / base).exists():
            moments = MOMENTS if base == "from scratch" else ["between two checkpoints"]
            cases = [
                {"base_model": base_model(base), "moment": each, "work_dir": str(work / base / each)}
                for each in moments
            ]
            subprocess.run(  # noqa: S603
                [sys.executable, "-m", "elec_pipeline_tests.forecasting.training_cases", json.dumps(cases)],
                check=True,
                env=os.environ | {"OMP_NUM_THREADS": "1"},
            )
        return work / base / moment

    return of


@dataclass(frozen=True)
class Whole:
    """A training that nothing interrupted, with its validation losses by step."""

    made: TrainedCheckpoint
    losses: dict[int, float]


@pytest.fixture(scope="module")
def uninterrupted(
    base_model: Callable[[str], str], past: History, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Whole]:
    wholes: dict[str, Whole] = {}

    def of(base: str) -> Whole:
        if base not in wholes:
            reports: list[Progress] = []
            output = tmp_path_factory.mktemp("uninterrupted") / "out"
            made = trained(past, base_model(base), output, on_progress=reports.append)
            wholes[base] = Whole(made, losses(reports))
        return wholes[base]

    return of


@pytest.fixture
def interrupted(past: History, tmp_path: Path) -> Path:
    """The work folder of a training from scratch that ended after its second checkpoint, at step 8."""

    def report(progress: Progress) -> None:
        if progress.step == 12:
            raise InterruptedTrainingError

    with pytest.raises(InterruptedTrainingError):
        trained(past, "", tmp_path / "out", work_dir=tmp_path / "work", on_progress=report)
    return tmp_path / "work"


def weights(made: TrainedCheckpoint) -> bytes:
    return (made.folder / "chronos" / "model.safetensors").read_bytes()


def losses(reports: list[Progress]) -> dict[int, float]:
    return {report.step: report.validation_loss for report in reports if report.validation_loss is not None}


def assert_as_good(made: TrainedCheckpoint, reports: list[Progress], whole: Whole) -> None:
    """See that what was learnt before the interruption was not lost, and that the model is as good.

    A run that had lost it would be where the uninterrupted one was at its first look at the validation days.
    """
    for step, loss in losses(reports).items():
        learnt_since = whole.losses[min(whole.losses)] - whole.losses[step]
        assert loss == pytest.approx(whole.losses[step], abs=learnt_since / 2)
    for issue, figures in whole.made.card["metrics"].items():
        assert made.card["metrics"][issue]["hours"] == figures["hours"] > 0


@pytest.mark.parametrize(("base", "moment"), CASES)
def test_a_training_that_was_killed_goes_on_and_ends_with_a_model_as_good_as_one_that_was_not(
    base: str,
    moment: str,
    killed: Callable[[str, str], Path],
    uninterrupted: Callable[[str], Whole],
    base_model: Callable[[str], str],
    past: History,
    tmp_path: Path,
) -> None:
    work = killed(base, moment)
    assert not (work / "out").exists()
    reports: list[Progress] = []
    made = trained(past, base_model(base), tmp_path / "out", work_dir=work, on_progress=reports.append)
    whole = uninterrupted(base)
    assert_as_good(made, reports, whole)
    if moment == "after the last step":
        assert weights(made) == weights(whole.made)
    configs = [folder / "chronos" / "config.json" for folder in (made.folder, whole.made.folder)]
    assert configs[0].read_text() == configs[1].read_text()
    assert load_forecaster(str(made.folder)).version == made.version
    assert made.card["last_step"] == 12
    assert made.card["resumed_at"] == [MOMENTS[moment]]
    assert reports[0].step == MOMENTS[moment]
    assert all(report.step > MOMENTS[moment] for report in reports[1:])  # no step is done again
    assert "oes on from step" in reports[0].note
    assert reports[-1].step == 12
    assert not (work / "training").exists()


@pytest.mark.parametrize("change", [{"learning_rate": 2e-3}, {"degradation": Degradation(gaps_share=1.0)}])
def test_a_training_with_other_options_or_data_starts_afresh_and_says_so(
    change: dict[str, Any], interrupted: Path, past: History, tmp_path: Path
) -> None:
    reports: list[Progress] = []
    made = trained(past, "", tmp_path / "out", work_dir=interrupted, on_progress=reports.append, **change)
    assert "Starts afresh" in reports[0].note
    assert "another run" in reports[0].note
    assert made.card["resumed_at"] == []
    assert weights(made) == weights(trained(past, "", tmp_path / "alone", **change))


def test_a_training_on_another_history_starts_afresh(
    interrupted: Path, make_history: Callable[..., History], tmp_path: Path
) -> None:
    made = trained(make_history(rte=False), "", tmp_path / "out", work_dir=interrupted)
    assert made.card["resumed_at"] == []


def cut_off(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-100])


def test_of_a_broken_checkpoint_the_one_before_is_taken(
    interrupted: Path, uninterrupted: Callable[[str], Whole], past: History, tmp_path: Path
) -> None:
    [file] = interrupted.glob("training/run-*/checkpoint-8/optimizer.pt")
    cut_off(file)
    reports: list[Progress] = []
    made = trained(past, "", tmp_path / "out", work_dir=interrupted, on_progress=reports.append)
    assert "step 4" in reports[0].note
    assert "checkpoint-8/optimizer.pt" in reports[0].note
    assert made.card["resumed_at"] == [4]
    assert_as_good(made, reports, uninterrupted("from scratch"))


def break_all(work: Path) -> None:
    for file in (work / "training").rglob("model.safetensors"):
        cut_off(file)


def unseal_all(work: Path) -> None:
    for file in (work / "training").rglob("sealed.json"):
        file.write_text("[]")


@pytest.mark.parametrize("breakage", [break_all, unseal_all])
def test_a_broken_work_folder_is_a_fresh_start_that_says_so(
    breakage: Callable[[Path], None],
    interrupted: Path,
    uninterrupted: Callable[[str], Whole],
    past: History,
    tmp_path: Path,
) -> None:
    breakage(interrupted)
    reports: list[Progress] = []
    made = trained(past, "", tmp_path / "out", work_dir=interrupted, on_progress=reports.append)
    assert "Starts afresh" in reports[0].note
    assert made.card["resumed_at"] == []
    assert weights(made) == weights(uninterrupted("from scratch").made)


def test_a_work_folder_that_was_moved_is_of_no_use(interrupted: Path, past: History, tmp_path: Path) -> None:
    moved = shutil.move(interrupted, tmp_path / "moved")
    reports: list[Progress] = []
    trained(past, "", tmp_path / "out", work_dir=Path(moved), on_progress=reports.append)
    assert "another run" in reports[0].note


def test_what_is_no_progress_is_left_alone(past: History, tmp_path: Path) -> None:
    (tmp_path / "training").mkdir()
    (tmp_path / "training" / "thesis.tex").write_text("ten years")
    trained(past, "", tmp_path / "out", work_dir=tmp_path)
    assert (tmp_path / "training" / "thesis.tex").read_text() == "ten years"


def test_two_trainings_do_not_share_a_work_folder(past: History, tmp_path: Path) -> None:
    with work_folder(tmp_path), pytest.raises(TrainingError, match="Another training run"):
        trained(past, "", tmp_path / "out", work_dir=tmp_path)


def test_a_finished_training_leaves_no_progress_and_starts_anew(past: History, tmp_path: Path) -> None:
    once, twice = (trained(past, "", tmp_path / "out", work_dir=tmp_path / "work").card for _ in range(2))
    assert once["version"] == twice["version"]
    assert twice["resumed_at"] == []
    assert [path.name for path in (tmp_path / "work").iterdir()] == ["training.lock"]
