"""Who takes part of OpenSTEF's models, with which target and which inputs, at which issue.

Here: the rows of the table. Not here: the series that they name (`inputs`), and OpenSTEF's
configuration (`inside`).

All was chosen on the validation split. An issue that does not know a series of the delivery day yet takes it some
whole days back; OpenSTEF adds such lags of the target itself.
"""

from __future__ import annotations

from dataclasses import dataclass

from elec_pipeline.domain.delivery_day import Issue

Lagged = tuple[str, int]
"""A series, and the hours by which it lies back."""
WEATHER: tuple[Lagged, ...] = (("temperature", 0), ("cloud_cover", 0), ("windspeed", 0), ("relative_humidity", 0))
BEFORE: tuple[Lagged, ...] = (
    ("temperature", 24), ("cloud_cover", 24), ("temperature", 168), ("cloud_cover", 168),
)  # fmt: skip
INPUTS: dict[Issue, tuple[Lagged, ...]] = {
    Issue.EVENING: (*WEATHER, ("rte_d1", 0)),
    Issue.MORNING: (*WEATHER, ("rte_d1", 24), ("rte_d1", 48), ("rte_d1", 168)),
}
"""What a preset sees beside the load."""
MODELS = {"XGBoost": "xgboost", "LightGBM": "lgbm"}
"""OpenSTEF's names for its presets, by ours."""


@dataclass(frozen=True)
class Entry:
    """A model that is fitted for an issue.

    Attributes:
        issue: Morning or evening.
        forecaster: Its name in the table.
        model: OpenSTEF's name of the preset.
        base: The target is the load less this series, which is added to the forecast; None: the load itself.
        inputs: What it sees besides.
    """

    issue: Issue
    forecaster: str
    model: str
    base: Lagged | None
    inputs: tuple[Lagged, ...]


@dataclass(frozen=True)
class Mean:
    """The plain mean of entries of an issue."""

    issue: Issue
    forecaster: str
    of: tuple[str, ...]


def _presets(issue: Issue) -> list[Entry]:
    return [Entry(issue, f"OpenSTEF, {name} preset", model, None, INPUTS[issue]) for name, model in MODELS.items()]


def _of_differences(issue: Issue, target: str, base: Lagged, more: tuple[Lagged, ...] = ()) -> list[Entry]:
    return [
        Entry(issue, f"OpenSTEF, {target}, {name}", model, base, (*INPUTS[issue], *more))
        for name, model in MODELS.items()
    ]


_EVENING = _of_differences(Issue.EVENING, "load − RTE", ("rte_d1", 0))
_MORNING = _of_differences(Issue.MORNING, "load − RTE of the day before", ("rte_d1", 24), BEFORE)
ENTRIES = (*_presets(Issue.EVENING), *_EVENING, *_presets(Issue.MORNING), *_MORNING)
MEANS = (
    Mean(Issue.EVENING, "OpenSTEF, load − RTE, mean of both", tuple(each.forecaster for each in _EVENING)),
    Mean(
        Issue.MORNING,
        "OpenSTEF, load − RTE of the day before, mean of both",
        tuple(each.forecaster for each in _MORNING),
    ),
)
