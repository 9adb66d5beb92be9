"""Fitting of a checkpoint: ridge, dense networks, network of any Chronos family, and how they are combined.

Here: the run, from history to a checkpoint's folder. Not here: windows (`experts.chronos.training.windows`),
options (`experts.chronos.training.options`), how each family is trained (`experts.chronos.training.chronos2`,
`experts.chronos.training.older_families`, `experts.chronos.training.trainer`), where progress is kept
(`experts.chronos.training.resume`), the card (`card`).

A run is deterministic for a seed, a kind of processor and a number of threads. One that was killed goes on from
its last look at the validation days when it is started again with the same options, on the same data and
libraries, in the same work folder, and ends with a model of the same quality, not with the same weights; anything
else starts afresh. To train a finished checkpoint further, name it as base model.
"""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from elec_pipeline.domain.history import History
from elec_pipeline.domain.information_set import InformationSet
from elec_pipeline.files import replace_folder
from elec_pipeline.forecasting.checkpoint import chronos_folder, load_forecaster, save_checkpoint
from elec_pipeline.forecasting.combination.calibration import YEAR_DAYS, calibrated
from elec_pipeline.forecasting.combination.combination import Blend, Combination
from elec_pipeline.forecasting.combination.said import Said
from elec_pipeline.forecasting.degraded import with_only
from elec_pipeline.forecasting.experts.chronos.chronos import CHRONOS, Chronos
from elec_pipeline.forecasting.experts.chronos.loading import load_pipeline, quiet
from elec_pipeline.forecasting.experts.chronos.recipe import Family
from elec_pipeline.forecasting.experts.chronos.training.chronos2 import fit_chronos2, new_pipeline
from elec_pipeline.forecasting.experts.chronos.training.older_families import (
    fit_bolt,
    fit_t5,
    fitting_recipe,
    required_fit,
)
from elec_pipeline.forecasting.experts.chronos.training.options import (
    OnProgress,
    TrainedCheckpoint,
    TrainingOptions,
)
from elec_pipeline.forecasting.experts.chronos.training.resume import work_folder
from elec_pipeline.forecasting.experts.chronos.training.trainer import Ended, Run, begin
from elec_pipeline.forecasting.experts.chronos.training.windows import Window, windows
from elec_pipeline.forecasting.experts.expert import Expert
from elec_pipeline.forecasting.experts.mlp import fitting as mlp_fitting
from elec_pipeline.forecasting.experts.mlp.fitting import LEAST_DAYS
from elec_pipeline.forecasting.experts.mlp.mlp import MLP, Mlp
from elec_pipeline.forecasting.experts.mlp.networks import Network
from elec_pipeline.forecasting.experts.ridge.coefficients import Regressions
from elec_pipeline.forecasting.experts.ridge.fitting import Course, learnt
from elec_pipeline.forecasting.experts.ridge.ridge import RIDGE, Ridge
from elec_pipeline.forecasting.features.past_days import inside, lessons
from elec_pipeline.forecasting.forecaster import Forecaster, said
from elec_pipeline.forecasting.lifecycle.card import checkpoint_card, validation_figures, write_card
from elec_pipeline.forecasting.samples import Sample, as_issued, degraded, in_every_situation

if TYPE_CHECKING:
    from chronos import BaseChronosPipeline

LATE_SHARE = 0.85
"""Weight of the errors of the combined median in the last 60 days, beside the network's widths. The bands of 2024,
calibrated on 2023, missed what they claim by 1.1, 0.8 and 0.9 points (mean of nine kinds; 50, 80 and 90 %), those
of 2023, calibrated on 2022, by 2.7, 2.7 and 1.5. With half of the ridge's errors instead, each year's forecasts
made once, by 1.8, 1.4, 0.9 and by 3.4, 3.1, 2.0; the pinball loss was 0.5 and 0.2 % higher."""
LIBRARIES = ("elec-pipeline", "accelerate", "chronos-forecasting", "numpy", "torch", "transformers")
"""Another version of one of these may train other weights."""
_FITS: Mapping[Family, Callable[[Any, Sequence[Window], Sequence[Window], Run], Ended]] = {
    Family.CHRONOS2: fit_chronos2,
    Family.BOLT: fit_bolt,
    Family.T5: fit_t5,
}


def train(
    history: History,
    train_days: Sequence[date],
    validation_days: Sequence[date],
    output_dir: Path,
    options: TrainingOptions | None = None,
    *,
    data: str = "the platform's own history",
    on_progress: OnProgress | None = None,
    work_dir: Path | None = None,
) -> TrainedCheckpoint:
    """Train a checkpoint and write it, with recipe and card, into a folder.

    The step with the lowest loss on the validation days is kept.

    Args:
        history: Covers all days and the context before them.
        train_days: Delivery days to learn from.
        validation_days: Delivery days to choose the step by; none of them is learnt from.
        output_dir: Becomes the checkpoint's folder; replaced as a whole, and only once all is done.
        options: How to train.
        data: What the history is and under which licence, for the card.
        on_progress: Called with every report of the loss.
        work_dir: Where progress is kept while it runs, for it to go on after it was killed; an own one for every
            model that is trained. None: nowhere.

    Raises:
        ValueError: A day is both to be learnt from and to be chosen by.
        ContextTooThinError: No day has enough known hours.
        ModelUnavailableError: The base model cannot be loaded.
        UnfitRecipeError: The recipe asks for what the base model's family cannot do; see `fitting`.
        TrainingError: Another run uses the work folder, or the training diverged.
    """
    options = options or TrainingOptions()
    if common := set(train_days) & set(validation_days):
        raise ValueError(f"{len(common)} days are both in training and validation, such as {min(common)}")
    started = time.monotonic()
    with quiet(), work_folder(work_dir) as work:
        family, pipeline = _start(options)
        states = States(_learnt(history, train_days, options), options)
        learn = windows(history, _to_learn(history, train_days, options, states), options.recipe, states.before)
        choose = windows(
            history, _to_choose(history, validation_days, options, states), options.recipe, lambda _: states.final
        )
        run = begin(options, work, fingerprint(options, learn, choose, pipeline, work), on_progress)
        ended = _fit(family, pipeline, learn, choose, run)
        chronos = Chronos.of(family, pipeline, options.recipe, states.final)
        newest_year = sorted({*train_days, *validation_days})[-YEAR_DAYS:]
        unseen = min([*newest_year, *validation_days])
        networks = _networks(history, [day for day in train_days if day < unseen], options)
        combination = _combined(history, newest_year, chronos, networks, states, options)
        # Figures are of what was learnt without the validation days; then all but Chronos learn from them too.
        before = _saved(run.folder / "before", _experts(states.final, networks, chronos), combination)
        figures = validation_figures(history, validation_days, before)
        all_days = [*train_days, *validation_days]
        final = States(_learnt(history, all_days, options), options).final
        if networks:
            networks = _networks(history, all_days, options)
        finished = run.folder / "finished"
        forecaster = _saved(finished, _experts(final, networks, chronos), combination)
        card = checkpoint_card(
            figures,
            train_days,
            validation_days,
            options,
            forecaster,
            data=data,
            windows=len(learn),
            ended=ended,
            seconds=time.monotonic() - started,
        )
        card = write_card(card, finished)
        replace_folder(output_dir, finished)
    return TrainedCheckpoint(folder=output_dir, version=forecaster.version, card=card)


class States:
    """The ridge as it was before each part of the history, as experts."""

    def __init__(self, course: Course, options: TrainingOptions) -> None:
        self._course = course
        self._options = options.ridge
        self._made: dict[int, Ridge] = {}

    @property
    def final(self) -> Ridge:
        """What was learnt from all days."""
        return self._expert(self._course.final)

    def before(self, day: date) -> Ridge | None:
        """Return the ridge as the issues for a day could have had it; None where nothing was learnt before.

        Where nothing is learnt at all, that.
        """
        if not self._course.states:
            return self.final
        state = self._course.before(day)
        return None if state is None else self._expert(state)

    def in_use(self, day: date) -> Ridge | None:
        """Return a ridge that a day's issues bring up to date with as many days as those of a model in use do.

        In use it is always older than the days that it is brought up to date with.
        """
        return self.before(day - timedelta(days=self._options.update_days)) or self.before(day)

    def _expert(self, regressions: Regressions) -> Ridge:
        # One expert for each state: it keeps what it made of an information set for those that stand on it.
        return self._made.setdefault(id(regressions), Ridge(self._options, regressions))


def fitting(options: TrainingOptions) -> TrainingOptions:
    """Return options whose recipe the base model can be trained with: the older families take no covariates.

    Raises:
        ModelUnavailableError: The base model cannot be loaded.
    """
    if not options.base_model:
        return options
    family, pipeline = load_pipeline(chronos_folder(options.base_model))
    if family is Family.CHRONOS2:
        return options
    return options.model_copy(update={"recipe": fitting_recipe(pipeline, options.recipe)})


def fingerprint(
    options: TrainingOptions,
    learn: Sequence[Window],
    choose: Sequence[Window],
    pipeline: BaseChronosPipeline,
    work: Path,
) -> str:
    """Return twelve hex digits of everything that decides what a run comes to, and of where it keeps its progress.

    The trainer writes down where its best checkpoint lies: to it, a folder that was moved is of no use.
    """
    weights = (tensor.contiguous().numpy() for _, tensor in sorted(pipeline.inner_model.state_dict().items()))
    digest = hashlib.sha256(options.model_dump_json().encode())
    digest.update(str([work, len(learn), *(version(name) for name in LIBRARIES)]).encode())
    for array in (*(window.rows for window in (*learn, *choose)), *weights):
        digest.update(f"{array.dtype}{array.shape}".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()[:12]


def _start(options: TrainingOptions) -> tuple[Family, BaseChronosPipeline]:
    if not options.base_model:
        return Family.CHRONOS2, new_pipeline(options)
    family, pipeline = load_pipeline(chronos_folder(options.base_model))
    if family is not Family.CHRONOS2:
        required_fit(family, pipeline, options.recipe)
    return family, pipeline


def _fit(
    family: Family, pipeline: BaseChronosPipeline, learn: Sequence[Window], choose: Sequence[Window], run: Run
) -> Ended:
    cache = vars(pipeline.inner_model.config).get("use_cache")
    ended = _FITS[family](pipeline, learn, choose, run)
    # The trainer turns off, for good, the cache by which a T5 generates hour after hour.
    settings = vars(pipeline.inner_model.config)
    settings.pop("use_cache", None)
    if cache is not None:
        settings["use_cache"] = cache
    return ended


def _learnt(history: History, days: Sequence[date], options: TrainingOptions) -> Course:
    if not options.learn_ridge or not options.recipe.uses_ridge:
        return Course(())
    return learnt(history, days, blur_mw=options.degradation.poor_rte_mw, seed=options.seed)


def _context_hours(options: TrainingOptions, states: States) -> int:
    return max(options.recipe.context_hours, states.final.context_hours)


def _to_learn(
    history: History, days: Sequence[date], options: TrainingOptions, states: States
) -> Iterator[Sample]:
    random = np.random.default_rng(options.seed)
    hours = _context_hours(options, states)
    return degraded(history, days, options.degradation, context_hours=hours, random=random)


def _to_choose(
    history: History, days: Sequence[date], options: TrainingOptions, states: States
) -> Iterator[Sample]:
    """Yield both issues of every day as they were; every second day is seen without its inputs."""
    every_second = set(sorted(days)[1::2])
    for sample in as_issued(history, days, context_hours=_context_hours(options, states)):
        if sample.information.delivery_day in every_second:
            yield replace(sample, information=with_only(sample.information))
        else:
            yield sample


def _networks(history: History, days: Sequence[date], options: TrainingOptions) -> dict[str, Network]:
    """Return what the dense networks learn of days; nothing where those are few, or no ridge makes features."""
    known = inside(history, days)
    has_ridge = options.learn_ridge and options.recipe.uses_ridge
    if not options.learn_mlp or not has_ridge or len(known) < LEAST_DAYS:
        return {}
    blur_mw = options.degradation.poor_rte_mw
    taught = lessons(history, known, blur_mw=blur_mw, seed=options.seed)
    return mlp_fitting.learnt(taught, update_days=options.update_days, seed=options.seed)


def _experts(ridge: Ridge, networks: Mapping[str, Network], chronos: Chronos) -> dict[str, Expert]:
    """Return the experts by name, in the order in which they are given weight."""
    on_ridge = replace(chronos, ridge=ridge)
    if not chronos.recipe.uses_ridge:
        return {CHRONOS: on_ridge}
    dense: dict[str, Expert] = {MLP: Mlp(networks, ridge)} if networks else {}
    return {RIDGE: ridge, **dense, CHRONOS: on_ridge}


def _combined(
    history: History,
    days: Sequence[date],
    chronos: Chronos,
    networks: Mapping[str, Network],
    states: States,
    options: TrainingOptions,
) -> Combination:
    """Return how the experts are combined, chosen on days that no ridge and no dense network had learnt from."""
    names = tuple(_experts(states.final, networks, chronos))
    widths, late = {CHRONOS: 1.0}, LATE_SHARE if chronos.recipe.uses_ridge else 0.0

    def views(information: InformationSet) -> Said | None:
        ridge = states.in_use(information.delivery_day)
        return None if ridge is None else said(_experts(ridge, networks, chronos), information)

    samples = in_every_situation(
        history,
        days,
        context_hours=max(chronos.context_hours, states.final.context_hours),
        blur_mw=options.degradation.poor_rte_mw,
        random=np.random.default_rng(options.seed),
    )
    plain = Blend(medians={names[0]: 1.0}, widths=widths, late=late)
    made = calibrated(samples, lambda each: views(each.information), widths, late=late)
    return Combination(experts=names, blends=made.blends, otherwise=plain, unusual=made.unusual)


def _saved(folder: Path, experts: Mapping[str, Expert], combination: Combination) -> Forecaster:
    """Write experts and combination into a folder and return what is read from it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    save_checkpoint(folder, list(experts.values()), combination)
    return load_forecaster(str(folder), unfinished=True)
