"""Dagster's home: a folder under ELEC_HOME with our `dagster.yaml`, shared by all processes of an instance."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from elec_pipeline.home import folder
from elec_pipeline.settings import Settings

if TYPE_CHECKING:
    import dagster as dg

INSTANCE_FILES = ("dagster.yaml", "workspace.yaml")


def dagster_home(settings: Settings) -> Path:
    """Return the folder that DAGSTER_HOME should name."""
    return settings.elec_home / "dagster"


def prepare(settings: Settings) -> Path:
    """Make Dagster's home and put the current instance files into it; returns the folder."""
    home = folder(settings.elec_home, dagster_home(settings).name)
    for name in INSTANCE_FILES:
        shutil.copyfile(_shipped(name), home / name)
    return home


@contextmanager
def open_instance(settings: Settings) -> Iterator[dg.DagsterInstance]:
    """Open the instance, making its home and its tables where they are missing."""
    import dagster as dg

    home = prepare(settings)
    os.environ["DAGSTER_HOME"] = str(home)
    with dg.DagsterInstance.get() as instance:
        yield instance


def _shipped(name: str) -> Path:
    """Return an instance file: at the root of a checkout, or inside an installed wheel."""
    package = Path(__file__).parents[1]
    in_checkout = package.parent / name
    return in_checkout if in_checkout.exists() else package / "defs" / name
