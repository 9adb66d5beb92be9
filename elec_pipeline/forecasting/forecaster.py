"""What makes the forecasts that are issued: the experts of a checkpoint and their combination.

Here: many issues at once, and the guarantee that a forecast does not depend on which. Not here: how a checkpoint
is loaded (`checkpoint`), the experts (`experts`), and the arithmetic of combining them (`combination`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

import numpy as np

from elec_pipeline.domain.information_set import MINIMUM_KNOWN_SHARE, InformationSet, is_too_thin
from elec_pipeline.domain.quantiles import MEDIAN, Floats, uncrossed
from elec_pipeline.errors import (
    ContextTooThinError,
    InvalidForecastError,
    ModelUnavailableError,
)
from elec_pipeline.forecasting.combination.combination import Combination
from elec_pipeline.forecasting.combination.said import Said
from elec_pipeline.forecasting.experts.chronos.chronos import CHRONOS, Chronos, required
from elec_pipeline.forecasting.experts.expert import Expert, KnowsItsErrors
from elec_pipeline.forecasting.experts.naive import SEASONAL_NAIVE
from elec_pipeline.forecasting.features.local_time import LocalGrid
from elec_pipeline.forecasting.features.situations import key
from elec_pipeline.forecasting.forecast import DECIMALS
from elec_pipeline.forecasting.held_back import Issued, first_plausible, week_before

T = TypeVar("T")
WORKERS = 2
"""Issues that are forecast side by side, each alone on its thread: more threads would wait for each other."""


@dataclass(frozen=True, eq=False)
class Forecaster:
    """Experts and their combination.

    Attributes:
        experts: By name.
        combination: How their forecasts become one.
        version: Names all that decides its forecasts; two forecasters of one version say the same.
        location: `bundled`, the checkpoint's folder, or its hub id.
        base_model: What its network was trained from; its own name where that is not known.
        trained_through: Last delivery day it learnt from; None where that is not known.
    """

    experts: Mapping[str, Expert]
    combination: Combination
    version: str
    location: str
    base_model: str
    trained_through: date | None

    @property
    def context_hours(self) -> int:
        """Context that information sets must have: `History.at(…, context_hours=forecaster.context_hours)`."""
        return max(each.context_hours for each in self.experts.values())

    @property
    def inputs(self) -> frozenset[str]:
        """Names of the inputs (`domain.inputs`) that any of its experts makes use of where they are known."""
        return frozenset().union(*(each.inputs for each in self.experts.values()))

    @property
    def chronos(self) -> Chronos:
        """Its network.

        Raises:
            ModelUnavailableError: It has none.
        """
        found = self.experts.get(CHRONOS)
        if not isinstance(found, Chronos):
            raise ModelUnavailableError(
                f"The checkpoint {self.version} ({self.location}) holds no Chronos network."
            )
        return found

    def predict(self, sets: Sequence[InformationSet]) -> list[Floats]:
        """Return the forecasts of any number of issues, of any mixture of situations and lengths of day.

        A forecast depends on its own information set alone: issued live by itself or in a backfill of
        hundreds, it is the same to the last digit on one kind of processor.

        Args:
            sets: What was known at each issue time, with at least `context_hours` of context.

        Returns:
            For every issue an array of shape (23, 24 or 25, 7) in MW: the hours of the delivery day in
            order, and quantiles at `domain.quantiles.LEVELS`, ascending: the model's own, whatever they are, for
            scores are the model's. What is published is what `issue` returns.

        Raises:
            ContextTooThinError: Less than half of the week before an issue is known; see `is_too_thin`.
            InvalidForecastError: The output is not finite or of the wrong shape.
            ValueError: An information set has less context than `context_hours`.
        """
        return self._each(lambda information: self._combined(information)[0], sets)

    def issue(self, sets: Sequence[InformationSet]) -> list[Issued]:
        """Return the forecasts of any number of issues, and where one was held back, why and who speaks instead.

        Beside each forecast stands what every expert said.

        The combination speaks first; where its forecast is implausible (`domain.plausible_forecast`), the experts
        by their weight; then the week before.

        Raises:
            ContextTooThinError: Less than half of the week before an issue is known; see `is_too_thin`.
            InvalidForecastError: The output is not finite or of the wrong shape.
            ValueError: An information set has less context than `context_hours`.
        """
        return self._each(self._issue_one, sets)

    def _each(self, forecast: Callable[[InformationSet], T], sets: Sequence[InformationSet]) -> list[T]:
        for information in sets:
            if is_too_thin(information):
                raise ContextTooThinError(
                    f"{information.delivery_day} {information.issue}: only "
                    f"{information.known_share_of_last_week:.0%} of the week before the issue is known, "
                    f"{MINIMUM_KNOWN_SHARE:.0%} is needed. Backfill the actual consumption first."
                )
        if not sets:
            return []
        with workers() as threads:
            return list(threads.map(forecast, sets))

    def said(self, information: InformationSet) -> dict[str, Floats]:
        """Return what each expert says of one issue, by name, shape (23, 24 or 25, 7), MW."""
        return dict(said(self.experts, information).quantiles)

    def expected(self, information: InformationSet, *, with_errors: bool = True) -> tuple[Said, dict[str, float]]:
        """Return what the experts that weigh in an issue's situation say, and their weights, which add to one.

        Without their errors of the last days, where nobody asks for them, in less time.
        """
        weights = {
            name: weight for name, weight in self.combination.of(_key(information)).medians.items() if weight
        }
        return said({name: self.experts[name] for name in weights}, information, with_errors=with_errors), weights

    def _combined(self, information: InformationSet) -> tuple[Floats, dict[str, Floats]]:
        """Return the combination's forecast, and what each expert says."""
        try:
            views = said(self.experts, information)
            combined = self.combination.combined(_key(information), information.delivery_day, views)
            made = required(combined, information.delivery_hours)
        except InvalidForecastError as error:
            raise InvalidForecastError(
                f"The output of the model {self.version} ({self.location}) is {error}: no forecast is made of it. "
                "`elec doctor` checks the model's files. If they are whole, go back to the former model with "
                "`elec models rollback`, or name another one with ELEC_MODEL."
            ) from error
        return _rounded(made), dict(views.quantiles)

    def _issue_one(self, information: InformationSet) -> Issued:
        combined, by_expert = self._combined(information)
        issued = first_plausible(information, combined, self._in_turn(information, by_expert))
        # As the combination takes them: an expert may have no bands yet, and still a median.
        medians = {name: np.asarray(np.round(each[:, MEDIAN], DECIMALS)) for name, each in by_expert.items()}
        return replace(issued, experts=medians)

    def _in_turn(
        self, information: InformationSet, by_expert: Mapping[str, Floats]
    ) -> Iterator[tuple[str, Floats]]:
        """Yield who may speak instead of the combination, and what they say."""
        weights = self.combination.of(_key(information)).medians
        for name in sorted(by_expert, key=lambda each: -weights.get(each, 0.0)):
            yield name, _rounded(by_expert[name])
        yield SEASONAL_NAIVE, _rounded(week_before(information))


def said(experts: Mapping[str, Expert], information: InformationSet, *, with_errors: bool = True) -> Said:
    """Return what experts say of one issue."""
    return Said(
        quantiles={name: expert.predict([information])[0] for name, expert in experts.items()},
        hour=LocalGrid.of(information.hours[-information.delivery_hours :]).hour,
        errors={
            name: expert.late_errors(information)
            for name, expert in experts.items()
            if with_errors and isinstance(expert, KnowsItsErrors)
        },
    )


def _key(information: InformationSet) -> str:
    return key(information.situation, information.usable_inputs)


def _rounded(quantiles: Floats) -> Floats:
    return np.asarray(np.round(uncrossed(quantiles), DECIMALS))


def workers() -> ThreadPoolExecutor:
    """Return threads of their own in each of which torch computes single-threaded; the caller's setting stays."""
    import torch

    return ThreadPoolExecutor(
        max_workers=WORKERS, thread_name_prefix="forecast", initializer=torch.set_num_threads, initargs=(1,)
    )
