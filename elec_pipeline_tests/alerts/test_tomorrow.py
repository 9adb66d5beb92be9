"""What a trader is told of tomorrow, from which level on, in which words, and until when."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime, timedelta

import pandas as pd
import pytest
from pydantic import SecretStr
from sqlalchemy import Engine

from elec_pipeline.alerts.facts import NOTICES, Facts, Kind, Problem, Tomorrow
from elec_pipeline.alerts.ledger import Delivery, Entry, Event, changes, due_messages
from elec_pipeline.alerts.reading import read_facts
from elec_pipeline.alerts.rules import problems
from elec_pipeline.alerts.texts import in_line, in_short, message
from elec_pipeline.alerts.tomorrow import read_tomorrow
from elec_pipeline.alerts.watch import lasting, watch
from elec_pipeline.domain.day_summary import Gap, Peak
from elec_pipeline.domain.delivery_day import HOUR, day_start, hours
from elec_pipeline.domain.moved import Moved
from elec_pipeline.settings import Settings
from elec_pipeline.settings_alerts import Language
from elec_pipeline.settings_notices import Levels
from elec_pipeline.store import alert_reads
from elec_pipeline.store.forecasts import write_vintages
from elec_pipeline_tests.alerts.conftest import Receiver
from elec_pipeline_tests.conftest import every_day_length
from elec_pipeline_tests.dashboard.test_why import UTC_US, fill

DAY = date(2025, 1, 15)
AT = day_start(DAY) + 18 * HOUR
NOW = day_start(DAY) - 3 * HOUR
LEVELS = Levels(change_mean_mw=1000, change_hour_mw=2000)
both_languages = pytest.mark.parametrize("language", list(Language))


def gap(n_hours: int) -> Gap:
    return Gap(AT, -2300.4, AT - HOUR, AT, 24, n_hours)


def moved(mean_mw: float, most_mw: float, driver: str | None = "rte") -> Moved:
    return Moved(NOW - 10 * HOUR, mean_mw, most_mw, AT, driver, -700.2)


def facts(levels: Levels, **more: object) -> Facts:
    return Facts(NOW, tomorrow=Tomorrow(DAY, **more), levels=levels)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "levels", "below", "above"),
    [
        (Kind.RTE_OUTSIDE, Levels(rte_hours=4), {"gap": gap(3)}, {"gap": gap(4)}),
        (Kind.CHANGED, LEVELS, {"moved": moved(-999, 1999)}, {"moved": moved(-1000, 1999)}),
        (Kind.CHANGED, LEVELS, {"moved": moved(0, -1999)}, {"moved": moved(0, -2000)}),
        (Kind.COLD, Levels(), {"temperature_c": 1.0}, {"temperature_c": 0.9}),
        (Kind.COLD, Levels(), {"temperature_c": 5.1, "usual_c": 11.0}, {"temperature_c": 5.0, "usual_c": 11.0}),
        (Kind.COLD, Levels(), {"temperature_c": 15.0, "usual_c": 25.0}, {"temperature_c": 14.9, "usual_c": 25.0}),
        (
            Kind.PEAK,
            Levels(peak_mw=80_000),
            {"peak": Peak(AT, 79_999, 7e4, 9e4)},
            {"peak": Peak(AT, 80_000, 7e4, 9e4)},
        ),
    ],
)
def test_each_notice_has_its_level_and_is_of_its_day(
    kind: Kind, levels: Levels, below: dict[str, object], above: dict[str, object]
) -> None:
    assert problems(facts(levels, **below)) == []
    [found] = problems(facts(levels, **above))
    assert (found.key, found.kind, found.facts["day"]) == (f"{kind}/{DAY}", kind, str(DAY))


EVERYTHING = {
    "gap": gap(24),
    "moved": moved(-9000, 9000),
    "peak": Peak(AT, 99_000, float("nan"), float("nan")),
    "temperature_c": -9.0,
    "usual_c": 9.0,
}
OFF = Levels(rte_hours=0, change_mean_mw=0, change_hour_mw=0, cold_c=-60, colder_by_c=0)


def test_each_notice_can_be_switched_off_and_the_peak_is_off_until_it_is_set() -> None:
    assert problems(facts(OFF, **EVERYTHING)) == []
    assert {found.kind for found in problems(facts(Levels(), **EVERYTHING))} == NOTICES - {Kind.PEAK}
    assert problems(facts(Levels(peak_mw=1))) == []  # nothing is known
    assert problems(Facts(NOW)) == []


def entry(problem: Problem, *, closed_at: datetime | None = None) -> Entry:
    return Entry(1, problem.key, problem.kind, NOW, NOW, closed_at, 0, problem.facts)


SAID = {
    Language.ENGLISH: {
        Kind.RTE_OUTSIDE: "in 24 of 24 hours. The largest gap: ours is −2,300 MW against RTE's at 18–19 h.",
        Kind.CHANGED: "by −9,000 MW on average, most by +9,000 MW at 18–19 h, mainly by RTE's forecast (−700 MW).",
        Kind.COLD: "−9.0 °C on average in France are forecast; the two weeks before: 9.0 °C.",
        Kind.PEAK: "99,000 MW are forecast at 18–19 h; the level set is 80,000 MW.",
    },
    Language.FRENCH: {
        Kind.RTE_OUTSIDE: "pendant 24 heures sur 24. L'écart le plus grand : la nôtre est à −2\u202f300 MW",
        Kind.CHANGED: "de +9\u202f000 MW à 18–19 h, surtout par la prévision de RTE (−700 MW).",
        Kind.COLD: "−9,0 °C en moyenne en France sont prévus ; les deux semaines d'avant : 9,0 °C.",
        Kind.PEAK: "99\u202f000 MW sont prévus à 18–19 h ; le seuil réglé est 80\u202f000 MW.",
    },
}


@both_languages
def test_a_notice_says_its_figures_and_what_to_look_at_in_both_languages(language: Language) -> None:
    found = problems(facts(Levels(peak_mw=80_000), **EVERYTHING))
    for problem in found:
        recorded = replace(problem, facts=json.loads(json.dumps(problem.facts, allow_nan=False)))
        title, body = message(entry(recorded), Event.OPENED, language)
        assert SAID[language][problem.kind] in body.replace("\xa0", " ")
        assert str(DAY) in title
        assert "{" not in title + body
        assert in_short(entry(recorded), language)
        line = in_line(entry(recorded), language)
        assert "{" not in line
        assert str(DAY) not in line
    assert len(found) == len(NOTICES)


def test_what_is_not_known_is_left_out_of_the_sentence() -> None:
    known = facts(
        Levels(peak_mw=1), moved=moved(9000, 9000, None), temperature_c=0.0, peak=Peak(AT, 9e4, 8e4, 95e3)
    )
    said = {problem.kind: in_short(entry(problem), Language.ENGLISH) for problem in problems(known)}
    assert said[Kind.CHANGED].endswith("at 18–19 h.")
    assert said[Kind.COLD].endswith("0.0 °C on average in France are forecast.")
    assert "at 18–19 h (80%: 80,000 to 95,000 MW); the" in said[Kind.PEAK]


@every_day_length
def test_a_notice_is_over_when_its_day_begins_and_nobody_is_told_of_that(day: date, n_hours: int) -> None:
    assert n_hours
    begins = day_start(day)
    cold = Problem(f"cold/{day}", Kind.COLD, {"day": str(day), "temperature_c": 0.0})
    seen = Entry(1, cold.key, cold.kind, begins - 9 * HOUR, begins - HOUR / 6, None, 5, cold.facts)
    before, after = begins - timedelta(seconds=1), begins
    assert changes([seen], [], before, looked_at=set(Kind)).closed == []
    assert changes([seen], [], after, looked_at=set(Kind)).closed == [1]
    told = Delivery(1, Event.OPENED, "a", 1, seen.opened_at, seen.opened_at, seen.opened_at, "")
    assert [due.event for due in due_messages([seen], [], ["a"], before)] == [Event.OPENED]
    assert due_messages([seen], [], ["a"], after) == []
    assert due_messages([replace(seen, closed_at=after)], [told], ["a"], after) == []
    [due] = due_messages([replace(seen, closed_at=before)], [told], ["a"], after)
    assert due.event is Event.OVER  # it passed while it could still be traded on


def test_between_two_watches_a_notice_of_a_day_that_has_begun_is_not_shown_as_open(engine: Engine) -> None:
    cold = Problem(f"cold/{DAY}", Kind.COLD, {"day": str(DAY), "temperature_c": 0.0})
    for moment, is_open in ((NOW, True), (day_start(DAY), False)):
        if is_open:
            watch(engine, Settings(), [cold], moment, looked_at=set(Kind))
        with engine.connect() as connection:
            assert [each.closed_at is None for each in lasting(connection, moment)] == [is_open]
            assert alert_reads.recorded_alerts(connection, NOW)[0].closed_at is None


@every_day_length
def test_what_is_forecast_of_tomorrow_is_read_from_the_store(engine: Engine, day: date, n_hours: int) -> None:
    fill(engine, day)
    rte = pd.DataFrame({"hour_start": hours(day), "published_at": NOW, "load_mw": 51_000.0})
    write_vintages(engine, rte.astype({"published_at": UTC_US}).assign(forecast_type="D-1"), source="simulator")
    with engine.connect() as connection:
        found = read_tomorrow(connection, day)
        empty = read_tomorrow(connection, day + timedelta(days=30))
    assert found.peak is not None
    assert found.peak.load_mw == 50_000  # the evening's
    assert found.moved is not None
    assert (found.moved.most_mw, found.moved.driver) == (-400, "others")
    assert found.gap is not None
    assert (found.gap.difference_mw, found.gap.hours) == (-1000, n_hours)
    assert found.temperature_c == pytest.approx(8, abs=0.01)
    assert found.usual_c is None  # one day of fourteen
    assert empty == Tomorrow(day + timedelta(days=30))


def test_the_watch_tells_of_tomorrow_from_the_levels_of_the_settings_on(
    engine: Engine, receiver: Receiver
) -> None:
    fill(engine, DAY)  # the highest hour of the evening issue is 50,000 MW
    for level, expected in ((50_001, []), (50_000, [f"a high peak on {DAY}"])):
        here = Settings(elec_alert_peak_mw=level, elec_alerts=SecretStr(receiver.url))
        found = [each for each in problems(read_facts(engine, here, NOW, [], {})) if each.kind in NOTICES]
        watch(engine, here, found, NOW)
        assert receiver.titles == expected
    assert "\nWhat to do: look at the hours round the peak" in receiver.messages[0]["message"]
