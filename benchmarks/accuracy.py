"""How good the forecasts are: `python -m benchmarks.accuracy LOAD_CSV TEMPERATURE_CSV CITIES_CSV [--split …]`.

From the raw series to tables, in Markdown. The test split is only reported on: nothing was fitted or chosen on it.
Each expert of the checkpoint is scored alone beside their combination, which is what is issued.
Experts that can be fitted by themselves are named with `--experts`; gradient boosting takes some ten minutes.

The weather is an archive of short-lead forecasts, close to the truth: a real day-ahead forecast is worse. The
series hold no D-2 of RTE's: where a morning issue is to know one, a blurred D-1 stands in for it.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from benchmarks.real_data import EARLY_BLUR_MW, LAST_WEATHER, TEST, TRAIN, VALIDATION, Weather, read_history
from elec_pipeline.domain.delivery_day import Issue, days
from elec_pipeline.domain.history import History
from elec_pipeline.domain.information_set import InformationSet
from elec_pipeline.domain.inputs import INPUTS, TEMPERATURE
from elec_pipeline.domain.quantiles import Floats
from elec_pipeline.forecasting.backtest import scores as skill
from elec_pipeline.forecasting.backtest.contestants import RTE
from elec_pipeline.forecasting.backtest.run import back_test
from elec_pipeline.forecasting.checkpoint import load_forecaster
from elec_pipeline.forecasting.degraded import with_only
from elec_pipeline.forecasting.experts.catalogue import CATALOGUE
from elec_pipeline.forecasting.experts.chronos.chronos import CHRONOS
from elec_pipeline.forecasting.experts.expert import Contestant
from elec_pipeline.forecasting.experts.mlp.mlp import MLP
from elec_pipeline.forecasting.experts.naive import SEASONAL_NAIVE
from elec_pipeline.forecasting.experts.ridge.ridge import RIDGE
from elec_pipeline.markdown import markdown_table

SPLITS = {"validation": VALIDATION, "test": TEST}
KNOWN = {"": (), "temperature": (TEMPERATURE,), "weather": INPUTS}
"""Of the inputs, by what a table says that was known."""
COMBINATION = "combination"
"""What is issued: the checkpoint's experts together."""
KNEW = {
    RTE: "RTE's D-1 forecast, published on the evening before, whichever issue is scored",
    COMBINATION: "load up to an hour before the issue, RTE's forecasts published before it, the calendar",
    RIDGE: "the same; this expert of the checkpoint alone",
    MLP: "the same; this expert of the checkpoint alone",
    CHRONOS: "the same; this expert of the checkpoint alone, without the combination's calibration",
    SEASONAL_NAIVE: "the load of the same hour a week before",
}
AS_THE_OTHERS = "the same; fitted on the train days, what is chosen on the validation days"
GROUPS = ("year", "season", "kind_of_day", "hours_of_day")


@dataclass(frozen=True)
class Knowing:
    """A contestant that is shown some inputs alone."""

    contestant: Contestant
    names: Sequence[str]

    @property
    def context_hours(self) -> int:
        """As the contestant's."""
        return self.contestant.context_hours

    def predict(self, sets: Sequence[InformationSet]) -> list[Floats]:
        """Return the contestant's forecasts of what is left."""
        return self.contestant.predict([with_only(each, self.names) for each in sets])


def in_turn(who: Mapping[str, Contestant], *, once: Sequence[str]) -> dict[str, Contestant]:
    """Return each contestant for each of `KNOWN`; some names just once, with what they were fitted to."""
    made = {
        f"{name} with {known}" if known else name: Knowing(contestant, inputs)
        for known, inputs in KNOWN.items()
        for name, contestant in who.items()
        if name not in once
    }
    return made | {
        f"{name} with temperature": who[name] for name in once if name in who and name != SEASONAL_NAIVE
    }


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
    archive = Weather(asked.temperature, asked.cities)
    learn, learn_weather = (read_history(asked.load, VALIDATION[1], each) for each in (None, archive))
    who = contestants(asked.model, learn, asked.experts)
    print(f"# Accuracy on the {asked.split} split, delivery days {first} to {last}\n")
    print(f"Model: {load_forecaster(asked.model).version}. By `python -m benchmarks.accuracy`. Who knew what:\n")
    print("\n".join(f"- {name}: {KNEW.get(name, AS_THE_OTHERS)}" for name in (RTE, *who)))

    known = read_history(asked.load, last)
    frame = back_test(known, first, last, contestants=who).frame
    report("Without weather", frame, groups=GROUPS)
    print("\n### Worst days\n")
    worst = skill.worst_days(frame)
    print(_markdown(worst[worst["forecaster"] == COMBINATION]))

    until = min(last, LAST_WEATHER)
    if "weather" in asked.blocks:
        frame = back_test(
            read_history(asked.load, last, archive),
            first,
            until,
            contestants=in_turn(contestants(asked.model, learn_weather, asked.experts), once=asked.experts),
        ).frame
        report(f"With the archive of weather, which flatters, to {until}", frame, groups=("season", "kind_of_day"))

    if "early" in asked.blocks:
        early = read_history(asked.load, last, archive, early_blur_mw=EARLY_BLUR_MW)
        of_model = in_turn({name: each for name, each in who.items() if name not in asked.experts}, once=())
        frame = back_test(early, first, until, contestants=of_model, issues=[Issue.MORNING]).frame
        title = f"Morning, with a D-1 blurred by {EARLY_BLUR_MW:.0f} MW in the place of D-2, to {until}"
        report(title, frame, groups=("kind_of_day",))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("load", type=Path, help="hourly series of load and RTE's D-1")
    parser.add_argument("temperature", type=Path, help="hourly series of the national temperature")
    parser.add_argument("cities", type=Path, help="hourly series of ten cities' weather")
    parser.add_argument("--split", choices=SPLITS, default="test")
    parser.add_argument("--model", default="", help="a checkpoint's folder; the bundled one if not given")
    fitted = [name for name, entry in CATALOGUE.items() if entry.fit is not None]
    parser.add_argument("--experts", nargs="*", choices=fitted, default=fitted, help="to be fitted and scored too")
    parser.add_argument("--blocks", nargs="*", default=["weather", "early"])
    return parser.parse_args()


if __name__ == "__main__":
    main()
