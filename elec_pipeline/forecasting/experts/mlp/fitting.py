"""What the dense networks learn from past delivery days.

Here: the optimisation, with torch, and its settings. Not here: features and days (`features.past_days`), and what
a network says (`networks`).

A run is deterministic for a seed, a kind of processor and a number of threads.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from elec_pipeline.domain.information_set import Situation
from elec_pipeline.domain.quantiles import Floats
from elec_pipeline.forecasting.experts.mlp.networks import Layer, Network, seen_of
from elec_pipeline.forecasting.experts.ridge.coefficients import NOT_BROUGHT_UP_TO_DATE
from elec_pipeline.forecasting.experts.ridge.online_ridge import walked
from elec_pipeline.forecasting.experts.ridge.penalty import SCALES
from elec_pipeline.forecasting.features.past_days import Lessons

if TYPE_CHECKING:
    import torch
    from torch import Tensor

LEAST_DAYS = 180
"""Fewer known days than this teach a network nothing that it could keep."""
MEMBERS = 4
HIDDEN = (128, 64)
BATCH = 512
LEARNING_RATE, WEIGHT_DECAY = 2e-3, 1e-2
FAR = 0.7
"""Errors beyond this many standard deviations count in proportion, not by their square (Huber)."""
LEAST_SPREAD = 0.05
"""So that a feature that is nearly always the same is not blown up."""
TYPICAL_LOAD_MW = 50_000.0
RIDGE_RUNS_IN_DAYS = 365
"""Before that the ridge, walking through the years, has seen too little to be stood on."""


@dataclass(frozen=True)
class Learning:
    """How a network learns.

    Attributes:
        stands_on_ridge: As `Network.stands_on_ridge`.
        epochs: How often it sees every hour.
        dropout: Share of the first layer that is left out at each step.
        half_life_days: Age at which a day counts half.
    """

    stands_on_ridge: bool = False
    epochs: int = 24
    dropout: float = 0.2
    half_life_days: float = 1_500.0


ON_THE_RIDGE = Learning(stands_on_ridge=True, epochs=6, dropout=0.3, half_life_days=4_000.0)
"""Where neither RTE's forecast nor weather is known, there is little to find beyond what the ridge follows week by
week: on the days of 2024 a network beside it was worth nothing, one that corrects it 3.5 %. Elsewhere it is the
other way round."""


def learning_of(lesson: Lessons) -> Learning:
    """Return how a network learns; chosen on 2024, with what was learnt from the years before."""
    return ON_THE_RIDGE if lesson.situation is Situation.ALONE and not lesson.inputs else Learning()


def learnt(lessons: Iterable[Lessons], *, update_days: int, seed: int) -> dict[str, Network]:
    """Return a network for everything that enough days teach, by `features.situations.key`.

    Args:
        lessons: Of every situation with every set of inputs.
        update_days: By which the ridge is brought up to date.
        seed: Of initial weights, batches and dropout.
    """
    made = {}
    for lesson in lessons:
        known = ~np.isnan(lesson.problem.samples.wanted_mw).all(axis=1)
        if known.sum() >= LEAST_DAYS:
            made[lesson.key] = _network(lesson, learning_of(lesson), update_days, seed)
    return made


def _network(lesson: Lessons, learning: Learning, update_days: int, seed: int) -> Network:
    import torch

    samples = lesson.problem.samples
    wanted, ridge = samples.wanted_mw, None
    if learning.stands_on_ridge:
        followed = 0 if lesson.situation in NOT_BROUGHT_UP_TO_DATE else update_days
        ridge = walked(samples, SCALES[lesson.situation], update_days=followed)
        wanted = np.where(_has_run_in(wanted), wanted - ridge, np.nan)
    known = ~np.isnan(wanted.reshape(-1))
    seen = torch.from_numpy(seen_of(samples.features, ridge)[known])
    usual, spread = seen.mean(dim=0), seen.std(dim=0) + LEAST_SPREAD
    size_mw = float(wanted.reshape(-1)[known].std())
    goal = torch.from_numpy((wanted.reshape(-1)[known] / size_mw).astype(np.float32))
    weight = torch.from_numpy(_weights(lesson, learning.half_life_days)[known].astype(np.float32))
    layers = _optimised((seen - usual) / spread, goal, weight / weight.mean(), learning, seed)
    return Network(
        names=lesson.problem.names,
        stands_on_ridge=learning.stands_on_ridge,
        usual=usual.numpy(),
        spread=spread.numpy(),
        size_mw=size_mw,
        layers=tuple(Layer(weight.numpy(), bias.numpy()) for weight, bias in layers),
    )


def _has_run_in(wanted: Floats) -> Floats:
    """Say of each day whether a year has passed since the first that is known, shape (days, 1)."""
    first = int(np.argmin(np.isnan(wanted).all(axis=1)))
    # With less than two years of days it stands on the second half of what there is.
    least = min(RIDGE_RUNS_IN_DAYS, (len(wanted) - first) // 2)
    return np.asarray(np.arange(len(wanted))[:, None] >= first + least)


def _weights(lesson: Lessons, half_life_days: float) -> Floats:
    """Return how much each day and hour counts, shape (days * 24,): errors in percent, less the older they are."""
    load = lesson.problem.samples.load_mw
    age = lesson.day[-1] - lesson.day
    return np.asarray(
        (0.5 ** (age / half_life_days)[:, None] * TYPICAL_LOAD_MW / np.maximum(load, 1.0)).reshape(-1)
    )


def _optimised(
    seen: Tensor, goal: Tensor, weight: Tensor, learning: Learning, seed: int
) -> tuple[tuple[Tensor, Tensor], ...]:
    """Return weight and bias of each layer, for all members, which learn side by side from the same batches."""
    import torch
    from torch.nn import functional

    random = torch.Generator().manual_seed(seed)
    sizes = [seen.shape[1], *HIDDEN, 1]
    layers = [
        tuple(_initial((MEMBERS, rows, out), into, random) for rows in (into, 1)) for into, out in pairwise(sizes)
    ]
    optimiser = torch.optim.AdamW(
        [each for layer in layers for each in layer], lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY
    )
    batches = max(1, len(goal) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, LEARNING_RATE, total_steps=learning.epochs * batches + 1
    )
    for _ in range(learning.epochs):
        order = torch.randperm(len(goal), generator=random)
        for number in range(batches):
            chosen = order[number * BATCH : (number + 1) * BATCH]
            hidden = functional.silu(seen[chosen] @ layers[0][0] + layers[0][1])
            kept = torch.rand(hidden.shape, generator=random) >= learning.dropout
            hidden = hidden * kept / (1 - learning.dropout)
            for matrix, bias in layers[1:-1]:
                hidden = functional.silu(hidden @ matrix + bias)
            said = (hidden @ layers[-1][0] + layers[-1][1])[..., 0]
            missed = functional.huber_loss(said, goal[chosen].expand(MEMBERS, -1), reduction="none", delta=FAR)
            loss = (missed * weight[chosen]).mean(dim=1).sum()
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            schedule.step()
    return tuple((matrix.detach(), bias.detach()) for matrix, bias in layers)


def _initial(shape: tuple[int, int, int], into: int, random: torch.Generator) -> Tensor:
    """Return uniform numbers up to one over the root of how many are added up."""
    import torch

    return ((2 * torch.rand(shape, generator=random) - 1) / math.sqrt(into)).requires_grad_()
