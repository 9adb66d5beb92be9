"""What the accuracy page says of the experts, whatever they are called."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import pytest
from sqlalchemy import Engine
from streamlit.testing.v1 import AppTest

from dashboard.experts import board
from dashboard.language import Language
from dashboard.texts import Texts
from elec_pipeline.domain.delivery_day import Issue
from elec_pipeline.forecasting.checkpoint import card_of
from elec_pipeline.store.forecasts import write_accuracy
from elec_pipeline_tests.conftest import every_day_length

DAY = timedelta(days=1)
FIRST, LAST = date(2025, 10, 24), date(2025, 10, 26)
_TOKENS = iter(range(100))


def scores(day: date, n_hours: int = 24, **mape: float) -> pd.DataFrame:
    """Return rows of `forecast_accuracy` of one day."""
    rows = [(day, name, each, 500 * each, 600 * each, -100 * each, n_hours) for name, each in mape.items()]
    return pd.DataFrame(
        rows, columns=["delivery_day", "forecaster", "mape", "mae_mw", "rmse_mw", "bias_mw", "hours"]
    )


@every_day_length
def test_all_are_scored_on_the_same_days_by_their_hours(day: date, n_hours: int) -> None:
    made = pd.concat(
        [
            scores(day - 3 * DAY, chronos_evening=9.0, rte_d1=9.0, expert_former_evening=9.0),
            scores(day - 2 * DAY, chronos_evening=9.0, rte_d1=9.0),  # an expert is not scored
            scores(day - DAY, chronos_evening=1.0, rte_d1=2.0, expert_mlp_evening=3.0, expert_mlp_morning=8.0),
            scores(day, n_hours, chronos_evening=2.0, rte_d1=4.0, expert_mlp_evening=1.0, expert_mlp_morning=8.0),
        ]
    )
    before = 24
    table = board(made, Issue.EVENING)
    assert table.index.tolist() == ["chronos_evening", "expert_mlp_evening", "rte_d1"]
    expected = [(before * 1 + n_hours * 2), (before * 3 + n_hours * 1), (before * 2 + n_hours * 4)]
    assert table["mape"].tolist() == pytest.approx([each / (before + n_hours) for each in expected])
    assert table["ratio"].tolist() == pytest.approx([each / expected[2] for each in expected])
    assert table["bias_mw"].tolist() == pytest.approx([-100 * each for each in table["mape"]])
    assert set(table["days"]) == {2}
    short = pd.concat([made, scores(day, n_hours - 1, rte_debiased=1.0)])
    assert board(short, Issue.EVENING).empty  # it is not known on the same hours
    assert board(made, Issue.MORNING)["mape"].to_dict()["expert_mlp_morning"] == 8.0
    assert board(made[~made["forecaster"].str.startswith("expert")], Issue.EVENING).empty
    assert board(made.iloc[:0], Issue.EVENING).empty


def page(monkeypatch: pytest.MonkeyPatch, engine: Engine, language: str) -> AppTest:
    """Run the part of the page that tells of the experts."""
    from dashboard import store

    monkeypatch.setattr(store, "engine", lambda: engine)

    def shown(language: str, token: str, days: str) -> None:
        from types import SimpleNamespace

        from dashboard.language import Language
        from dashboard.span import span
        from dashboard.texts import Texts
        from dashboard.views.experts import show

        frame = SimpleNamespace(version=token, texts=Texts(Language(language)))
        show(frame, span(days, None))  # type: ignore[arg-type] # what they read

    token = f"experts {next(_TOKENS)}"
    app = AppTest.from_function(shown, args=(language, token, f"{FIRST}..{LAST}"), default_timeout=30).run()
    assert not app.exception
    return app


@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("en", ["Dense network", "oracle", "Ours, evening (20:30)", "RTE D-1, debiased", "RTE D-1"]),
        ("fr", ["Réseau dense", "oracle", "La nôtre, soir (20:30)", "RTE J-1, débiaisée", "RTE J-1"]),
    ],
)
def test_the_page_shows_each_expert_the_references_and_the_weights(
    monkeypatch: pytest.MonkeyPatch, engine: Engine, language: str, names: list[str]
) -> None:
    evening = {"expert_mlp_evening": 1.0, "expert_oracle_evening": 1.2, "chronos_evening": 1.3}
    for day in (FIRST, LAST):
        write_accuracy(engine, scores(day, 24, **evening, rte_debiased=1.5, rte_d1=2.0, chronos_morning=3.0))
    app = page(monkeypatch, engine, language)
    board_shown, weights_shown = (each.value for each in app.dataframe)
    texts = Texts(Language(language))
    assert board_shown.index.tolist() == names
    assert board_shown[texts("mape")].tolist() == pytest.approx([1.0, 1.2, 1.3, 1.5, 2.0])
    assert board_shown[texts("ratio")].tolist() == pytest.approx([0.5, 0.6, 0.65, 0.75, 1.0])
    said = "\n".join(str(each.value) for each in app.caption)
    assert ("on the 2 days" if language == "en" else "sur les 2 jours") in said

    combination = card_of("")["combination"]
    assert card_of("")["version"] in said
    experts = [texts.expert(name) for name in combination["experts"]]
    assert weights_shown.columns.tolist() == [*experts, texts("late_errors")]
    assert len(weights_shown) == len(combination["blends"])
    assert weights_shown.index[0] == texts("situation_evening")
    for row, blend in zip(weights_shown.to_numpy(), combination["blends"].values(), strict=True):
        assert [cell.split("/")[0].strip("\u202f% ") for cell in row[:-1]] == [
            f"{100 * blend['medians'].get(name, 0.0):.0f}" for name in combination["experts"]
        ]
        assert row[-1].split("/")[1].strip("\u202f% ") == f"{100 * blend['late']:.0f}"

    morning = app.segmented_control(key="accuracy.experts").set_value(Issue.MORNING).run()
    assert texts("experts_none") in [each.value for each in morning.info]


def test_experts_are_called_by_their_own_name_where_there_is_no_other() -> None:
    for language in Language:
        texts = Texts(language)
        assert texts.forecaster("expert_two_words_morning") == texts.expert("two_words") == "two_words"
        for name in ("ridge", "chronos", "mlp", "boosting"):
            assert texts.expert(name) not in (name, f"expert_{name}")
