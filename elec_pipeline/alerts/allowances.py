"""What is no problem though it looks like one: a new installation, and the hour that the open data never has.

Here: these exceptions, for all rules. Not here: the rules.
"""

from __future__ import annotations

from datetime import date, timedelta

from elec_pipeline.alerts.facts import Facts
from elec_pipeline.domain.delivery_day import days, hours

SETTLING = timedelta(days=1)
"""After the first forecast: so long a new installation may take to load the days before."""
LEARNING = timedelta(days=8)
"""After the first hour that is there: the week before a forecast, and the day of its issue."""
AUTUMN_HOURS = 25


def is_settling(facts: Facts) -> bool:
    """Say whether a new installation may still be loading the days before."""
    return facts.first_forecast_at is None or facts.now < facts.first_forecast_at + SETTLING


def has_autumn_gap(facts: Facts, first: date, last: date) -> bool:
    """Say whether a range of days lacks an hour that the source never has: the open data's, of a day of 25."""
    return facts.is_open_data and any(len(hours(day)) == AUTUMN_HOURS for day in days(first, last))
