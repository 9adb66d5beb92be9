"""`fine_tuned_chronos`: a checkpoint trained on what the database holds, live if it passed the gate.

It has no partitions: a checkpoint learns from all days. Daily runs do not wait for it; they ask which model is
in use, and a promotion is what changes the answer.
"""

from typing import TYPE_CHECKING, Any

import dagster as dg
from pydantic import Field

from elec_pipeline.defs import metadata
from elec_pipeline.defs.assets.hourly_consumption import hourly_consumption
from elec_pipeline.defs.assets.rte_forecasts import rte_forecasts
from elec_pipeline.defs.faults import typed_faults
from elec_pipeline.defs.pools import TRAINING_POOL
from elec_pipeline.defs.resources import StoreResource
from elec_pipeline.settings import settings

if TYPE_CHECKING:
    from elec_pipeline.forecasting.experts.chronos.training.options import Progress
    from elec_pipeline.forecasting.lifecycle.retraining import Retrained, Retraining


class FineTuningConfig(dg.Config):
    """How to train; what is left empty is as the bundled checkpoint was trained."""

    base_model: str = Field(default="", description="Folder or hub id to start from; empty: from scratch.")
    steps: int = Field(default=400, ge=1, description="Optimisation steps.")
    seed: int = Field(default=20240101, description="Of initial weights, batches and masking.")
    learning_rate: float | None = Field(
        default=None, description="Peak; empty: 1e-3 from scratch, 1e-5 from a base model."
    )
    first_day: str = Field(default="", description="First delivery day, YYYY-MM-DD; empty: the first there is.")
    train_to: str = Field(default="", description="Last delivery day to learn from; empty: 181 complete days ago.")
    validate_to: str = Field(
        default="", description="Last delivery day to choose by; empty: 90 complete days ago."
    )
    gate: bool = Field(default=True, description="Whether it is promoted if it beats the model in use.")
    threads: int = Field(default=1, ge=1, description="Threads of torch; one leaves a core to the forecasts.")

    def asked(self) -> "Retraining":
        """Return it as the domain takes it."""
        from elec_pipeline.forecasting.lifecycle.gate import Gate
        from elec_pipeline.forecasting.lifecycle.retraining import Retraining, options_for

        return Retraining.model_validate(
            {
                "options": options_for(
                    self.base_model, steps=self.steps, seed=self.seed, learning_rate=self.learning_rate
                ),
                "first": self.first_day or None,
                "train_to": self.train_to or None,
                "validate_to": self.validate_to or None,
                "gate": Gate() if self.gate else None,
                "threads": self.threads,
            }
        )


@dg.asset(
    deps=[hourly_consumption, rte_forecasts],
    pool=TRAINING_POOL,
    kinds={"pytorch", "postgres"},
    group_name="forecasts",
    check_specs=[
        dg.AssetCheckSpec(
            "gate",
            asset="fine_tuned_chronos",
            description="The new model was compared with the live one, and the model in use loads.",
        )
    ],
)
def fine_tuned_chronos(
    context: dg.AssetExecutionContext, config: FineTuningConfig, store: StoreResource
) -> dg.MaterializeResult:
    """A Chronos model trained on what the database holds, registered, and promoted if it passes the gate.

    That a candidate is refused is no fault: the live model stays.
    """
    from elec_pipeline.forecasting.lifecycle import registry
    from elec_pipeline.forecasting.lifecycle.retraining import retrain

    def report(step: "Progress") -> None:
        losses = {"loss": step.loss, "validation loss": step.validation_loss}
        shown = ", ".join(f"{name} {value:.4f}" for name, value in losses.items() if value is not None)
        context.log.info(f"step {step.step} of {step.steps}: {shown or step.note}")

    with typed_faults(context):
        made = retrain(store.engine(), settings(), config.asked(), on_progress=report)
        in_use = registry.load(made.in_use).version
    return dg.MaterializeResult(
        metadata={
            "model version": made.checkpoint.version,
            "promoted": made.promoted,
            "verdict": "no gate was asked for" if made.verdict is None else made.verdict.why,
            "model in use": f"{in_use}, {made.in_use.why}",
            "days learnt from": len(made.split.train),
            "seconds": made.checkpoint.card["seconds"],
            "most memory (MB)": made.checkpoint.card["peak_memory_mb"],
            "location": dg.MetadataValue.path(str(made.checkpoint.folder)),
            **_figures(made.checkpoint.card),
            **({} if made.verdict is None else {"gate": dg.MetadataValue.json(made.verdict.as_json())}),
            "card": dg.MetadataValue.md((made.checkpoint.folder / "MODEL_CARD.md").read_text(encoding="utf-8")),
        },
        check_results=[_compared(made, in_use)],
    )


def _figures(card: dict[str, Any]) -> dict[str, float]:
    names = {"mape": "MAPE (%)", "ratio_to_rte": "MAPE of RTE's", "pinball_mw": "pinball loss (MW)",
             "coverage_80": "share in 80 % band"}  # fmt: skip
    return {
        f"{issue}: {shown}": float(figures[name])
        for issue, figures in card["metrics"].items()
        for name, shown in names.items()
        if name in figures
    }


def _compared(made: "Retrained", in_use: str) -> dg.AssetCheckResult:
    verdict = made.verdict
    return metadata.check(
        "gate",
        expected="a comparison on enough days, and a model in use that loads",
        actual=f"{'no gate was asked for' if verdict is None else verdict.why} In use: {in_use}",
        passed=verdict is not None and verdict.margin is not None,
        promoted=made.promoted,
    )
