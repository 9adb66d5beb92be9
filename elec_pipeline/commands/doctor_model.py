"""What `elec doctor` finds of the model in use: a quick look at its files, or loading it.

Here: the sentences. Not here: which model is in use (`registry`), and what makes a checkpoint whole (`integrity`).
"""

from __future__ import annotations

from sqlalchemy import Engine

from elec_pipeline.errors import ModelUnavailableError
from elec_pipeline.forecasting.checkpoint import version_on_disk
from elec_pipeline.forecasting.lifecycle import registry
from elec_pipeline.settings import Settings


def describe_model(settings: Settings, engine: Engine | None, *, deep: bool) -> str:
    """Return which model is in use.

    Args:
        settings: Of the platform.
        engine: Of the store; None where there are no tables: promotions are then not known.
        deep: Whether its files are checked against their digests and it is loaded, which takes seconds; otherwise
            only that its files are there, and which version its card names.

    Raises:
        ModelUnavailableError: It cannot be used.
    """
    used, why = _in_use(settings, engine)
    if deep:
        return f"{registry.load(used).version} loads; {why}"
    found = version_on_disk(used.model)
    if used.version is not None and found is not None and found != used.version:
        raise ModelUnavailableError(
            f"The model {used.version} is promoted, and the card in {used.model or 'the package'} is of {found}. "
            "Put the checkpoint back as it was, or go back to the former model with `elec models rollback`."
        )
    return f"{found or used.model} is there; {why}; `elec doctor --deep` loads it"


def _in_use(settings: Settings, engine: Engine | None) -> tuple[registry.ModelInUse, str]:
    if engine is not None:
        used = registry.in_use(engine, settings)
        return used, used.why
    if settings.elec_model:
        named = registry.ModelInUse(settings.elec_model, registry.Reason.SETTING)
        return named, named.why
    return registry.ModelInUse("", registry.Reason.BUNDLED), "the bundled checkpoint; promotions are not known"
