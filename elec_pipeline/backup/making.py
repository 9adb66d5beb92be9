"""Making a backup: both databases and the checkpoints, while everything else goes on.

Here: what goes into it, its name, and the folder's lock. Not here: the archive's form (`archive`), and which older
ones go (`folder`).

    <folder>/
        elec-20260115T025000Z.tar    a whole backup, named after its moment in UTC
        .elec-….partial/, .elec-….partial.tar    one that is being written, or whose writer was killed
        .lock                        held while one is written
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

from elec_pipeline.backup import archive, folder, manifest, snapshot, verifying
from elec_pipeline.backup.manifest import DAGSTER, ELEC, Manifest
from elec_pipeline.errors import BackupError
from elec_pipeline.forecasting.checkpoint import BUNDLED_LOCATION
from elec_pipeline.forecasting.lifecycle import registry
from elec_pipeline.settings import Settings
from elec_pipeline.store import urls
from elec_pipeline.store.database import dagster_database, database_url
from elec_pipeline.store.tables import SCHEMA

Say = Callable[[str], None]


def make(settings: Settings, into: Path, *, verify: bool = False, url: str = "") -> Path:
    """Make a backup.

    Args:
        settings: Of the platform; it may run.
        into: The folder for it, made where it is missing.
        verify: Whether it is restored into a server of its own and compared before it gets its name.
        url: Of our database; that of the settings where it is empty.

    Returns:
        The archive.

    Raises:
        StoreUnavailableError: The database does not answer.
        BackupError: It cannot be made, or is not what it should be; then there is none.
    """
    url = url or database_url(settings)
    with folder.writing(into) as partial:
        try:
            return _make(settings, url, into, partial, verify=verify)
        except OSError as error:
            raise BackupError(
                f"The backup in {into} cannot be written: {error.strerror or error}. Free some space there, or "
                "name another folder."
            ) from error


def _make(settings: Settings, url: str, into: Path, partial: Path, *, verify: bool) -> Path:
    made_at = datetime.now(UTC)
    partial.mkdir(mode=0o700)
    noted = _collect(settings, url, partial, made_at)
    unnamed = partial.with_name(f"{partial.name}.tar")
    archive.write(unnamed, partial, noted)
    shutil.rmtree(partial)
    if verify:
        verifying.verify(unnamed, settings.elec_home)
    named = into / folder.name_of(made_at)
    if named.exists():
        raise BackupError(f"{named} is there already: wait a second and try again.")
    unnamed.rename(named)
    folder.sync(into)
    return named


def _collect(settings: Settings, url: str, partial: Path, made_at: datetime) -> Manifest:
    """Put all that goes into a backup into a folder; returns what is to be said of it."""
    ours = snapshot.dump(url, partial / f"{ELEC}.dump", schema=SCHEMA)
    databases = {ELEC: manifest.Database(member=f"{ELEC}.dump", tables=ours.tables)}
    if _exists(url, name := dagster_database(url)):
        theirs = snapshot.dump(urls.with_database(url, name), partial / f"{DAGSTER}.dump", schema=None)
        databases[DAGSTER] = manifest.Database(member=f"{DAGSTER}.dump", tables=theirs.tables)
    present = _copy_checkpoints(ours.models, settings.elec_home, partial / manifest.CHECKPOINTS)
    return Manifest(
        format=manifest.FORMAT,
        made_at=made_at,
        program=metadata.version("elec-pipeline"),
        revision=ours.revision,
        server=ours.server,
        dumped_by=ours.dumped_by,
        databases=databases,
        models=present,
        absent_models=[
            each for each in ours.models if each not in present and ours.models[each] != BUNDLED_LOCATION
        ],
        members=archive.members_of(partial),
    )


def _copy_checkpoints(models: Mapping[str, str], home: Path, into: Path) -> list[str]:
    """Copy the checkpoint of every registered model that lies on this machine; returns their versions.

    A checkpoint never changes once it is registered, so that copying needs no snapshot.
    """
    present = []
    for version, location in models.items():
        places = [Path(location)] if Path(location).is_absolute() else []
        places.append(registry.checkpoints(home) / version)
        source = next((place for place in places if place.is_dir()), None)
        if location != BUNDLED_LOCATION and source is not None:
            shutil.copytree(source, into / version)
            present.append(version)
    return present


def _exists(url: str, name: str) -> bool:
    with snapshot.connect(url) as connection:
        return connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None
