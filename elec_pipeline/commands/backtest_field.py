"""Who takes part in `elec backtest`: what is asked for, loaded or fitted, and told in a sentence each.

Here: from a request to contestants. Not here: the contest and its files (`commands.backtest`).
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from rich.progress import Progress
from sqlalchemy import Engine

from elec_pipeline.commands.fitted_boosting import FittedBoosting, fit_boosting
from elec_pipeline.domain.delivery_day import Issues
from elec_pipeline.domain.timetable import EVENING_ISSUE, written
from elec_pipeline.errors import BackTestError
from elec_pipeline.forecasting.backtest.contestants import RTE
from elec_pipeline.forecasting.checkpoint import load_forecaster
from elec_pipeline.forecasting.experts.boosting.boosting import BOOSTING
from elec_pipeline.forecasting.experts.expert import Contestant
from elec_pipeline.forecasting.experts.naive import SEASONAL_NAIVE, SeasonalNaive
from elec_pipeline.forecasting.forecaster import Forecaster
from elec_pipeline.forecasting.lifecycle.seen_days import in_sample_warning


@dataclass(frozen=True)
class Request:
    """What is asked of a back-test.

    Attributes:
        first: First delivery day.
        last: Last delivery day, included.
        issues: Which issues.
        models: Values of ELEC_MODEL: a folder, a hub id, "" for the bundled checkpoint.
        challenger: Whether gradient boosting, fitted on the days before, takes part.
        output: Folder for the files.
        experts: Names of experts that take part alone too: those of the models, or gradient boosting.
    """

    first: date
    last: date
    issues: Issues
    models: Sequence[str]
    challenger: bool
    output: Path
    experts: Sequence[str] = ()

    @property
    def command(self) -> str:
        """The command line that asks for the same."""
        models = [part for model in self.models for part in ("--model", model)]
        experts = [part for name in self.experts for part in ("--expert", name)]
        return shlex.join([
            "elec", "backtest", "--from", str(self.first), "--to", str(self.last), "--issue", self.issues.value,
            *models, *experts, "--challenger" if self.challenger else "--no-challenger",
            "--output", str(self.output),
        ])  # fmt: skip


@dataclass(frozen=True)
class Field:
    """Who takes part besides RTE.

    Attributes:
        contestants: By name.
        knew: For each one, and RTE, what it is and what it knew.
        warnings: What the figures of some do not show.
    """

    contestants: dict[str, Contestant] = field(default_factory=dict)
    knew: dict[str, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)


def entered(engine: Engine, request: Request, bar: Progress) -> Field:
    """Return who takes part: the naive forecast, the models that are named, the experts that are.

    Args:
        engine: Of the store, from which gradient boosting learns.
        request: What is asked for.
        bar: Shows how far that fit is.

    Raises:
        ModelUnavailableError: A model is missing or broken.
        BackTestError: No model holds an expert that is named.
        ChallengerUnavailableError: Gradient boosting cannot be fitted.
    """
    who = Field()
    who.knew[RTE] = (
        f"RTE's own D-1 forecast as it was known at {written(EVENING_ISSUE)} the day before, whichever issue is "
        "scored."
    )
    who.contestants[SEASONAL_NAIVE] = SeasonalNaive()
    who.knew[SEASONAL_NAIVE] = "The load of the same hour a week before."
    forecasters = [load_forecaster(model) for model in request.models]
    for forecaster in forecasters:
        who.contestants[forecaster.version] = forecaster
        who.knew[forecaster.version] = _told_of(forecaster)
        warning = in_sample_warning(forecaster, request.first, request.last)
        if warning and warning not in who.warnings:
            who.warnings.append(warning)
    fit = request.challenger
    for name in request.experts:
        if name != SEASONAL_NAIVE and not _entered_alone(who, name, forecasters):
            _require_boosting(name, forecasters)
            fit = True
    if fit:
        boosting = _fitted(engine, request, bar)
        who.contestants[BOOSTING] = boosting.model
        who.knew[BOOSTING] = boosting.told
    return who


def _entered_alone(who: Field, name: str, forecasters: Sequence[Forecaster]) -> bool:
    """Let an expert of the models take part by itself, and say whether any of them holds it."""
    holders = {each.version: each for each in forecasters if name in each.experts}
    for version, forecaster in holders.items():
        # The plain name is the one expert's there is; that of boosting is kept for what is fitted here.
        called = name if len(holders) == 1 and name != BOOSTING else f"{name} of {version}"
        who.contestants[called] = forecaster.experts[name]
        who.knew[called] = f"The expert {name} of {version} alone, without the combination; knew what that knew."
    return bool(holders)


def _require_boosting(name: str, forecasters: Sequence[Forecaster]) -> None:
    """Raise a `BackTestError` for an expert that no model holds and that is not fitted for a back-test either."""
    if name != BOOSTING:
        held = sorted({each for forecaster in forecasters for each in forecaster.experts})
        raise BackTestError(
            f"No model of this back-test holds an expert {name!r}: they hold {', '.join(held)}. {BOOSTING} is "
            "fitted for the back-test where it is asked for. Name one of these, --expert, or a model that holds "
            "it, --model."
        )


def _told_of(forecaster: Forecaster) -> str:
    through = forecaster.trained_through
    return (
        f"{forecaster.location} ({', '.join(forecaster.experts)}), base model: {forecaster.base_model}, "
        + (f"trained on delivery days to {through}" if through else "trained on days that are not known")
        + "; knew the load up to an hour before the issue and RTE's newest forecast of each hour known then, "
        f"{forecaster.context_hours // 24} days back."
    )


def _fitted(engine: Engine, request: Request, bar: Progress) -> FittedBoosting:
    task = bar.add_task("gradient boosting fitted", total=None)

    def on_step(done: int, total: int) -> None:
        bar.update(task, completed=done, total=total)

    return fit_boosting(engine, request.first, request.issues.chosen, on_step)
