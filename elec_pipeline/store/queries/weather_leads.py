"""Which rows of `weather_forecasts` are read for issues that look some days ahead.

Here: the condition, as SQL. Not here: how old a forecast may be (`domain.weather_leads`), and the queries.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import ColumnElement, and_, or_

from elec_pipeline.domain.delivery_day import HOUR
from elec_pipeline.domain.input_names import TEMPERATURE, WEATHER
from elec_pipeline.domain.weather_leads import FALLBACK_DAYS, LONGEST_LEAD_DAYS, previous_run_age
from elec_pipeline.store.queries.frames import paris_day
from elec_pipeline.store.tables import weather_forecasts

_DAY = timedelta(days=1)


def within_leads(leads_days: int) -> ColumnElement[bool]:
    """Return the condition on rows that previous runs of at most some days and live forecasts of that time fulfil.

    Previous runs of more days are known by their age and by holding the temperature alone: a row that a live fetch
    left is never taken for one, even where it is as old to the second.

    Args:
        leads_days: The longest previous run that is read, 2 to 7. Live forecasts are read that were known at most
            `domain.weather_leads.FALLBACK_DAYS` Paris days more before the day of their hour.
    """
    table, most_days = weather_forecasts, leads_days + FALLBACK_DAYS
    age = table.c.hour_start - table.c.issued_at
    days_before = paris_day(table.c.hour_start) - paris_day(table.c.issued_at)
    # To find the Paris days of a row takes as long as to read it: only where its age leaves both open.
    surely, at_most = most_days * _DAY - HOUR, (most_days + 1) * _DAY + HOUR
    is_recent = or_(age <= surely, and_(age <= at_most, days_before <= most_days))
    longer = [previous_run_age(days) for days in range(leads_days + 1, LONGEST_LEAD_DAYS + 1)]
    holds_more = [table.c[name].is_not(None) for name in WEATHER if name != TEMPERATURE]
    return and_(is_recent, or_(*holds_more, age.not_in([each for each in longer if each <= at_most])))
