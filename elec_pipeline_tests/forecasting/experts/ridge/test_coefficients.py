"""What regressions have learnt is stored without loss; a file that does not fit is refused by name."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

from elec_pipeline.domain.delivery_day import Issue
from elec_pipeline.domain.history import History
from elec_pipeline.domain.information_set import Situation
from elec_pipeline.errors import ModelUnavailableError
from elec_pipeline.forecasting.experts.ridge.coefficients import (
    NOT_BROUGHT_UP_TO_DATE,
    NOTES,
    REGRESSIONS_FILE,
    Regressions,
    read_regressions,
)
from elec_pipeline.forecasting.experts.ridge.fitting import Course
from elec_pipeline.forecasting.experts.ridge.ridge import Ridge
from elec_pipeline_tests.conftest import every_day_length


@pytest.fixture
def folder(warm_course: Course, tmp_path: Path) -> Path:
    warm_course.final.save(tmp_path)
    return tmp_path


def test_what_was_saved_is_read_back_to_the_last_bit(warm_course: Course, folder: Path) -> None:
    saved, read = warm_course.final.learnt, read_regressions(folder).learnt
    assert list(read) == sorted(saved)
    for name, ours in saved.items():
        theirs = read[name]
        assert (theirs.names, theirs.through, theirs.regression.scale) == (
            ours.names,
            ours.through,
            ours.regression.scale,
        )
        np.testing.assert_array_equal(theirs.regression.mean, ours.regression.mean)
        assert theirs.regression.mean.dtype == np.float64
        if not name.startswith(tuple(NOT_BROUGHT_UP_TO_DATE)):
            np.testing.assert_array_equal(theirs.regression.precision, ours.regression.precision)


@every_day_length
@pytest.mark.parametrize("issue", list(Issue))
def test_forecasts_from_the_stored_regressions_are_the_same(
    day: date, n_hours: int, issue: Issue, taught_ridge: Ridge, warm_past: History, tmp_path: Path
) -> None:
    taught_ridge.save(tmp_path)
    information = warm_past.at(day, issue, context_hours=taught_ridge.context_hours)
    [one], [other] = taught_ridge.predict([information]), Ridge.load(tmp_path).predict([information])
    assert one.shape == (n_hours, 7)
    np.testing.assert_array_equal(one, other)


def test_the_same_regressions_make_the_same_file(warm_course: Course, tmp_path: Path) -> None:
    written = set()
    for n in range(8):
        (tmp_path / str(n)).mkdir()
        warm_course.final.save(tmp_path / str(n))
        written.add((tmp_path / str(n) / REGRESSIONS_FILE).read_bytes())
    assert len(written) == 1
    read_regressions(tmp_path / "0").save(tmp_path)
    assert (tmp_path / REGRESSIONS_FILE).read_bytes() in written


def test_everyone_may_read_the_file(folder: Path) -> None:
    assert (folder / REGRESSIONS_FILE).stat().st_mode & 0o777 == 0o644


def test_where_nothing_is_learnt_there_is_no_file(tmp_path: Path) -> None:
    Regressions().save(tmp_path)
    assert not list(tmp_path.iterdir())
    assert read_regressions(tmp_path) == Regressions()
    assert Regressions().of(Situation.EVENING) is None


def cut_off(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-500])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def no_tensors(path: Path) -> None:
    path.write_text("not a tensor")


def changed(path: Path, name: str = "evening", **changes: object) -> None:
    with safe_open(path, framework="np") as file:
        notes = json.loads(file.metadata()[NOTES])
    notes[name] |= changes
    save_file(load_file(path), path, {NOTES: json.dumps(notes)})


def without_notes(path: Path) -> None:
    save_file(load_file(path), path)


def with_broken_notes(path: Path) -> None:
    save_file(load_file(path), path, {NOTES: "{"})


def with_notes_of_another_kind(path: Path) -> None:
    save_file(load_file(path), path, {NOTES: "[1]"})


def with_a_feature_too_few(path: Path) -> None:
    changed(path, features=["last"])


def with_features_of_another_kind(path: Path) -> None:
    changed(path, features="last")


def of_inputs_that_are_not_known(path: Path) -> None:
    changed(path, inputs=["phase of the moon"])


def of_inputs_of_another_kind(path: Path) -> None:
    changed(path, inputs="temperature_c")


def with_no_day(path: Path) -> None:
    changed(path, through="yesterday")


def with_another_scale(path: Path) -> None:
    changed(path, scale={"size": 3})


def without_a_mean(path: Path) -> None:
    tensors = load_file(path)
    tensors.pop("evening.mean")
    rewritten(path, tensors)


def with_a_precision_of_another_shape(path: Path) -> None:
    tensors = load_file(path)
    tensors["evening.precision"] = tensors["evening.precision"][:, :-1].copy()
    rewritten(path, tensors)


def rewritten(path: Path, tensors: dict[str, np.ndarray]) -> None:
    with safe_open(path, framework="np") as file:
        notes = file.metadata()
    save_file(tensors, path, notes)


BREAKAGES = [
    cut_off, empty, no_tensors, without_notes, with_broken_notes, with_notes_of_another_kind,
    with_a_feature_too_few, with_features_of_another_kind,
    of_inputs_that_are_not_known, of_inputs_of_another_kind, with_no_day, with_another_scale, without_a_mean,
    with_a_precision_of_another_shape,
]  # fmt: skip


@pytest.mark.parametrize("breakage", BREAKAGES)
def test_a_broken_file_is_refused_and_named(breakage: Callable[[Path], None], folder: Path) -> None:
    breakage(folder / REGRESSIONS_FILE)
    with pytest.raises(ModelUnavailableError, match=rf"ELEC_MODEL: .*{REGRESSIONS_FILE}"):
        read_regressions(folder)


@pytest.mark.parametrize("issue", list(Issue))
def test_regressions_of_other_features_are_refused(issue: Issue, taught_ridge: Ridge, past: History) -> None:
    learnt = {
        name: replace(each, names=(*each.names[:-1], "another"))
        for name, each in taught_ridge.regressions.learnt.items()
    }
    stale = Ridge(taught_ridge.options, Regressions(learnt))
    with pytest.raises(ModelUnavailableError, match="learnt on other features"):
        stale.predict([past.at(date(2025, 7, 9), issue, context_hours=stale.context_hours)])
