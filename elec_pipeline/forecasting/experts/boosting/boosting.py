"""The boosting expert: gradient-boosted trees on RTE's residual, with LightGBM.

Here: how it is fitted and forecasts. Not here: what it sees (`features`), which hours it learns
from (`samples`), and its scores.

It is what a good data scientist would set against our model with the same information: models for each issue
and quantile level, on the load minus RTE's D-1 in the evening, on the load minus that a week before in
the morning. A back-test fits it anew; a checkpoint may hold it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from elec_pipeline.domain.delivery_day import Issue
from elec_pipeline.domain.history import History
from elec_pipeline.domain.information_set import InformationSet
from elec_pipeline.domain.inputs import TEMPERATURE
from elec_pipeline.domain.quantiles import LEVELS, MEDIAN, Floats, uncrossed
from elec_pipeline.errors import ChallengerUnavailableError, ModelUnavailableError
from elec_pipeline.forecasting.experts.boosting.features import CONTEXT_HOURS, base_mw, features
from elec_pipeline.forecasting.experts.boosting.samples import Samples, samples
from elec_pipeline.forecasting.features.specimen import drawn_together, information_sets
from elec_pipeline.forecasting.forecast import DECIMALS

if TYPE_CHECKING:
    from lightgbm import Booster

BOOSTING = "boosting"
MODELS_FILE = "models.json"
SEED = 20240101
ROUNDS = 800
PATIENCE = 100
"""Trees without a gain on the validation days after which no more are added."""
HALF_LIFE_DAYS = {Issue.EVENING: 730.0, Issue.MORNING: 4_000.0}
"""Age at which a sample counts half: RTE's errors change with its models, the load's habits hardly do."""
TYPICAL_MW = 50_000.0
MAX_BIN = 127
TREES: dict[Issue, dict[str, Any]] = {
    Issue.EVENING: {"learning_rate": 0.03, "extra_trees": True},
    Issue.MORNING: {"learning_rate": 0.04, "path_smooth": 50.0},
}
"""Chosen on the validation split of the real series, as are the half-lives."""
TAIL_TREES: dict[Issue, dict[str, Any]] = {
    Issue.EVENING: {"num_leaves": 8, "min_data_in_leaf": 1000},
    Issue.MORNING: {"num_leaves": 15, "min_data_in_leaf": 500},
}
"""All levels but the median: a leaf's outer quantile needs more hours than its median."""
MEDIAN_MODELS = 3
"""The median is the mean of so many, which differ by their seed alone."""
_EVERY_ISSUE: dict[str, Any] = {
    "num_leaves": 31,
    "min_data_in_leaf": 100,
    "feature_fraction": 0.5,
    "bagging_fraction": 0.6,
    "bagging_freq": 1,
    "lambda_l2": 5.0,
    "objective": "quantile",
    "metric": "quantile",
    "num_threads": 1,
    "deterministic": True,
    "force_row_wise": True,
    "seed": SEED,
    "verbosity": -1,
    "max_bin": MAX_BIN,
    "feature_pre_filter": False,
}

OnModel = Callable[[int, int], None]
"""Told how many of the models are fitted, and how many there will be."""


@dataclass(frozen=True)
class Boosting:
    """The fitted trees, as an expert.

    Attributes:
        models: For each issue, at every level of `domain.quantiles.LEVELS`, one or several models to be averaged.
        shifts: For each issue by how much the quantiles are moved, as a share of the base, shape (7,).
        context_hours: What its information sets must have.
    """

    name: ClassVar[str] = BOOSTING
    inputs: ClassVar[frozenset[str]] = frozenset({TEMPERATURE})
    models: Mapping[Issue, Sequence[Sequence[Booster]]]
    shifts: Mapping[Issue, Floats]
    context_hours: int = CONTEXT_HOURS

    def predict(self, sets: Sequence[InformationSet]) -> list[Floats]:
        """Return for every issue quantiles of shape (23, 24 or 25, 7) in MW, ascending.

        NaN where there is no base: in the evening RTE's forecast, in the morning the load a week before.

        Raises:
            ValueError: It was not fitted for one of the issues.
        """
        return [self._predict_one(each) for each in sets]

    def _predict_one(self, information: InformationSet) -> Floats:
        if information.issue not in self.models:
            raise ValueError(f"gradient boosting was not fitted for the {information.issue} issue")
        seen = features(information).to_numpy(dtype=np.float32)
        base = base_mw(information)[:, None]
        quantiles = base + _added(self.models[information.issue], seen) + self.shifts[information.issue] * base
        return np.round(uncrossed(quantiles), DECIMALS)

    def save(self, folder: Path) -> None:
        """Write `models.json`: the trees as LightGBM writes them, and the shifts."""
        stored = {
            str(issue): {
                "models": [[each.model_to_string() for each in several] for several in self.models[issue]],
                "shifts": self.shifts[issue].tolist(),
            }
            for issue in self.models
        }
        (folder / MODELS_FILE).write_text(json.dumps(stored) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Boosting:
        """Return the expert that was saved in a folder.

        Raises:
            ModelUnavailableError: The file is missing or does not hold one.
            ChallengerUnavailableError: LightGBM is not installed.
        """
        lightgbm, path = _lightgbm(), folder / MODELS_FILE
        try:
            stored = json.loads(path.read_text(encoding="utf-8"))
            models = {
                Issue(issue): [[lightgbm.Booster(model_str=each) for each in several] for several in of["models"]]
                for issue, of in stored.items()
            }
            shifts = {Issue(issue): np.array(of["shifts"], dtype=np.float64) for issue, of in stored.items()}
        except (OSError, ValueError, KeyError, TypeError, AttributeError, lightgbm.basic.LightGBMError) as error:
            reason = f"{path} holds no trees that this version understands ({error})."
            raise ModelUnavailableError(reason, reason) from error
        return cls(models, shifts)

    def fingerprint(self) -> Floats:
        """Return the features of fixed information sets, drawn together."""
        return np.concatenate([
            drawn_together(np.column_stack([features(each).to_numpy(dtype=np.float64), base_mw(each)]))
            for each in information_sets()
        ])  # fmt: skip


def fit(
    learn: Mapping[Issue, Samples], choose: Mapping[Issue, Samples], on_model: OnModel | None = None
) -> Boosting:
    """Fit the trees for each issue that there are samples of.

    Args:
        learn: What trees are grown on.
        choose: Samples of later days, on which it is decided how many trees a model keeps, and
            how far the bands reach.
        on_model: Told of every model that is fitted.

    Raises:
        ChallengerUnavailableError: LightGBM is not installed.
    """
    total, done = len(learn) * len(LEVELS), 0
    models: dict[Issue, list[list[Booster]]] = {}
    shifts = {}
    for issue, of_issue in learn.items():
        models[issue] = []
        data = _data(of_issue, choose[issue], HALF_LIFE_DAYS[issue])
        for level in LEVELS:
            models[issue].append([_grown(data, options) for options in _options(issue, level)])
            done += 1
            if on_model is not None:
                on_model(done, total)
        shifts[issue] = _shifts(models[issue], choose[issue])
    return Boosting(models, shifts)


def _options(issue: Issue, level: float) -> list[dict[str, Any]]:
    """Return LightGBM's options for each model of a level."""
    options = {**_EVERY_ISSUE, **TREES[issue], "alpha": level}
    if level != LEVELS[MEDIAN]:
        return [options | TAIL_TREES[issue]]
    return [options | {"seed": SEED + number} for number in range(MEDIAN_MODELS)]


def _added(models: Sequence[Sequence[Booster]], seen: npt.NDArray[np.float32]) -> Floats:
    """Return what models add to the base, shape (n, 7), MW."""
    of_level = [
        np.mean([np.asarray(model.predict(seen, num_threads=1)) for model in several], axis=0)
        for several in models
    ]
    return np.stack(of_level, axis=-1)


def _shifts(models: Sequence[Sequence[Booster]], choose: Samples) -> Floats:
    """Return by how much quantiles must move to be reliable on days that trees did not grow on; the median stays.

    Trees fit the days they grew on too well: without this the bands are too narrow.

    Source: Romano, Patterson and Candès, «Conformalized quantile regression», 2019.
    """
    base = choose.base_mw[:, None]
    quantiles = base + _added(models, choose.features.to_numpy(dtype=np.float32))
    left = (choose.actual_mw[:, None] - quantiles) / base
    shifts = np.array([np.quantile(left[:, at], level) for at, level in enumerate(LEVELS)])
    shifts[MEDIAN] = 0.0
    return shifts


def fitted(
    history: History,
    train_days: Sequence[date],
    validation_days: Sequence[date],
    *,
    issues: Sequence[Issue] = tuple(Issue),
    on_model: OnModel | None = None,
) -> Boosting:
    """Fit the trees on days of one history; see `fit`."""
    return fit(
        {issue: Samples.joined([samples(history, train_days, issue)]) for issue in issues},
        {issue: Samples.joined([samples(history, validation_days, issue)]) for issue in issues},
        on_model,
    )


def _data(learn: Samples, choose: Samples, half_life_days: float) -> tuple[Any, Any]:
    lightgbm = _lightgbm()
    age = learn.day.max() - learn.day
    # Errors count in percent of the load, as in the score.
    weight = TYPICAL_MW / learn.actual_mw * 0.5 ** (age / half_life_days)
    options = {name: _EVERY_ISSUE[name] for name in ("max_bin", "feature_pre_filter", "verbosity")}
    grow = lightgbm.Dataset(
        learn.features, learn.actual_mw - learn.base_mw, weight=weight, params=options, free_raw_data=False
    ).construct()
    stop = grow.create_valid(
        choose.features,
        choose.actual_mw - choose.base_mw,
        weight=TYPICAL_MW / choose.actual_mw,
        params=options,
    ).construct()
    return grow, stop


def _grown(data: tuple[Any, Any], options: Mapping[str, Any]) -> Booster:
    lightgbm = _lightgbm()
    grow, stop = data
    grown: Booster = lightgbm.train(
        dict(options),
        grow,
        ROUNDS,
        valid_sets=[stop],
        callbacks=[lightgbm.early_stopping(PATIENCE, verbose=False)],
    )
    return grown


def _lightgbm() -> Any:
    try:
        import lightgbm
    except (ImportError, OSError) as error:  # an OSError where the system lacks OpenMP's library
        raise ChallengerUnavailableError(
            f"Gradient boosting needs LightGBM, which cannot be loaded ({error}): pip install "
            "'elec-pipeline[challenger]', or back-test with --no-challenger."
        ) from error
    return lightgbm
