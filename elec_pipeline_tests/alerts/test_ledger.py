"""When a problem opens, when it is over, and which messages are due."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from elec_pipeline.alerts.facts import Kind, Problem
from elec_pipeline.alerts.ledger import GIVE_UP, Changes, Delivery, Entry, Event, changes, due_messages

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
RUN = Problem("run/x", Kind.RUN)
STALE = Problem("stale/x", Kind.STALE)


def entry(problem: Problem = RUN, *, hours: float = 0, closed: bool = False, flaps: int = 0) -> Entry:
    """A problem that was seen from 06:00 for so many hours."""
    begin = NOW - 6 * HOUR
    seen = begin + hours * HOUR
    return Entry(1, problem.key, problem.kind, begin, seen, seen + HOUR if closed else None, flaps, {})


def test_one_that_lasts_opens_once() -> None:
    assert changes([], [RUN], NOW, looked_at=set(Kind)).opened == [(RUN, 0)]
    lasting = changes([entry()], [RUN], NOW, looked_at=set(Kind))
    assert (lasting.opened, lasting.seen, lasting.closed) == ([], {1: RUN}, [])


def test_one_that_is_not_seen_at_the_next_watch_is_over() -> None:
    standing = entry(hours=5)
    assert changes([standing], [], NOW - timedelta(minutes=10), looked_at=set(Kind)).closed == []
    assert changes([standing], [], NOW, looked_at=set(Kind)).closed == [1]


def test_what_was_not_looked_at_is_not_over() -> None:
    assert changes([entry()], [], NOW, looked_at={Kind.DAEMON}) == Changes([], {}, [], [])


def test_what_passes_before_its_time_is_told_of_to_nobody() -> None:
    assert changes([entry(STALE)], [], NOW, looked_at=set(Kind)).dropped == [1]
    assert due_messages([entry(STALE)], [], ["a"], NOW) == []
    assert len(due_messages([entry(STALE, hours=1)], [], ["a"], NOW)) == 1


@pytest.mark.parametrize(("hours", "is_told"), [(47, False), (48, True)])
def test_that_there_is_no_backup_is_told_of_once_it_lasts_two_days(hours: int, *, is_told: bool) -> None:
    new = Problem("no_backup", Kind.NO_BACKUP)
    assert len(due_messages([entry(new, hours=hours)], [], ["a"], NOW + timedelta(days=3))) == is_told
    old = Problem("backup", Kind.BACKUP)
    assert len(due_messages([entry(old)], [], ["a"], NOW)) == 1


@pytest.mark.parametrize("hours_there", [1, 2, 3])
def test_one_that_comes_and_goes_for_ten_days_does_not_flood(hours_there: int) -> None:
    """Each hour a watch; the problem is there for some hours, and away for as many."""
    kept: list[Entry] = []
    n_messages = 0
    for hour in range(240):
        now = NOW + hour * HOUR
        there = [RUN] if hour // hours_there % 2 == 0 else []
        found = changes(kept, there, now, looked_at=set(Kind))
        n_messages += len(found.opened) + len(found.closed)
        kept = [
            replace(each, last_seen_at=now)
            if each.id in found.seen
            else replace(each, closed_at=now)
            if each.id in found.closed
            else each
            for each in kept
        ]
        kept += [Entry(hour, RUN.key, RUN.kind, now, now, None, flaps, {}) for _, flaps in found.opened]
    assert n_messages <= 5


def delivery(event: Event, *, delivered: bool, address: str = "a", tried: datetime = NOW) -> Delivery:
    return Delivery(1, event, address, 1, tried, tried, tried if delivered else None, "")


def events(made: Entry, *sent: Delivery, now: datetime = NOW) -> list[tuple[Event, str]]:
    return [(each.event, each.address) for each in due_messages([made], sent, ["a", "b"], now)]


def test_each_address_is_told_once_of_the_beginning_and_once_of_the_end() -> None:
    opened_a, opened_b = (
        delivery(Event.OPENED, delivered=True),
        delivery(Event.OPENED, delivered=True, address="b"),
    )
    assert events(entry()) == [(Event.OPENED, "a"), (Event.OPENED, "b")]
    assert events(entry(), opened_a) == [(Event.OPENED, "b")]
    assert events(entry(), opened_a, opened_b) == []
    over = entry(closed=True)
    assert events(over, opened_a, opened_b) == [(Event.OVER, "a"), (Event.OVER, "b")]
    assert events(over, opened_a, delivery(Event.OVER, delivered=True)) == []


def test_a_lost_message_is_sent_again_and_at_last_given_up() -> None:
    lost = delivery(Event.OPENED, delivered=False)
    assert (Event.OPENED, "a") in events(entry(), lost)
    assert (Event.OPENED, "a") not in events(entry(), lost, now=NOW + GIVE_UP)


def test_where_the_beginning_was_lost_the_end_is_told_all_the_same() -> None:
    assert events(entry(closed=True), delivery(Event.OPENED, delivered=False)) == [(Event.OVER, "a")]


def test_nobody_is_told_of_the_end_of_what_began_before_there_was_an_address() -> None:
    assert events(entry(closed=True)) == []
