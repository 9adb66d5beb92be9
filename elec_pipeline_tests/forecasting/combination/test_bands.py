"""Quantiles never cross, and a model's own levels become ours."""

from __future__ import annotations

import numpy as np
import pytest

from elec_pipeline.domain.quantiles import COLUMNS, LEVELS, MEDIAN, at_levels, uncrossed


def test_there_is_a_column_for_every_level_and_the_median_is_the_load() -> None:
    assert len(LEVELS) == len(COLUMNS)
    assert LEVELS[MEDIAN] == 0.5
    assert COLUMNS[MEDIAN] == "load_mw"


def test_our_own_levels_come_back_unchanged() -> None:
    values = np.arange(14.0).reshape(2, 7)
    assert at_levels(values, LEVELS).tolist() == values.tolist()


def test_levels_beyond_the_models_own_widen_like_a_normal_distribution() -> None:
    own = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]
    normal = [-1.2816, -0.8416, -0.5244, -0.2533, 0.0, 0.2533, 0.5244, 0.8416, 1.2816]
    assert at_levels(normal, own) == pytest.approx([-1.645, -1.2816, -0.683, 0.0, 0.683, 1.2816, 1.645], abs=5e-3)


def test_crossed_quantiles_are_sorted() -> None:
    assert uncrossed([[3.0, 1.0, 2.0]]).tolist() == [[1.0, 2.0, 3.0]]


def test_a_model_without_a_median_is_refused() -> None:
    with pytest.raises(ValueError, match="median"):
        at_levels([1.0, 2.0], [0.1, 0.9])
    with pytest.raises(ValueError, match="levels"):
        at_levels([1.0, 2.0], [0.1, 0.5, 0.9])
