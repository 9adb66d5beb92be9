"""How good the forecasts are: `python -m benchmarks.accuracy LOAD_CSV WEATHER_CSV [--split …] [--model …]`.

From the raw series to tables, in Markdown. The test split is only reported on: nothing was fitted or chosen on it.
Each expert of the checkpoint is scored alone beside their combination, which is what is issued.
Experts that can be fitted by themselves are named with `--experts`; gradient boosting takes some ten minutes.

Temperatures are an archive of short-lead forecasts, close to the truth: a real day-ahead forecast is worse. The
series hold no D-2 of RTE's: where a morning issue is to know one, a blurred D-1 stands in for it.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from benchmarks.real_data import EARLY_BLUR_MW, TEST, TRAIN, VALIDATION, read_history
from elec_pipeline.domain.delivery_day import Issue, days
from elec_pipeline.domain.history import History
from elec_pipeline.domain.information_set import InformationSet
from elec_pipeline.domain.quantiles import Floats
from elec_pipeline.forecasting.backtest import scores as skill
from elec_pipeline.forecasting.backtest.contestants import RTE
from elec_pipeline.forecasting.backtest.run import back_test
from elec_pipeline.forecasting.checkpoint import load_forecaster
from elec_pipeline.forecasting.degraded import with_only
from elec_pipeline.forecasting.experts.catalogue import CATALOGUE
from elec_pipeline.forecasting.experts.chronos.chronos import CHRONOS
from elec_pipeline.forecasting.experts.expert import Contestant
from elec_pipeline.forecasting.experts.naive import SEASONAL_NAIVE
from elec_pipeline.forecasting.experts.ridge.ridge import RIDGE
from elec_pipeline.markdown import markdown_table

SPLITS = {"validation": VALIDATION, "test": TEST}
LAST_TEMPERATURE = date(2025, 5, 30)
"""Last delivery day that the archive of temperatures covers in full."""
COMBINATION = "combination"
"""What is issued: the checkpoint's experts together."""
KNEW = {
    RTE: "RTE's D-1 forecast, published on the evening before, whichever issue is scored",
    COMBINATION: "load up to an hour before the issue, RTE's forecasts published before it, the calendar",
    RIDGE: "the same; this expert of the checkpoint alone",
    CHRONOS: "the same; this expert of the checkpoint alone, without the combination's calibration",
    SEASONAL_NAIVE: "the load of the same hour a week before",
}
AS_THE_OTHERS = "the same; fitted on the train days, what is chosen on the validation days"
GROUPS = ("year", "season", "kind_of_day", "hours_of_day")


@dataclass(frozen=True)
class WithoutTemperature:
    """A contestant that is shown no temperature forecast."""

    contestant: Contestant

    @property
    def context_hours(self) -> int:
        """As the contestant's."""
        return self.contestant.context_hours

    def predict(self, sets: Sequence[InformationSet]) -> list[Floats]:
        """Return the contestant's forecasts of what is left."""
        return self.contestant.predict([with_only(each) for each in sets])


def report(title: str, frame: pd.DataFrame, *, groups: Sequence[str] = ()) -> None:
    """Print the scores of a back-test, overall and by groups."""
    print(f"\n## {title}\n")
    print(_markdown(skill.scores(frame)))
    tables = skill.every_table(frame)
    for name in groups:
        print(f"\n### By {name.replace('_', ' ')}\n")
        print(_markdown(tables[tables["grouped_by"] == name].drop(columns="grouped_by")))


def _markdown(table: pd.DataFrame) -> str:
    shown = table.copy()
    for name in shown.columns:
        digits = {"mape": 2, "rte_mape": 2, "ratio_to_rte": 3}.get(name, 1 if name.endswith("_mw") else None)
        if name.startswith("coverage"):
            shown[name] = [f"{value:.1%}" if pd.notna(value) else "" for value in table[name]]
        elif digits is not None:
            shown[name] = [f"{value:.{digits}f}" if pd.notna(value) else "" for value in table[name]]
    return markdown_table(list(shown.columns), shown.astype(str).to_numpy())


def contestants(model: str, history: History, experts: Sequence[str]) -> Mapping[str, Contestant]:
    """Return who takes part by name; `history` ends before the split that is scored, or with the validation."""
    forecaster = load_forecaster(model)
    taking_part: dict[str, Contestant] = {COMBINATION: forecaster, **forecaster.experts}
    for name in experts:
        fit = CATALOGUE[name].fit
        if fit is not None:
            taking_part[name] = fit(history, days(*TRAIN), days(*VALIDATION))
    return taking_part


def main() -> None:
    """Read the series, back-test, print the tables."""
    asked = _arguments()
    first, last = SPLITS[asked.split]
    learn, learn_weather = (read_history(asked.load, VALIDATION[1], each) for each in (None, asked.weather))
    who = contestants(asked.model, learn, asked.experts)
    print(f"# Accuracy on the {asked.split} split, delivery days {first} to {last}\n")
    print(f"Model: {load_forecaster(asked.model).version}. By `python -m benchmarks.accuracy`. Who knew what:\n")
    print("\n".join(f"- {name}: {KNEW.get(name, AS_THE_OTHERS)}" for name in (RTE, *who)))

    known = read_history(asked.load, last)
    frame = back_test(known, first, last, contestants=who).frame
    report("Without temperature", frame, groups=GROUPS)
    print("\n### Worst days\n")
    worst = skill.worst_days(frame)
    print(_markdown(worst[worst["forecaster"] == COMBINATION]))

    if "with_temperature" in asked.blocks:
        weather = read_history(asked.load, last, asked.weather)
        warm = contestants(asked.model, learn_weather, asked.experts)
        both = {f"{name} with temperature": each for name, each in warm.items() if name != SEASONAL_NAIVE}
        both |= {name: WithoutTemperature(each) for name, each in who.items() if name != SEASONAL_NAIVE}
        until = min(last, LAST_TEMPERATURE)
        frame = back_test(weather, first, until, contestants=both).frame
        report(f"With the archive of temperatures, which flatters, to {until}", frame, groups=("season",))

    if "early" in asked.blocks:
        early = read_history(asked.load, last, asked.weather, early_blur_mw=EARLY_BLUR_MW)
        until = min(last, LAST_TEMPERATURE)
        of_model = {name: each for name, each in who.items() if name not in asked.experts}
        both = {name: WithoutTemperature(each) for name, each in of_model.items()}
        both |= {f"{name} with temperature": each for name, each in of_model.items()}
        frame = back_test(early, first, until, contestants=both, issues=[Issue.MORNING]).frame
        report(f"Morning, with a D-1 blurred by {EARLY_BLUR_MW:.0f} MW in the place of D-2, to {until}", frame)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("load", type=Path, help="hourly series of load and RTE's D-1")
    parser.add_argument("weather", type=Path, help="hourly series of temperature")
    parser.add_argument("--split", choices=SPLITS, default="test")
    parser.add_argument("--model", default="", help="a checkpoint's folder; the bundled one if not given")
    fitted = [name for name, entry in CATALOGUE.items() if entry.fit is not None]
    parser.add_argument("--experts", nargs="*", choices=fitted, default=fitted, help="to be fitted and scored too")
    parser.add_argument("--blocks", nargs="*", default=["with_temperature", "early"])
    return parser.parse_args()


if __name__ == "__main__":
    main()
