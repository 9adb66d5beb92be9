"""`elec models`: the registry of models as tables, promotion by hand, rollback."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.table import Table
from sqlalchemy import Engine

from elec_pipeline.domain.delivery_day import PARIS
from elec_pipeline.errors import ModelUnavailableError
from elec_pipeline.forecasting.checkpoint import card_of
from elec_pipeline.forecasting.lifecycle import registry
from elec_pipeline.forecasting.lifecycle.registry import ModelInUse, Reason
from elec_pipeline.forecasting.lifecycle.weights import weights
from elec_pipeline.settings import Settings
from elec_pipeline.store import models, queries
from elec_pipeline.store.models import PROMOTIONS, RegisteredModel

Say = Callable[[str], None]
WEIGHTS = "Weights of the experts: in the median / in the width of the bands"


def listing(engine: Engine, used: ModelInUse) -> Table:
    """Return a table of every registered model, the one in use marked."""
    table = Table(box=None, pad_edge=False)
    for column in ("", "version", "trained through", "registered", "promoted", "evening / RTE", "gate"):
        table.add_column(column, overflow="fold")
    with engine.connect() as connection:
        registered = queries.registered_models(connection)
    for model in registered:
        table.add_row(
            "live" if _is_live(model, used) else "",
            model.version,
            str(model.trained_through or "unknown"),
            _moment(model.created_at),
            _moment(model.promoted_at),
            _ratio(model.metrics),
            str(model.metrics.get("gate", {}).get("why", "")),
        )
    return table


def details(model: RegisteredModel, used: ModelInUse) -> Table:
    """Return all that is known of a registered model."""
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column()
    table.add_column(overflow="fold")
    card = model.metrics.get("card", {})
    rows: dict[str, object] = {
        "version": model.version,
        "in use": used.why if _is_live(model, used) else "no",
        "location": model.location,
        "trained from": model.base_model,
        "trained through": model.trained_through or "unknown",
        "registered": _moment(model.created_at),
        **{f"learnt from ({name})": _span(card[name]) for name in ("train", "validation") if name in card},
        **{name: card[name] for name in ("steps", "best_step", "seconds", "peak_memory_mb") if name in card},
        **{f"validation, {issue}": _figures(found) for issue, found in card.get("metrics", {}).items()},
        **{f"gate: {name}": value for name, value in model.metrics.get("gate", {}).items() if value is not None},
    }
    for name, value in rows.items():
        table.add_row(name, str(value))
    for each in model.metrics.get(PROMOTIONS, []):
        back = each.get("rolled_back_at")
        until = f", rolled back on {_moment(datetime.fromisoformat(back))}" if back else ""
        table.add_row("promoted", f"by {each['by']} on {_moment(datetime.fromisoformat(each['at']))}{until}")
    return table


def weights_table(model: RegisteredModel) -> Table | None:
    """Return the weights of a model's experts by what a forecast stands on; None where none are known."""
    found = weights(model.metrics.get("card", {}))
    if not found:
        return None
    table = Table(box=None, pad_edge=False, title=WEIGHTS, title_justify="left", title_style="")
    table.add_column("stands on", overflow="fold")
    for name in found[0].medians:
        table.add_column(name, overflow="fold", justify="right")
    table.add_column("own late errors", overflow="fold", justify="right")
    for each in found:
        shares = (f"{each.medians[name]:.2f} / {each.widths[name]:.2f}" for name in each.medians)
        table.add_row("+".join([each.situation, *each.inputs]) or "anything", *shares, f"– / {each.late:.2f}")
    return table


def in_use_line(used: ModelInUse) -> str:
    """Return which model is in use, for below a table."""
    if used.reason is Reason.SETTING:
        return f"In use: the model of ELEC_MODEL={used.model}. While it is set, promotions have no effect."
    return f"In use: {used.version or 'bundled'}, {used.why}."


def run_promote(engine: Engine, settings: Settings, prefix: str, say: Say) -> None:
    """Promote a version by hand, once its checkpoint was seen to load.

    Raises:
        RegistryError: No version, or more than one, begins like that.
        ModelUnavailableError: Its checkpoint cannot be used; nothing is changed.
    """
    with engine.connect() as connection:
        model = registry.find(queries.registered_models(connection), prefix)
        newest = queries.promoted_model(connection)
    if newest is not None and newest.version == model.version:
        registry.load_registered(model, settings.elec_home)
        say(f"{model.version} is the promoted model already.")
    else:
        registry.promote_by_hand(engine, settings, model)
        say(f"{model.version} is promoted.")
    say(in_use_line(registry.in_use(engine, settings)))


def run_rollback(engine: Engine, settings: Settings, say: Say) -> None:
    """Take the newest promotion back, and see whether the model that is live again loads.

    Raises:
        RegistryError: No version is promoted.
        ModelUnavailableError: The model that is live again cannot be used; the rollback stands.
    """
    version = models.roll_back(engine)
    say(f"The promotion of {version} is taken back.")
    used = registry.in_use(engine, settings)
    say(in_use_line(used))
    try:
        registry.load(used)
    except ModelUnavailableError as error:
        raise ModelUnavailableError(f"The model that is live again does not load. {error}") from error


def _is_live(model: RegisteredModel, used: ModelInUse) -> bool:
    if used.reason is Reason.SETTING:
        named = Path(used.model).expanduser()
        return model.location == (str(named.resolve()) if named.is_dir() else used.model)
    if used.reason is Reason.BUNDLED:
        return model.version == card_of("").get("version")
    return model.version == used.version


def _moment(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment.astimezone(PARIS):%Y-%m-%d %H:%M}"


def _ratio(metrics: Mapping[str, Any]) -> str:
    ratio = metrics.get("card", {}).get("metrics", {}).get("evening", {}).get("ratio_to_rte")
    return "" if ratio is None else f"{ratio:.3f}"


def _span(span: Mapping[str, Any]) -> str:
    return f"{span['first']} to {span['last']}, {span['days']} days"


def _figures(figures: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in figures.items())
