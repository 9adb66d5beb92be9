"""What happens at which time of the day, Paris wall clock: every schedule, text and rule takes it from here.

Here: the times, and how they are written. Not here: the instants of a delivery day (`delivery_day`), what a run
does (`defs.schedules`), and times that RTE alone decides (`vintages`).
"""

from __future__ import annotations

from datetime import time, timedelta

RTE_WEEKLY = time(9, 35)
"""RTE's weekly forecasts are read before the morning issue; at which time they come out is not known."""
MORNING_ISSUE = time(10, 0)
"""Before the gate closure of the day-ahead auction."""
GATE_CLOSURE = time(12, 0)
"""Orders for tomorrow are in by then: the day-ahead auction closes."""
EVENING_ISSUE = time(20, 30)
"""Once RTE's D-1 forecast is out."""
ACTUALS = time(2, 0)
"""Yesterday's consumption is read; each issue reads today's so far."""
RTE_FORECAST = time(20, 0)
"""RTE's D-1 forecast of tomorrow is out at the latest, and read."""
INTRADAY_MINUTE = 10
"""Of each hour: RTE has shown what was consumed in the hour before; the hours ahead are forecast again."""
RECONCILE = time(3, 10)
HOUSEKEEPING = time(3, 40)
BACKUP = time(3, 50)
RETRAIN = time(4, 10)

GRACE = timedelta(hours=1)
"""How long after its time a schedule is left to bring what it brings."""


def written(moment: time) -> str:
    """Return a time as texts have it.

    Example:
        >>> written(time(7, 5))
        '07:05'
    """
    return f"{moment:%H:%M}"


def cron(moment: time, *, day_of_month: int | None = None) -> str:
    """Return the cron string of a schedule that runs each day at a time, or each month.

    Example:
        >>> cron(time(20, 30)), cron(time(4, 10), day_of_month=3)
        ('30 20 * * *', '10 4 3 * *')
    """
    return f"{moment.minute} {moment.hour} {day_of_month or '*'} * *"


def longest_pause(moments: list[time]) -> timedelta:
    """Return the longest time between two of some times of the day, each of which comes every day.

    Example:
        >>> str(longest_pause([ACTUALS, time(10), time(20, 30)]))
        '10:30:00'
    """
    since_midnight = sorted(timedelta(hours=each.hour, minutes=each.minute) for each in moments)
    later = [*since_midnight[1:], since_midnight[0] + timedelta(days=1)]
    return max(after - before for before, after in zip(since_midnight, later, strict=True))
