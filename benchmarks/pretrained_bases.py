"""Training from a base of the published sizes: `python -m benchmarks.pretrained_bases [--steps 8]`.

For Chronos-2 in the sizes of `autogluon/chronos-2-small` and `amazon/chronos-2`: a base of that size is made here,
with random weights, for what is measured depends on the size alone. It is loaded, trained for a few steps as
`elec fine-tune --base-model FOLDER` does, and asked for forecasts beside the other experts. Each size runs in a
process of its own. A CUDA device is used for training where there is one.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from benchmarks.forecasts_a_second import LAST, a_history
from elec_pipeline.domain.delivery_day import Issue, days
from elec_pipeline.forecasting.checkpoint import load_forecaster
from elec_pipeline.forecasting.experts.chronos.loading import load_pipeline, quiet
from elec_pipeline.forecasting.experts.chronos.training.options import Progress, TrainingOptions
from elec_pipeline.forecasting.lifecycle.fitting import train
from elec_pipeline.forecasting.lifecycle.retraining import options_for

SIZES = {
    "small": {"d_model": 512, "d_kv": 64, "d_ff": 2048, "num_layers": 6, "num_heads": 8},
    "base": {"d_model": 768, "d_kv": 64, "d_ff": 3072, "num_layers": 12, "num_heads": 12},
}
"""As the published configurations say."""
QUANTILES = (0.01, *(n / 20 for n in range(1, 20)), 0.99)
LEARN, CHOOSE = days(date(2025, 5, 1), date(2025, 7, 10)), days(date(2025, 7, 11), LAST)
FORECASTS = 20
EVERY = 2
"""Steps between two reports, each with a look at the days to choose by."""


def make_base(size: str, folder: Path) -> int:
    """Write a base of a published size, with random weights, into a folder; return its number of parameters."""
    import torch
    from chronos.chronos2.config import Chronos2CoreConfig
    from chronos.chronos2.model import Chronos2Model

    torch.manual_seed(1)
    config = Chronos2CoreConfig(
        **SIZES[size],
        chronos_config={
            "context_length": 8192,
            "input_patch_size": 16,
            "input_patch_stride": 16,
            "output_patch_size": 16,
            "max_output_patches": 64,
            "quantiles": list(QUANTILES),
            "use_reg_token": True,
            "use_arcsinh": True,
            "time_encoding_scale": 8192,
        },
    )
    model = Chronos2Model(config)
    model.save_pretrained(folder)
    return sum(each.numel() for each in model.parameters())


def measure(size: str, steps: int) -> dict[str, float | str]:
    """Return parameters, times and memory of one size."""
    import torch

    seen: list[float] = []

    def note(progress: Progress) -> None:
        if progress.loss is not None:
            seen.append(time.perf_counter())

    with tempfile.TemporaryDirectory() as place, quiet():
        base, made = Path(place) / "base", Path(place) / "made"
        parameters = make_base(size, base)
        started = time.perf_counter()
        load_pipeline(base)
        loaded = time.perf_counter() - started
        asked = options_for(str(base), steps=steps)
        fewer = {"learn_mlp": False, "validate_every": EVERY, "warmup_steps": 1}
        options = TrainingOptions.model_validate(asked.model_dump() | fewer)
        known = a_history()
        started = time.perf_counter()
        train(known, LEARN, CHOOSE, made, options, data="made up", on_progress=note)
        trained = time.perf_counter() - started
        a_step = (seen[-1] - seen[0]) / (steps - EVERY)
        forecaster = load_forecaster(str(made))
        sets = [
            known.at(day, Issue.EVENING, context_hours=forecaster.context_hours)
            for day in days(date(2025, 7, 1), LAST)[:FORECASTS]
        ]
        started = time.perf_counter()
        forecaster.predict(sets)
        asked_s = time.perf_counter() - started
    return {
        "base": size,
        "device": "cuda" if torch.cuda.is_available() else "cpu",
        "parameters_m": round(parameters / 1e6, 1),
        "load_s": round(loaded, 1),
        "step_s": round(a_step, 1),
        "training_s": round(trained, 1),
        "forecasts_a_second": round(len(sets) / asked_s, 1),
        "chronos_weight_evening": forecaster.combination.of("evening").medians["chronos"],
        "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def main() -> None:
    """Print a line for each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=8)
    parser.add_argument("--size", choices=SIZES, help="only this one, in this process")
    asked = parser.parse_args()
    if asked.size:
        print(json.dumps(measure(asked.size, asked.steps)))
        return
    for size in SIZES:
        command = [sys.executable, "-m", __spec__.name, "--size", size, "--steps", str(asked.steps)]
        subprocess.run(command, check=True)  # noqa: S603 - itself


if __name__ == "__main__":
    main()
