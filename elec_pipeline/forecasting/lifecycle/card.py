"""The card of a trained checkpoint: what it learnt from, how, and how good it is on the validation days.

Here: `card.json` for programs and `MODEL_CARD.md` for people. Not here: scores on days after the
validation, which are a back-test's.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np

from elec_pipeline.domain.delivery_day import Issue
from elec_pipeline.domain.history import History, rte_d1_mw
from elec_pipeline.domain.metrics import bias, coverage, mae, mape, pinball
from elec_pipeline.domain.quantiles import LEVELS, MEDIAN
from elec_pipeline.domain.timetable import EVENING_ISSUE, MORNING_ISSUE, written
from elec_pipeline.forecasting.experts.chronos.training.options import TrainingOptions
from elec_pipeline.forecasting.experts.chronos.training.trainer import Ended, peak_memory_mb
from elec_pipeline.forecasting.forecaster import Forecaster
from elec_pipeline.forecasting.integrity import CARD_FILE, MODEL_CARD_FILE, sealed
from elec_pipeline.forecasting.late_errors import LEAST_DAYS as LEAST_DAYS_OF_ERRORS
from elec_pipeline.forecasting.samples import as_issued
from elec_pipeline.markdown import markdown_table

NO_FIGURES = "There are none: see «Data»."
WITH_INPUTS = "with weather"
"""Of the issues whose figures are of all inputs known."""


def checkpoint_card(  # noqa: PLR0913 - a card names them all
    figures: dict[str, dict[str, float]],
    train_days: Sequence[date],
    validation_days: Sequence[date],
    options: TrainingOptions,
    forecaster: Forecaster,
    *,
    data: str,
    windows: int,
    ended: Ended,
    seconds: float,
) -> dict[str, Any]:
    """Return what `card.json` holds.

    Args:
        figures: As `validation_figures` returns them.
        train_days: Delivery days it learnt from.
        validation_days: Delivery days its step was chosen by.
        options: How it was trained.
        forecaster: The checkpoint, loaded from where it was written.
        data: What the history is and under which licence.
        windows: Number of training windows.
        ended: Where the run ended.
        seconds: Wall time; of a run that went on after an interruption, since then.
    """
    return {
        "version": forecaster.version,
        "experts": list(forecaster.combination.experts),
        "family": forecaster.chronos.family.value,
        "base_model": options.base_model or "from scratch",
        "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "data": data,
        "train": _span(train_days),
        "validation": _span(validation_days),
        "trained_through": max([*train_days, *validation_days]).isoformat(),
        "windows": windows,
        "steps": options.steps,
        "last_step": ended.last_step,
        "best_step": ended.best_step,
        "resumed_at": [] if ended.resumed_at is None else [ended.resumed_at],
        "seconds": round(seconds),
        "peak_memory_mb": round(peak_memory_mb()),
        "options": options.model_dump(mode="json"),
        "combination": forecaster.combination.model_dump(mode="json"),
        "metrics": figures,
    }


def validation_figures(
    history: History, days: Sequence[date], forecaster: Forecaster
) -> dict[str, dict[str, float]]:
    """Return the scores of both issues on the validation days, by issue; see `figures_of`.

    Without any inputs; where the history has some, also with them.
    """
    without = replace(history, inputs={})
    figures = {issue.value: figures_of(without, days, issue, forecaster) for issue in Issue}
    if history.inputs:
        figures |= {f"{issue} {WITH_INPUTS}": figures_of(history, days, issue, forecaster) for issue in Issue}
    return figures


def figures_of(history: History, days: Sequence[date], issue: Issue, forecaster: Forecaster) -> dict[str, float]:
    """Return the scores of one issue over the hours for which RTE had a D-1 too.

    RTE is scored by what was known at 20:30 the day before (`domain.rte_bar`), whichever issue is scored.

    Returns:
        `mape` and `rte_mape` in %, their `ratio_to_rte`, `mae_mw`, `bias_mw`, `pinball_mw`, `coverage_50`,
        `coverage_80`, `coverage_90` between 0 and 1, and `hours` scored.
    """
    samples = list(as_issued(history, days, context_hours=forecaster.context_hours, issues=[issue]))
    if not samples:
        return {"hours": 0}
    sets = [each.information for each in samples]
    rte = np.concatenate([rte_d1_mw(history, each.delivery_day) for each in sets])
    truth = np.concatenate([each.truth_mw for each in samples])
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


def tested_figures(
    history: History, days: Sequence[date], forecaster: Forecaster, *, last_weather: date
) -> dict[str, Any]:
    """Return what a card says of days that nothing was fitted on, of the same settings fitted before them.

    Args:
        history: Covers the days; with all inputs.
        days: Delivery days.
        forecaster: Fitted on days before them alone.
        last_weather: Last day with all inputs, to which figures with weather are told.
    """
    without = replace(history, inputs={})
    covered = [day for day in days if day <= last_weather]
    figures = {issue.value: figures_of(without, days, issue, forecaster) for issue in Issue}
    figures |= {f"{issue} {WITH_INPUTS}": figures_of(history, covered, issue, forecaster) for issue in Issue}
    through = "" if forecaster.trained_through is None else forecaster.trained_through.isoformat()
    return {"version": forecaster.version, "trained_through": through, "days": _span(days), "metrics": figures}


def write_card(card: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Write `card.json` and `MODEL_CARD.md` into a checkpoint's folder, once all else lies there.

    Returns:
        The card with the digests of the files, as it was written.
    """
    whole = sealed(card, folder)
    (folder / CARD_FILE).write_text(json.dumps(whole, indent=2) + "\n", encoding="utf-8")
    (folder / MODEL_CARD_FILE).write_text(_page(card), encoding="utf-8")
    return whole


def _span(days: Sequence[date]) -> dict[str, Any]:
    if not days:
        return {"first": None, "last": None, "days": 0}
    return {"first": min(days).isoformat(), "last": max(days).isoformat(), "days": len(days)}


def _figures(metrics: dict[str, Any]) -> str:
    """Return figures as a table."""
    return markdown_table(
        ("issue", "MAPE %", "RTE's", "ratio", "pinball MW", "bias MW", *(f"in {n} % band" for n in (50, 80, 90))),
        [
            (
                issue, f"{m['mape']:.2f}", f"{m['rte_mape']:.2f}", f"{m['ratio_to_rte']:.3f}",
                f"{m['pinball_mw']:.0f}", f"{m['bias_mw']:+.0f}",
                *(f"{m[f'coverage_{n}']:.1%}" for n in (50, 80, 90)),
            )
            for issue, m in metrics.items()
            if m["hours"]
        ],
    )  # fmt: skip


def _tested(card: dict[str, Any]) -> str:
    """Return the section on days that nothing was fitted on; empty where the card knows none."""
    if "tested" not in card:
        return ""
    tested = card["tested"]
    return f"""
## On days that nothing was fitted or chosen on
The same settings, learnt and chosen on days up to {tested["trained_through"]} alone ({tested["version"]}), on
{tested["days"]["first"]} to {tested["days"]["last"]}. Then all was fitted again on those days too.

{_figures(tested["metrics"])}
"""


def _page(card: dict[str, Any]) -> str:
    options = card["options"]
    figures = _figures(card["metrics"]) if card["metrics"] else NO_FIGURES
    recipe = "\n".join(f"- {name}: {value}" for name, value in options["recipe"].items())
    blends = markdown_table(
        ("stands on", "medians", "widths", "factors on the 50, 80, 90 % bands"),
        [(stands_on, *_blend(of)) for stands_on, of in card["combination"]["blends"].items()],
    )
    return f"""# {card["version"]}

Forecasts the hourly electricity consumption of mainland France for the next delivery day, with seven
quantiles, from what is known at {written(MORNING_ISSUE)} or {written(EVENING_ISSUE)} Paris time on the day before.

- Family: {card["family"]}, trained {card["base_model"]}
- Data: {card["data"]}
- Learnt from: delivery days {card["train"]["first"]} to {card["train"]["last"]}, {card["windows"]} windows
- Step and recipe chosen on: delivery days {card["validation"]["first"]} to {card["validation"]["last"]}
- Run: {card["last_step"]} of {card["steps"]} steps, step {card["best_step"]} kept
- Time and memory: {card["seconds"] / 60:.0f} minutes, {card["peak_memory_mb"]} MB at most
- Seed: {options["seed"]}

## On the validation days
RTE's own D-1 forecast, as it was known at {written(EVENING_ISSUE)} on the day before, on the same hours. Step
and recipe were chosen on these days: expect somewhat larger errors on later ones.

{figures}
{_tested(card)}
## Experts and their combination
{blends}

- `ridge` is a regression for each local hour of the load minus a base. It makes all of the median where its weight
  above is 1.
  - In the evening the base is RTE's D-1 forecast. The regression sees RTE's errors of the last month, week and
    hours, the curve that RTE forecasts and how it moves, the curve of the day before, and the calendar.
  - In the morning with an early forecast of RTE's, such as D-2, the base is that forecast; the regression was
    learnt with a blurred D-1 in its place ({options["degradation"]["poor_rte_mw"]:.0f} MW), for no history of
    D-2 was at hand.
  - In the morning without one the base is the load a week before. The regression sees how the last days differ
    from their own week before, with RTE's D-1 for the rest of today, RTE's errors so far, and the calendar.
  - Each has siblings that see temperature forecasts too, and clouds, wind and humidity besides; of them the one
    that makes the most of what the issue knows is used.
  - A regression is learnt once, and brought up to date at every issue with the last {options["update_days"]}
    days that are known (recursive least squares, half-life two years), so that it follows RTE's ways. Its bands
    are as wide as would have held its errors on those days, each day expected from the ones before it; from
    fewer than {LEAST_DAYS_OF_ERRORS} days it has none.
- `mlp`, where it is named above, are dense networks of two layers, four for each situation and set of inputs,
  which see the ridge's features of the delivery day. They correct the same base, and in a morning without RTE's
  forecast and weather what the ridge says.
- `chronos` is a network of the family {card["family"]}, which forecasts what its recipe says:

{recipe}

The median is the weighted mean of the experts' medians. The bands have the shape of the network's; their
half-widths are the weighted geometric means of the experts' and, where `late` is named, of how large the errors
of the combined median itself were on the last {options["update_days"]} days, times the factors. Weights and
factors were chosen on the newest year of training and validation days, on which no ridge and no dense network
had learnt yet; on public holidays and bridge days all bands are {card["combination"]["unusual"]:g} times as wide
as that makes them.
The figures on the validation days are of a ridge and dense networks that had not learnt from them; those that ship
have.

## Limits
Without weather forecasts it knows no weather but RTE's view of it. A missing or late forecast of RTE's makes
it worse, and its bands wider. Unusual days (bridge days, the turn of the year) are where it errs most.
"""


def _blend(of: dict[str, Any]) -> tuple[str, str, str]:
    medians, widths = (
        ", ".join(f"{name} {weight:g}" for name, weight in of[which].items()) for which in ("medians", "widths")
    )
    if late := of.get("late"):
        widths = f"{widths}; late {late:g} of the whole"
    return medians, widths, ", ".join(f"{factor:g}" for factor in of["spreads"])
