"""`elec models`: reads the arguments of its commands. What they do is in `commands.models`."""

from __future__ import annotations

from typing import Annotated

import typer

from elec_pipeline.commands.terminal import out, say
from elec_pipeline.settings import settings

app = typer.Typer(no_args_is_help=True, help="The registry of models: which there are, which one is live.")

Version = Annotated[str, typer.Argument(help="Its version, or as much of it as is unambiguous.")]


@app.command("list")
def list_() -> None:
    """Show every registered model, and which one is live."""
    from elec_pipeline.commands.models import in_use_line, listing
    from elec_pipeline.forecasting.lifecycle.registry import in_use
    from elec_pipeline.store.database import opened

    with opened(settings()) as engine:
        used = in_use(engine, settings())
        out.print(listing(engine, used), soft_wrap=False)
    say(in_use_line(used))


@app.command()
def show(version: Version) -> None:
    """Show all that is known of a model: spans, figures, the gate's verdict, promotions, its experts' weights."""
    from elec_pipeline.commands.models import details, weights_table
    from elec_pipeline.forecasting.lifecycle.registry import find, in_use
    from elec_pipeline.store import queries
    from elec_pipeline.store.database import opened

    with opened(settings()) as engine:
        with engine.connect() as connection:
            model = find(queries.registered_models(connection), version)
        out.print(details(model, in_use(engine, settings())), soft_wrap=False)
    if (table := weights_table(model)) is not None:
        out.print()
        out.print(table, soft_wrap=False)


@app.command()
def promote(version: Version) -> None:
    """Make a model the live one, whatever the gate said; its checkpoint is loaded first."""
    from elec_pipeline.commands.models import run_promote
    from elec_pipeline.store.database import opened

    with opened(settings()) as engine:
        run_promote(engine, settings(), version, say)


@app.command()
def rollback() -> None:
    """Take the newest promotion back: the model before it is live again, with the forecasts it made before."""
    from elec_pipeline.commands.models import run_rollback
    from elec_pipeline.store.database import opened

    with opened(settings()) as engine:
        run_rollback(engine, settings(), say)
