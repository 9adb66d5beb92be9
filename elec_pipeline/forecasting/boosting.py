"""The challenger: gradient-boosted trees on RTE's residual, with LightGBM.

Here: how it is fitted and forecasts. Not here: what it sees (`boosting_features`), and its scores.

It is what a good data scientist would set against our model with the same information: one model for each
issue and quantile level, on the load minus RTE's D-1 in the evening, on the load minus that a week before in
the morning. It is fitted anew for each back-test, is never the live model, and is not stored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from elec_pipeline.delivery_day import Issue
from elec_pipeline.errors import ChallengerUnavailableError, ContextTooThinError
from elec_pipeline.forecasting.boosting_features import CONTEXT_HOURS, base_mw, features
from elec_pipeline.forecasting.forecaster import DECIMALS, is_too_thin
from elec_pipeline.forecasting.quantiles import LEVELS, uncrossed
from elec_pipeline.forecasting.training_windows import actual_mw
from elec_pipeline.information_set import Floats, History, InformationSet

if TYPE_CHECKING:
    from lightgbm import Booster

BOOSTING = "boosting"
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
class Samples:
    """Hours of past issues with what came true; n rows.

    Attributes:
        features: Shape (n, features).
        base_mw: What a forecast is added to, shape (n,).
        actual_mw: Shape (n,).
        day: Delivery day as days since 1970-01-01, shape (n,).
    """

    features: pd.DataFrame
    base_mw: Floats
    actual_mw: Floats
    day: npt.NDArray[np.int64]

    @classmethod
    def joined(cls, parts: Sequence[Samples]) -> Samples:
        """Return the samples of several parts of a span.

        Raises:
            ContextTooThinError: There is no sample in them.
        """
        whole = [part for part in parts if len(part.actual_mw)]
        if not whole:
            raise ContextTooThinError(
                "The challenger has no hour to learn from: none has a known load and a forecast to add to. "
                "Backfill consumption and RTE's forecasts of the days before."
            )
        return cls(
            pd.concat([part.features for part in whole], ignore_index=True),
            np.concatenate([part.base_mw for part in whole]),
            np.concatenate([part.actual_mw for part in whole]),
            np.concatenate([part.day for part in whole]),
        )

    def split(self, border: int) -> tuple[Samples, Samples]:
        """Return the samples of days before a border, and the rest; days count since 1970-01-01."""
        return self.chosen(self.day < border), self.chosen(self.day >= border)

    def chosen(self, rows: npt.NDArray[np.bool_]) -> Samples:
        """Return some of the samples."""
        return Samples(
            self.features[rows].reset_index(drop=True), self.base_mw[rows], self.actual_mw[rows], self.day[rows]
        )


def samples(history: History, of_days: Iterable[date], issue: Issue) -> Samples:
    """Return what issues of past days teach; hours without a known load or base, and thin issues, are left out.

    Args:
        history: Covers the days and `CONTEXT_HOURS` before them.
        of_days: Delivery days.
        issue: Which of their issues.
    """
    seen, base, actual, number = [], [], [], []
    for day in of_days:
        known = history.at(day, issue, context_hours=CONTEXT_HOURS)
        truth = actual_mw(history, day)
        if is_too_thin(known) or len(truth) != known.delivery_hours:
            continue
        seen.append(features(known))
        base.append(base_mw(known))
        actual.append(truth)
        number.append(np.full(len(truth), np.datetime64(day, "D").astype(np.int64)))
    if not seen:
        return Samples(pd.DataFrame(), np.empty(0), np.empty(0), np.empty(0, dtype=np.int64))
    parts = Samples(
        pd.concat(seen, ignore_index=True).astype(np.float32),
        np.concatenate(base),
        np.concatenate(actual),
        np.concatenate(number),
    )
    return parts.chosen(~np.isnan(parts.base_mw) & ~np.isnan(parts.actual_mw))


@dataclass(frozen=True)
class Boosting:
    """A fitted challenger; a contestant of a back-test.

    Attributes:
        models: For each issue a model at every level of `quantiles.LEVELS`.
        context_hours: What its information sets must have.
    """

    models: Mapping[Issue, Sequence[Booster]]
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
            raise ValueError(f"the challenger was not fitted for the {information.issue} issue")
        seen = features(information).to_numpy(dtype=np.float32)
        added = [np.asarray(model.predict(seen, num_threads=1)) for model in self.models[information.issue]]
        quantiles = base_mw(information)[:, None] + np.stack(added, axis=-1)
        return np.round(uncrossed(quantiles), DECIMALS)


def fit(
    learn: Mapping[Issue, Samples], choose: Mapping[Issue, Samples], on_model: OnModel | None = None
) -> Boosting:
    """Fit the challenger for each issue that there are samples of.

    Args:
        learn: What trees are grown on.
        choose: Samples of later days, on which it is decided how many trees a model keeps.
        on_model: Told of every model that is fitted.

    Raises:
        ChallengerUnavailableError: LightGBM is not installed.
    """
    total, done = len(learn) * len(LEVELS), 0
    models: dict[Issue, list[Booster]] = {}
    for issue, of_issue in learn.items():
        models[issue] = []
        data = _data(of_issue, choose[issue], HALF_LIFE_DAYS[issue])
        for level in LEVELS:
            models[issue].append(_grown(data, {**_EVERY_ISSUE, **TREES[issue], "alpha": level}))
            done += 1
            if on_model is not None:
                on_model(done, total)
    return Boosting(models)


def fitted(
    history: History,
    train_days: Sequence[date],
    validation_days: Sequence[date],
    *,
    issues: Sequence[Issue] = tuple(Issue),
    on_model: OnModel | None = None,
) -> Boosting:
    """Fit the challenger on days of one history; see `fit`."""
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
            f"The challenger needs LightGBM, which cannot be loaded ({error}): pip install "
            "'elec-pipeline[challenger]', or back-test with --no-challenger."
        ) from error
    return lightgbm
