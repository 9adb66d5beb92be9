"""Autocorrelated noise with random access: the value of an instant depends on the instant and the seed alone.

Here: Gaussian noise computed from hashes. Not here: what the noise is added to.

An autoregressive process would have to be run from its beginning to be read at its end. Here independent
Gaussian knots stand at the multiples of a time scale, each drawn from a hash of its number, and the noise is
interpolated between its two neighbouring knots.
"""

from __future__ import annotations

import hashlib
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from elec_pipeline.domain.quantiles import Floats

Ints: TypeAlias = NDArray[np.int64]

_WEYL = np.uint64(0x9E3779B97F4A7C15)


def _mixed(state: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Scramble 64-bit words: the finaliser of SplitMix64 (Steele, Lea and Flood, 2014)."""
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return state ^ (state >> np.uint64(31))


def _uniform(words: NDArray[np.uint64]) -> Floats:
    """Return numbers strictly between 0 and 1 from the upper 52 bits of each word."""
    return ((words >> np.uint64(12)).astype(np.float64) + 0.5) / 2.0**52


def gaussian(seed: int, stream: str, numbers: Ints) -> Floats:
    """Return independent standard Gaussian draws, one per number, always the same for the same number.

    Args:
        seed: Seed of the world.
        stream: Name of the noise; two names give independent draws.
        numbers: Numbers of the draws, shape (n,).

    Returns:
        Draws, shape (n,).

    Example:
        >>> draws = gaussian(1, "a", np.arange(10))
        >>> bool((gaussian(1, "a", np.array([7])) == draws[7]).all())
        True
    """
    digest = hashlib.blake2b(f"{seed}/{stream}".encode(), digest_size=8).digest()
    key = np.full(numbers.shape, int.from_bytes(digest, "little"), dtype=np.uint64)
    words = _mixed(numbers.astype(np.uint64) * _WEYL + key)
    radius = np.sqrt(-2.0 * np.log(_uniform(words)))
    angle = 2.0 * np.pi * _uniform(_mixed(words ^ _WEYL))
    return np.asarray(radius * np.cos(angle))


def drift(seed: int, stream: str, epoch_s: Ints, scale_s: float) -> Floats:
    """Return noise of mean 0 and standard deviation 1 that loses its memory over about two time scales.

    Args:
        seed: Seed of the world.
        stream: Name of the noise.
        epoch_s: Instants, seconds since 1970 UTC, shape (n,).
        scale_s: Distance of the knots, seconds.

    Returns:
        Noise, shape (n,).
    """
    if epoch_s.size == 0:
        return np.empty(0)
    position = epoch_s / scale_s
    knot = np.floor(position).astype(np.int64)
    first = int(knot.min())
    knots = gaussian(seed, stream, np.arange(first, int(knot.max()) + 2, dtype=np.int64))
    # A quarter circle instead of a straight line: the squares of the weights sum to one, so that the variance
    # is the same between two knots as on them.
    angle = (position - knot) * (np.pi / 2)
    return np.asarray(knots[knot - first] * np.cos(angle) + knots[knot - first + 1] * np.sin(angle))
