"""Jumps and spikes of a series in time, and the longest course without any.

Here: arithmetic on one series. Not here: which jumps are too large for which series (`plausibility`).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from elec_pipeline.domain.quantiles import Floats

Flags = npt.NDArray[np.bool_]

_SHOULDER_HOURS = 9.0
"""So near to a jump any single value may be the wrong one."""
_BRIDGE_HOURS = 72.0
"""Two levels are joined by leaving out values beside the jump only where both last longer than this."""
_GAP = 1.5
"""From so many usual steps on, the distance between two values is a gap."""
_LONGEST_LOOK_BACK = 400
"""Pieces of a series that one is compared with: a bridge's length in quarter-hours, and its shoulders."""


def off_course(at: Floats, known: Floats, *, step: float, swing: float, spike: float) -> Flags:
    """Return which values are spikes, or not part of the longest course of the others without a forbidden jump.

    Args:
        at: When each value is, in hours, ascending, shape (n,).
        known: Without NaN, shape (n,).
        step: Greatest change within an hour. Within n hours it is `step` times the root of n, at most `swing`;
            infinite: there is none.
        swing: Greatest change within any time.
        spike: Greatest distance of a value from both its neighbours of at most an hour away, to the same side.

    Returns:
        Shape (n,).

    Example:
        >>> values = np.array([50.0, 51.0, 90.0, 52.0, 8.0, 8.5, 51.0, 50.0, 49.0])
        >>> off_course(np.arange(9.0), values, step=15.0, swing=45.0, spike=10.0).astype(int).tolist()
        [0, 0, 1, 0, 1, 1, 0, 0, 0]
    """
    out = _spikes(at, known, spike) if np.isfinite(spike) else np.zeros(len(known), dtype=bool)
    if np.isfinite(step):
        out[~out] = _off_longest_course(at[~out], known[~out], step, swing)
    return out


def _spikes(at: Floats, known: Floats, height: float) -> Flags:
    """Return which values are farther than that from both neighbours, to the same side."""
    out = np.zeros(len(known), dtype=bool)
    if len(known) < 3:  # noqa: PLR2004 - none has two neighbours
        return out
    steps = np.where(np.diff(at) <= 1, np.diff(known), 0.0)
    up, down = np.maximum(steps, 0), np.maximum(-steps, 0)
    out[1:-1] = np.maximum(np.minimum(up[:-1], down[1:]), np.minimum(down[:-1], up[1:])) > height
    return out


def _off_longest_course(at: Floats, known: Floats, step: float, swing: float) -> Flags:
    """Return which values are not part of the longest course without a forbidden jump.

    A course may leave out all between two jumps. It may also leave out single values beside a jump, and each place
    where it does counts as `_BRIDGE_HOURS` lost: so a level between two jumps is left out whole, rather than
    joined to what is around it by leaving out its ends.
    """
    none = np.zeros(len(known), dtype=bool)
    if len(known) < 2:  # noqa: PLR2004 - nothing to jump from
        return none
    gap = np.diff(at)
    jumps = np.flatnonzero(np.abs(np.diff(known)) > _allowed(gap, step, swing))
    if not len(jumps):
        return none
    # Borders, jumps and gaps, are free to end and begin at. Elsewhere a course leaves a piece at its end, and
    # near a jump every value is a piece of its own.
    near = np.searchsorted(at, [at[jumps] - _SHOULDER_HOURS, at[jumps + 1] + _SHOULDER_HOURS])
    depth = np.zeros(len(known) + 1, dtype=np.int64)
    np.add.at(depth, near[0], 1)
    np.add.at(depth, near[1], -1)
    cuts = np.flatnonzero((np.cumsum(depth)[: len(known)] > 0)[:-1])
    first = np.concatenate([[0], cuts + 1])
    last = np.concatenate([cuts, [len(known) - 1]])
    steps = gap[gap > 0]  # parts of one interval are at one time
    border = np.zeros(len(gap), dtype=bool)
    border[jumps] = True
    border |= gap > _GAP * np.median(steps)
    begins = np.concatenate([[True], border])[first]
    ends = np.concatenate([border, [True]])[last]
    bridge = _BRIDGE_HOURS / float(np.median(steps)) * len(gap) / len(steps)
    score = (last - first + 1).astype(np.float64)  # of the best course that ends with each piece
    before = np.full(len(first), -1)
    for piece in range(1, len(first)):
        low = max(0, piece - _LONGEST_LOOK_BACK)
        away = at[first[piece]] - at[last[low:piece]]
        fits = np.abs(known[first[piece]] - known[last[low:piece]]) <= _allowed(away, step, swing)
        gained = np.where(fits, score[low:piece], -np.inf)
        if begins[piece]:
            gained -= np.where(ends[low:piece], 0.0, bridge)
        else:
            gained[:-1] -= bridge
        best = int(np.argmax(gained))
        if gained[best] > 0:
            before[piece] = low + best
            score[piece] += gained[best]
    out = ~none
    piece = int(np.argmax(score))
    while piece >= 0:
        out[first[piece] : last[piece] + 1] = False
        piece = int(before[piece])
    return out


def _allowed(gap: Floats, step: float, swing: float) -> Floats:
    """Return the greatest change within so many hours."""
    return np.asarray(np.minimum(step * np.sqrt(gap), swing))
