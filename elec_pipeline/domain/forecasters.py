"""The names under which forecasters are scored. Pure.

Here: from an issue, or one expert of it, to its name and back, the same in the table of scores, the API and the
pages. Not here: RTE's names (`rte_bar`, `rte_debiased`), and which experts there are: that the checkpoint says.

Our own forecast is named after its issue: `chronos_evening`. An expert that went into it: `expert_ridge_evening`.
What was said within the day, so many hours ahead: `intraday_3h`; so many days ahead: `week_ahead_d5`,
beside RTE's: `rte_weekly_d5`.
Scored by the quarter-hour, a name ends in `_15min`: `rte_d1_15min`.
The prefix tells an expert called `chronos` from the whole.
"""

from __future__ import annotations

from elec_pipeline.domain.delivery_day import Issue

SEASONAL_NAIVE = "seasonal_naive"
"""The same hour a week before."""
EXPERT_PREFIX = "expert_"


def ours(issue: Issue) -> str:
    """Return the name of our own forecast.

    Example:
        >>> ours(Issue.EVENING)
        'chronos_evening'
    """
    return f"chronos_{issue}"


def of_expert(expert: str, issue: Issue) -> str:
    """Return the name of what one expert said at an issue.

    Example:
        >>> of_expert("ridge", Issue.MORNING)
        'expert_ridge_morning'
    """
    return f"{EXPERT_PREFIX}{expert}_{issue}"


SCORED_LEADS = (1, 2, 3, 6, 12)
"""Hours: of the issues within the day, those that are scored; 1 is the hour that runs when the issue is made."""


def within_day(lead: int) -> str:
    """Return the name of what the issues within the day said so many hours ahead.

    Example:
        >>> within_day(3)
        'intraday_3h'
    """
    return f"intraday_{lead}h"


def days_ahead(lead: int) -> str:
    """Return the name of what the issues of the week ahead said so many days ahead.

    Example:
        >>> days_ahead(7)
        'week_ahead_d7'
    """
    return f"week_ahead_d{lead}"


def rte_days_ahead(lead: int) -> str:
    """Return the name of RTE's weekly forecast so many days ahead, as it was known on that morning.

    Example:
        >>> rte_days_ahead(3)
        'rte_weekly_d3'
    """
    return f"rte_weekly_d{lead}"


QUARTER_SUFFIX = "_15min"


def by_quarter(forecaster: str) -> str:
    """Return the name under which a forecaster is scored by the quarter-hour.

    Example:
        >>> by_quarter("rte_d1")
        'rte_d1_15min'
    """
    return f"{forecaster}{QUARTER_SUFFIX}"


def expert_of(forecaster: str) -> tuple[str, Issue] | None:
    """Return the expert and the issue that a name stands for; None where it is no expert's.

    Example:
        >>> expert_of("expert_two_words_evening"), expert_of("chronos_evening"), expert_of("expert_ridge")
        (('two_words', <Issue.EVENING: 'evening'>), None, None)
    """
    expert, _, issue = forecaster.removeprefix(EXPERT_PREFIX).rpartition("_")
    if not forecaster.startswith(EXPERT_PREFIX) or not expert or issue not in set(Issue):
        return None
    return expert, Issue(issue)
