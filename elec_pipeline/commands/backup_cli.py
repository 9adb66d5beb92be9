"""`elec backup` and `elec restore`: reads their arguments. What they do is in `commands.backup`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from elec_pipeline.commands.terminal import say
from elec_pipeline.settings import settings

app = typer.Typer()


@app.command()
def backup(
    folder: Annotated[
        Path | None, typer.Argument(help="Where to; ELEC_BACKUP_FOLDER, or ELEC_HOME/backups, if not given.")
    ] = None,
    *,
    verify: Annotated[
        bool, typer.Option("--verify", help="Whether it is restored into a server of its own, and compared.")
    ] = False,
) -> None:
    """Write both databases and the trained checkpoints into one file; the platform may run."""
    from elec_pipeline.commands.backup import run_backup

    run_backup(settings(), folder, verify=verify, say=say)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A backup.")],
    *,
    replace: Annotated[
        bool, typer.Option("--replace", help="Whether data that are there make way; they stay under another name.")
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Only restore it into a server of its own, and compare.")
    ] = False,
) -> None:
    """Restore a backup, all or nothing; refuses where data are, where the platform runs, or a damaged one."""
    from elec_pipeline.commands.backup import run_check, run_restore

    if check:
        run_check(settings(), file, say)
    else:
        run_restore(settings(), file, replace=replace, say=say)
