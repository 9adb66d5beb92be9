"""Forecasts as RTE makes them, seen from their errors.

Here: the relative errors of ID, D-1 (first and revised), D-2 and the weekly forecasts. Not here: the load that
they are errors of.

The errors are what a better forecaster lives on: they last from hour to hour and from day to day, and they
have a bias by hour of the day that wanders over weeks. Sizes follow RTE's own: a D-1 MAPE of about 2 %, with
D-2 about 1.4 times worse and ID about half; the weekly forecasts grow worse from there, to about 5 % at D-9.
"""

from __future__ import annotations

import numpy as np

from elec_pipeline.domain.quantiles import Floats
from elec_pipeline.simulator.noise import Ints, drift
from elec_pipeline.simulator.publication import Revision
from elec_pipeline.simulator.synthetic_load import local_clock
from elec_pipeline.simulator.weather import DAY_S

_BIAS_HOURS = 2
_BIAS_KNOTS = 24 // _BIAS_HOURS
_REVISIONS = {
    Revision.NIGHT: (0.97, "forecast/revision/night"),
    Revision.MORNING: (0.93, "forecast/revision"),
    Revision.AFTERNOON: (0.92, "forecast/revision/afternoon"),
}


def _bias_by_hour(seed: int, epoch_s: Ints) -> Floats:
    """Return an error of standard deviation 1 that depends on the Paris hour and changes over weeks."""
    position = (local_clock(epoch_s) % DAY_S) / (3600 * _BIAS_HOURS)
    knot = np.floor(position).astype(np.int64)
    wanders = np.array([drift(seed, f"forecast/bias/{hour}", epoch_s, 30 * DAY_S) for hour in range(_BIAS_KNOTS)])
    here = np.arange(epoch_s.size)
    angle = (position - knot) * (np.pi / 2)
    before = wanders[knot % _BIAS_KNOTS, here] * np.cos(angle)
    return np.asarray(before + wanders[(knot + 1) % _BIAS_KNOTS, here] * np.sin(angle))


def day_ahead_error(seed: int, epoch_s: Ints) -> Floats:
    """Return the relative error of the first D-1 vintage: (forecast - load) / load.

    Args:
        seed: Seed of the world.
        epoch_s: Starts of quarter-hours, seconds since 1970 UTC, shape (n,).

    Returns:
        Relative errors, shape (n,), standard deviation about 0.025.
    """
    error = 0.0135 * _bias_by_hour(seed, epoch_s)
    error += 0.0145 * drift(seed, "forecast/days", epoch_s, 2 * DAY_S)
    error += 0.0150 * drift(seed, "forecast/hours", epoch_s, 4 * 3600)
    return error


def day_ahead_revised_error(
    seed: int, epoch_s: Ints, revision: Revision = Revision.MORNING, first: Floats | None = None
) -> Floats:
    """Return the relative error of the D-1 forecast after a revision.

    Args:
        seed: Seed of the world.
        epoch_s: Starts of quarter-hours, seconds since 1970 UTC, shape (n,).
        revision: Which.
        first: Errors of the first vintage, where they are at hand.

    Returns:
        Relative errors, shape (n,), a little smaller than those of the vintages before.
    """
    share, stream = _REVISIONS[revision]
    before = day_ahead_error(seed, epoch_s) if first is None else first
    return np.asarray(share * before + 0.003 * drift(seed, stream, epoch_s, 6 * 3600))


def two_days_ahead_error(seed: int, epoch_s: Ints) -> Floats:
    """Return the relative error of the D-2 forecast: that of D-1 and as much again of its own.

    Args:
        seed: Seed of the world.
        epoch_s: Starts of quarter-hours, seconds since 1970 UTC, shape (n,).

    Returns:
        Relative errors, shape (n,), about 1.4 times those of D-1 and correlated with them.
    """
    own = 0.018 * drift(seed, "forecast/two-days", epoch_s, 1.5 * DAY_S)
    own += 0.016 * drift(seed, "forecast/two-days/hours", epoch_s, 6 * 3600)
    return np.asarray(day_ahead_error(seed, epoch_s) + own)


def weekly_error(seed: int, epoch_s: Ints, lead: int, two_days: Floats | None = None) -> Floats:
    """Return the relative error of the weekly forecast that is made some days before.

    Args:
        seed: Seed of the world.
        epoch_s: Starts of quarter-hours, seconds since 1970 UTC, shape (n,).
        lead: Days before the delivery day, 3 to 9.
        two_days: Errors of D-2, where they are at hand.

    Returns:
        Relative errors, shape (n,): those of D-2 and more of its own with every day of lead.
    """
    own = 0.016 * drift(seed, "forecast/weekly", epoch_s, 3 * DAY_S)
    own += 0.008 * drift(seed, f"forecast/weekly/{lead}", epoch_s, DAY_S)
    before = two_days_ahead_error(seed, epoch_s) if two_days is None else two_days
    return np.asarray(before + np.sqrt(lead - 2) * own)


def intraday_error(seed: int, epoch_s: Ints) -> Floats:
    """Return the relative error of the ID forecast.

    Args:
        seed: Seed of the world.
        epoch_s: Starts of quarter-hours, seconds since 1970 UTC, shape (n,).

    Returns:
        Relative errors, shape (n,), about half of those of D-1.
    """
    own = 0.008 * drift(seed, "forecast/intraday", epoch_s, 2 * 3600)
    return np.asarray(0.35 * day_ahead_error(seed, epoch_s) + own)
