"""Which model is in use, and why: ELEC_MODEL, else the promoted version, else the bundled one.

Here: the one way in which everything that forecasts finds its model, and loads it. Not here: the rows of the
table (`store.models`), and whether a version deserves promotion (`gate`).

The question is asked anew for every run, so that a process that lives for months notices a promotion; weights
are loaded once for each state of a folder. A promoted version that cannot be had is an error: never is another
model used in its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from elec_pipeline.domain.delivery_day import PARIS
from elec_pipeline.errors import ModelUnavailableError, RegistryError
from elec_pipeline.forecasting.checkpoint import BUNDLED_LOCATION, load_forecaster, load_network
from elec_pipeline.store import models, queries
from elec_pipeline.store.models import RegisteredModel

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from elec_pipeline.forecasting.experts.chronos.chronos import Chronos
    from elec_pipeline.forecasting.forecaster import Forecaster
    from elec_pipeline.settings import Settings


_ROLL_BACK = "Put the checkpoint back as it was, or go back to the former model with `elec models rollback`."


class Reason(StrEnum):
    """Why a model is the one in use."""

    SETTING = "ELEC_MODEL"
    PROMOTED = "promoted"
    BUNDLED = "bundled"


@dataclass(frozen=True)
class ModelInUse:
    """A model and why it is in use.

    Attributes:
        model: What `load_forecaster` is given: a folder, a hub id, or "" for the bundled checkpoint.
        reason: Why it is in use.
        version: The version that the registry says it is; None where only loading tells.
        promoted_at: When it was promoted, UTC; None where it was not.
    """

    model: str
    reason: Reason
    version: str | None = None
    promoted_at: datetime | None = None

    @property
    def why(self) -> str:
        """The reason in words.

        Example:
            >>> ModelInUse("", Reason.BUNDLED).why
            'the bundled checkpoint: no model is promoted'
        """
        if self.reason is Reason.SETTING:
            return f"ELEC_MODEL names it ({self.model})"
        if self.promoted_at is not None:
            return f"promoted on {self.promoted_at.astimezone(PARIS):%Y-%m-%d %H:%M %Z}"
        return "the bundled checkpoint: no model is promoted"


def checkpoints(home: Path) -> Path:
    """Return the folder that trained checkpoints are kept in, a folder for each version."""
    return home / "checkpoints"


def in_use(engine: Engine, settings: Settings, model: str = "") -> ModelInUse:
    """Return which model is in use now.

    Args:
        engine: Of the store; not asked where a model is named.
        settings: ELEC_MODEL and ELEC_HOME.
        model: A folder or hub id that goes before ELEC_MODEL.
    """
    if named := model or settings.elec_model:
        return ModelInUse(named, Reason.SETTING)
    with engine.connect() as connection:
        promoted = queries.promoted_model(connection)
    if promoted is None:
        return ModelInUse("", Reason.BUNDLED)
    return ModelInUse(
        model=_place(promoted, settings.elec_home),
        reason=Reason.PROMOTED,
        version=promoted.version,
        promoted_at=promoted.promoted_at,
    )


def load(used: ModelInUse) -> Forecaster:
    """Return the loaded model.

    Raises:
        ModelUnavailableError: It is missing, broken, of an unsafe format, or not the version it should be.
    """
    with _promoted(used):
        forecaster = _load(used.model, _state(used.model))
    _require_in_use(forecaster.version, used)
    return forecaster


def load_network_of(used: ModelInUse) -> Chronos:
    """Return the network of a model, without its other experts.

    Raises:
        ModelUnavailableError: As of `load`, or it has no network.
    """
    with _promoted(used):
        network, version = _load_network(used.model, _state(used.model))
    _require_in_use(version, used)
    return network


@contextmanager
def _promoted(used: ModelInUse) -> Iterator[None]:
    """Make what is wrong with a promoted model a sentence that says what to do."""
    try:
        yield
    except ModelUnavailableError as error:
        if used.version is None:
            raise
        raise ModelUnavailableError(
            f"The promoted model {used.version} cannot be used: {error.reason or error} {_ROLL_BACK}"
        ) from error


def _require_in_use(version: str, used: ModelInUse) -> None:
    if used.version is not None:
        _require(version, used.version, used.model, _ROLL_BACK)


def find(registered: Sequence[RegisteredModel], prefix: str) -> RegisteredModel:
    """Return the registered model that a prefix of its version names, with or without the family in front.

    Raises:
        RegistryError: No version begins like that, or several do.
    """
    found = [
        each
        for each in registered
        if each.version.startswith(prefix) or each.version.rsplit("-", 1)[-1].startswith(prefix)
    ]
    exact = [each for each in found if each.version == prefix]
    if len(exact or found) == 1:
        return (exact or found)[0]
    if found:
        raise RegistryError(f"{prefix!r} may be {', '.join(each.version for each in found)}: give more of it.")
    raise RegistryError(f"No model {prefix!r} is registered: `elec models list` shows those that are.")


def load_registered(model: RegisteredModel, home: Path) -> Forecaster:
    """Return a registered model, whether it is promoted or not.

    Raises:
        ModelUnavailableError: It is missing, broken, of an unsafe format, or not the version it should be.
    """
    place = _place(model, home)
    remedy = "Put the checkpoint back as it was, or train again with `elec fine-tune`."
    try:
        forecaster = _load(place, _state(place))
    except ModelUnavailableError as error:
        raise ModelUnavailableError(
            f"The model {model.version} cannot be used: {error.reason or error} {remedy}"
        ) from error
    _require(forecaster.version, model.version, place, remedy)
    return forecaster


def promote_by_hand(engine: Engine, settings: Settings, model: RegisteredModel) -> datetime:
    """Promote a registered version whatever the gate said, after its checkpoint was loaded.

    Raises:
        ModelUnavailableError: The checkpoint cannot be used; nothing is changed.
    """
    load_registered(model, settings.elec_home)
    return models.promote(engine, model.version, by="hand")


def _require(found: str, version: str, place: str, remedy: str) -> None:
    if found != version:
        raise ModelUnavailableError(
            f"The model {version} cannot be used: what lies in {place or BUNDLED_LOCATION} now is {found}. "
            f"{remedy}"
        )


def _place(model: RegisteredModel, home: Path) -> str:
    """Return what `load_forecaster` is given for a registered model, wherever ELEC_HOME was moved to."""
    if model.location == BUNDLED_LOCATION:
        return ""
    moved = checkpoints(home) / model.version
    stored = Path(model.location)
    return str(moved) if stored.is_absolute() and not stored.is_dir() and moved.is_dir() else model.location


def _state(model: str) -> tuple[tuple[str, int, int], ...]:
    """Return names, sizes and times of a checkpoint's files, which change whenever it does.

    Nothing for the bundled checkpoint, and for a hub's; and for a folder that is gone, which is then not found
    among those loaded before.
    """
    folder = Path(model).expanduser()
    if not model or not folder.is_dir():
        return ()
    files = ((str(path), path.stat()) for path in sorted(folder.rglob("*")) if path.is_file())
    return tuple((name, stat.st_size, stat.st_mtime_ns) for name, stat in files)


@lru_cache(maxsize=3)
def _load(model: str, _state_of_folder: tuple[tuple[str, int, int], ...]) -> Forecaster:
    return load_forecaster(model)


@lru_cache(maxsize=1)
def _load_network(model: str, _state_of_folder: tuple[tuple[str, int, int], ...]) -> tuple[Chronos, str]:
    return load_network(model)
