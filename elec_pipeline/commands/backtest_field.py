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

from elec_pipeline.commands.challenger import FittedChallenger, fit_challenger
from elec_pipeline.domain.delivery_day import Issues
from elec_pipeline.domain.timetable import EVENING_ISSUE, written
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
        challenger: Whether gradient boosting takes part.
        output: Folder for the files.
    """

    first: date
    last: date
    issues: Issues
    models: Sequence[str]
    challenger: bool
    output: Path

    @property
    def command(self) -> str:
        """The command line that asks for the same."""
        models = [part for model in self.models for part in ("--model", model)]
        return shlex.join([
            "elec", "backtest", "--from", str(self.first), "--to", str(self.last), "--issue", self.issues.value,
            *models, "--challenger" if self.challenger else "--no-challenger", "--output", str(self.output),
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
    """Return who takes part: the naive forecast, the models that are named, the challenger where it is wanted.

    Args:
        engine: Of the store, from which the challenger learns.
        request: What is asked for.
        bar: Shows how far the challenger's fit is.

    Raises:
        ModelUnavailableError: A model is missing or broken.
        ChallengerUnavailableError: The challenger cannot be fitted.
    """
    who = Field()
    who.knew[RTE] = (
        f"RTE's own D-1 forecast as it was known at {written(EVENING_ISSUE)} the day before, whichever issue is "
        "scored."
    )
    who.contestants[SEASONAL_NAIVE] = SeasonalNaive()
    who.knew[SEASONAL_NAIVE] = "The load of the same hour a week before."
    for model in request.models:
        forecaster = load_forecaster(model)
        who.contestants[forecaster.version] = forecaster
        who.knew[forecaster.version] = _told_of(forecaster)
        warning = in_sample_warning(forecaster, request.first, request.last)
        if warning and warning not in who.warnings:
            who.warnings.append(warning)
    if request.challenger:
        challenger = _challenger(engine, request, bar)
        who.contestants[BOOSTING] = challenger.model
        who.knew[BOOSTING] = challenger.told
    return who


def _told_of(forecaster: Forecaster) -> str:
    through = forecaster.trained_through
    return (
        f"{forecaster.location} ({', '.join(forecaster.experts)}), base model: {forecaster.base_model}, "
        + (f"trained on delivery days to {through}" if through else "trained on days that are not known")
        + "; knew the load up to an hour before the issue and RTE's newest forecast of each hour known then, "
        f"{forecaster.context_hours // 24} days back."
    )


def _challenger(engine: Engine, request: Request, bar: Progress) -> FittedChallenger:
    task = bar.add_task("challenger fitted", total=None)

    def on_step(done: int, total: int) -> None:
        bar.update(task, completed=done, total=total)

    return fit_challenger(engine, request.first, request.issues.chosen, on_step)
