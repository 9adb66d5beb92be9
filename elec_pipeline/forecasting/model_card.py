"""The card of a trained checkpoint: what it learnt from, how, and how good it is on the validation days.

Here: `card.json` for programs and `MODEL_CARD.md` for people. Not here: scores on days after the
validation, which are a back-test's.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np

from elec_pipeline.delivery_day import Issue
from elec_pipeline.forecasting.checkpoint import CARD_FILE
from elec_pipeline.forecasting.forecaster import Forecaster, is_too_thin
from elec_pipeline.forecasting.quantiles import LEVELS, MEDIAN
from elec_pipeline.forecasting.recipe import LEARNT
from elec_pipeline.forecasting.training_options import TrainingOptions
from elec_pipeline.forecasting.training_windows import actual_mw
from elec_pipeline.forecasting.training_work import Effort, Saved, best_step
from elec_pipeline.information_set import History
from elec_pipeline.metrics import bias, coverage, mae, mape, pinball

MODEL_CARD_FILE = "MODEL_CARD.md"
_REFERENCES = {
    "correction": {
        True: "what a ridge regression for each local hour (`correction` in `recipe.json`) expects RTE to be\n"
        "  wrong by, from RTE's errors of the last month and days, how RTE sees the load move, and the day",
        False: "`error_weights` times its errors of the same hour",
    },
    "similar_day": {
        True: "what a ridge regression for each local hour (`similar_day` in `recipe.json`) expects of the "
        "difference,\n  from the last days' own differences to their week before, RTE's errors, and the calendar",
        False: "most of the last day's difference to its own week before",
    },
}


def checkpoint_card(  # noqa: PLR0913 - a card names them all
    history: History,
    train_days: Sequence[date],
    validation_days: Sequence[date],
    options: TrainingOptions,
    forecaster: Forecaster,
    *,
    data: str,
    windows: int,
    last: Saved,
    effort: Effort,
) -> dict[str, Any]:
    """Return what `card.json` holds.

    Args:
        history: What the checkpoint was trained on.
        train_days: Delivery days it learnt from.
        validation_days: Delivery days its step was chosen by.
        options: How it was trained.
        forecaster: The checkpoint, loaded from where it was written.
        data: What the history is and under which licence.
        windows: Number of training windows.
        last: Where the run ended.
        effort: What it cost.
    """
    return {
        "version": forecaster.version,
        "family": forecaster.family.value,
        "base_model": options.base_model or "from scratch",
        "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "data": data,
        "train": _span(train_days),
        "validation": _span(validation_days),
        "trained_through": max(train_days).isoformat(),
        "windows": windows,
        "steps": options.steps,
        "last_step": last.step,
        "best_step": best_step(last.losses),
        "resumed_at": list(effort.resumed_at),
        "seconds": round(effort.seconds),
        "peak_memory_mb": round(effort.peak_memory_mb),
        "learnt": {name: bool(getattr(options.recipe, name)) for name in LEARNT},
        "options": options.model_dump(mode="json", exclude={"recipe": set(LEARNT)}),
        "metrics": {
            issue.value: validation_figures(history, validation_days, issue, forecaster) for issue in Issue
        },
    }


def validation_figures(
    history: History, days: Sequence[date], issue: Issue, forecaster: Forecaster
) -> dict[str, float]:
    """Return the scores of one issue over the hours for which RTE's D-1 is known too.

    RTE's D-1 is taken as the evening issue knows it, whichever issue is scored.

    Returns:
        `mape` and `rte_mape` in %, their `ratio_to_rte`, `mae_mw`, `bias_mw`, `pinball_mw`, `coverage_50`,
        `coverage_80`, `coverage_90` between 0 and 1, and `hours` scored.
    """
    hours = forecaster.context_hours
    sets = [history.at(day, issue, context_hours=hours) for day in days]
    sets = [each for each in sets if not is_too_thin(each)]
    if not sets:
        return {"hours": 0}
    evenings = [history.at(each.delivery_day, Issue.EVENING, context_hours=hours) for each in sets]
    rte = np.concatenate([each.rte_mw[-each.delivery_hours :] for each in evenings])
    truth = np.concatenate([actual_mw(history, each.delivery_day) for each in sets])
    truth = np.where(np.isnan(rte), np.nan, truth)
    said = np.concatenate(forecaster.predict(sets))
    median = said[:, MEDIAN]
    own, theirs = mape(truth, median), mape(truth, rte)
    return {
        "mape": round(own, 4),
        "rte_mape": round(theirs, 4),
        "ratio_to_rte": round(own / theirs, 4),
        "mae_mw": round(mae(truth, median), 1),
        "bias_mw": round(bias(truth, median), 1),
        "pinball_mw": round(pinball(truth, said, LEVELS), 1),
        **{
            f"coverage_{share}": round(coverage(truth, said[:, LEVELS.index(low)], said[:, LEVELS.index(high)]), 4)
            for share, low, high in ((50, 0.25, 0.75), (80, 0.1, 0.9), (90, 0.05, 0.95))
        },
        "hours": int(np.count_nonzero(~np.isnan(truth))),
    }


def write_card(card: dict[str, Any], folder: Path) -> None:
    """Write `card.json` and `MODEL_CARD.md` into a checkpoint's folder."""
    (folder / CARD_FILE).write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")
    (folder / MODEL_CARD_FILE).write_text(_page(card), encoding="utf-8")


def _span(days: Sequence[date]) -> dict[str, Any]:
    if not days:
        return {"first": None, "last": None, "days": 0}
    return {"first": min(days).isoformat(), "last": max(days).isoformat(), "days": len(days)}


def _page(card: dict[str, Any]) -> str:
    options = card["options"]
    figures = "\n".join(
        f"| {issue} | {m['mape']:.2f} | {m['rte_mape']:.2f} | {m['ratio_to_rte']:.3f} | {m['pinball_mw']:.0f} "
        f"| {m['bias_mw']:+.0f} | {m['coverage_50']:.1%} | {m['coverage_80']:.1%} | {m['coverage_90']:.1%} |"
        for issue, m in card["metrics"].items()
        if m["hours"]
    )
    recipe = "\n".join(f"- {name}: {value}" for name, value in options["recipe"].items())
    return f"""# {card["version"]}

Forecasts the hourly electricity consumption of mainland France for the next delivery day, with seven
quantiles, from what is known at 10:00 or 20:30 Paris time on the day before.

- Family: {card["family"]}, trained {card["base_model"]}
- Data: {card["data"]}
- Learnt from: delivery days {card["train"]["first"]} to {card["train"]["last"]}, {card["windows"]} windows
- Step and recipe chosen on: delivery days {card["validation"]["first"]} to {card["validation"]["last"]}
- Run: {card["last_step"]} of {card["steps"]} steps, step {card["best_step"]} kept
- Time and memory: {card["seconds"] / 60:.0f} minutes, {card["peak_memory_mb"]} MB at most
- Seed: {options["seed"]}

## On the validation days
RTE's own D-1 forecast, published on the evening before, on the same hours. Step and recipe were chosen on these
days: expect somewhat larger errors on later ones.

| issue | MAPE % | RTE's | ratio | pinball MW | bias MW | in 50 % band | in 80 % band | in 90 % band |
|---|---|---|---|---|---|---|---|---|
{figures}

## Recipe
{recipe}

The target `residual` is the load minus a reference, and the model forecasts what the reference leaves.

- In the evening, with RTE's forecast of the delivery day, the reference is that forecast plus
  {_REFERENCES["correction"][card["learnt"]["correction"]]}.
- In the morning, where there is a forecast of RTE's, it is that plus `error_weights` times its errors of the
  same hour: the last known one, their mean of a week, their mean of four weeks.
- Without RTE's forecast, it is the load a week before plus
  {_REFERENCES["similar_day"][card["learnt"]["similar_day"]]}.

## Limits
It knows no weather but what RTE's forecast carries. A missing or late forecast of RTE's makes it worse, and
its bands wider. Unusual days (bridge days, the turn of the year) are where it errs most.
"""
