"""`elec fine-tune`: a training with a progress bar, then its figures and the gate's verdict."""

from __future__ import annotations

from collections.abc import Callable

from rich.console import Console

from elec_pipeline.commands.progress import progress_bar
from elec_pipeline.commands.stopping import stoppable
from elec_pipeline.forecasting.experts.chronos.training.options import Progress
from elec_pipeline.forecasting.lifecycle.retraining import Retrained, Retraining, retrain
from elec_pipeline.settings import Settings
from elec_pipeline.store.database import opened
from elec_pipeline.store.patience import patience


def run_fine_tune(settings: Settings, asked: Retraining, console: Console, say: Callable[[str], None]) -> None:
    """Train on what the database holds and say what came of it.

    Raises:
        TooFewDaysError: The database holds too few complete days.
        ModelUnavailableError: The base model, or the model in use, cannot be loaded.
        TrainingError: Another training goes on, or it diverged.
        StoreUnavailableError: The database stays away for longer than is waited, or goes away while the result of
            the training is written.
        StoppedError: Ctrl-C or SIGTERM.
    """
    with (
        stoppable("The same command goes on with the training.") as stop,
        opened(settings) as engine,
        patience(settings, say, check=stop.check) as waiting,
        progress_bar(console, unit="steps  {task.fields[losses]}") as bar,
    ):
        task = bar.add_task("training", total=asked.options.steps, losses="")
        newest: dict[str, float] = {}

        def report(step: Progress) -> None:
            if step.note:
                say(step.note)
            newest.update({} if step.loss is None else {"loss": step.loss})
            newest.update({} if step.validation_loss is None else {"validation": step.validation_loss})
            losses = "  ".join(f"{name} {value:.4f}" for name, value in newest.items())
            bar.update(task, completed=step.step, losses=losses)

        made = waiting.repeat(
            lambda: retrain(engine, settings, asked, on_progress=report),
            "reading",
            may=lambda: not newest,  # hours of training are not thrown away
        )
    for line in summary(made):
        say(line)


def summary(made: Retrained) -> list[str]:
    """Return what a retraining did, line by line."""
    card = made.checkpoint.card
    lines = [
        f"{made.checkpoint.version} is in {made.checkpoint.folder}",
        f"  learnt from {len(made.split.train)} days, {made.split.train[0]} to {made.split.train[-1]}",
        f"  step {card['best_step']} of {card['steps']} kept",
        f"  took {card['seconds']} s and {card['peak_memory_mb']} MB at most",
    ]
    for issue, figures in card["metrics"].items():
        if figures["hours"]:
            lines.append(
                f"  validation, {issue}: MAPE {figures['mape']:.2f} %, {figures['ratio_to_rte']:.3f} of RTE's; "
                f"80 % band holds {figures['coverage_80']:.1%}"
            )
    if made.verdict is None:
        lines.append(f"No gate was asked for: `elec models promote {made.checkpoint.version}` makes it live.")
    else:
        lines.append(made.verdict.why)
        lines.append("It is promoted." if made.promoted else "The model in use stays.")
    return lines
