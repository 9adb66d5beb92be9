"""What a backup says of itself: when, by which program, from which server, and what must be in it.

Here: the fields, reading and writing them. Not here: the archive around them (`archive`).
"""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import PurePosixPath
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from elec_pipeline.errors import DamagedBackupError, RestoreRefusedError

FORMAT = 1
"""Rises when older programs could not read a new archive."""
CHECKPOINTS = "checkpoints"
"""Folder of an archive that holds a folder for each model."""
ELEC, DAGSTER = "elec", "dagster"
"""Roles of the two databases in a backup; their names on a server may be others."""


def _inside(name: str) -> str:
    """Refuse a member that would leave the folder it is extracted to."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or not re.fullmatch(r"[\w.+@-][\w.+@ /-]*", name):
        raise ValueError("a name leaves the archive")
    return name


Name = Annotated[str, AfterValidator(_inside)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Rows(_Part):
    """How many rows a table has, and a sum over their texts that any changed value changes."""

    rows: int
    checksum: str


class Database(_Part):
    """One database of a backup.

    Attributes:
        member: The dump, in pg_dump's custom format.
        tables: By schema and name.
    """

    member: Name
    tables: dict[str, Rows]

    @property
    def rows(self) -> int:
        """Rows of all its tables."""
        return sum(each.rows for each in self.tables.values())


class Member(_Part):
    """One file of an archive."""

    bytes: int
    sha256: str


class Manifest(_Part):
    """All that a backup says of itself.

    Attributes:
        format: Of the archive.
        made_at: When, UTC.
        program: Version of elec-pipeline.
        revision: Migration of the tables; None where there were none.
        server: Version of PostgreSQL that the data came from.
        dumped_by: Major version of `pg_dump`, which `pg_restore` must reach.
        databases: By role, `elec` and `dagster`.
        models: Versions whose checkpoints are in it.
        absent_models: Registered versions whose checkpoints are not: they were gone, or lie at a hub.
        members: Every file of the archive but this one, by name.
    """

    format: int
    made_at: datetime
    program: str
    revision: str | None
    server: str
    dumped_by: int
    databases: dict[str, Database]
    models: list[Name]
    absent_models: list[str]
    members: dict[Name, Member]

    @property
    def rows(self) -> int:
        """Rows of all tables."""
        return sum(each.rows for each in self.databases.values())


class _Format(BaseModel):
    format: int


def read(text: bytes) -> Manifest:
    """Read a manifest.

    Raises:
        RestoreRefusedError: A newer program wrote it.
        DamagedBackupError: It is none.
    """
    try:
        written_in = _Format.model_validate_json(text).format
        if written_in > FORMAT:
            raise RestoreRefusedError(
                f"The backup is of format {written_in}, this program reads formats up to {FORMAT}: "
                "upgrade elec-pipeline."
            )
        return Manifest.model_validate_json(text)
    except ValidationError:
        raise DamagedBackupError("Its manifest cannot be read: take another backup.") from None
