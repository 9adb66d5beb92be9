"""The account that the embedded PostgreSQL server runs under, and what that account may enter.

Here: whom to become when root starts the server (PostgreSQL refuses to run as root), folders that belong
to that account, and the search for a parent folder that shuts it out. Not here: starting anything, and
changing the permissions of a folder that somebody else made.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from elec_pipeline.errors import EmbeddedServerError
from elec_pipeline.home import PRIVATE, make_at_once

UNPRIVILEGED = "nobody"
"""Whom the server runs as when root starts it; every Linux and macOS has this account."""


class Identity(TypedDict, total=False):
    """The arguments of `subprocess.run` that start a program under another account."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True)
class ServerAccount:
    """The account whose processes and files the server's are.

    Args:
        uid: Its user id.
        gid: Its group id.
        by_root: Root starts the server and has to switch to this account.
    """

    uid: int
    gid: int
    by_root: bool

    @classmethod
    def current(cls) -> ServerAccount:
        """Return the caller's own account, or the unprivileged one where the caller is root.

        Raises:
            EmbeddedServerError: Root calls, and the system has no unprivileged account.
        """
        import pwd  # does not exist on Windows, where this module must still be importable

        if os.geteuid() != 0:
            return cls(os.geteuid(), os.getegid(), by_root=False)
        try:
            entry = pwd.getpwnam(UNPRIVILEGED)
        except KeyError:
            raise EmbeddedServerError(
                f"PostgreSQL does not run as root, and this system has no account {UNPRIVILEGED!r} to run it "
                "under: start as an ordinary user, or set DATABASE_URL to a PostgreSQL server."
            ) from None
        return cls(entry.pw_uid, entry.pw_gid, by_root=True)

    @property
    def identity(self) -> Identity:
        """How to start a program under this account."""
        return Identity(user=self.uid, group=self.gid, extra_groups=[]) if self.by_root else Identity()

    def may_pass(self, path: Path) -> bool:
        """Say whether the mode of a folder (or program) lets this account enter (or execute) it."""
        status = path.stat()
        if status.st_uid == self.uid:
            return bool(status.st_mode & stat.S_IXUSR)
        if status.st_gid == self.gid:
            return bool(status.st_mode & stat.S_IXGRP)
        return bool(status.st_mode & stat.S_IXOTH)

    def first_closed(self, folder: Path) -> Path | None:
        """Return the topmost existing folder on the way to `folder`, itself included, that shuts us out."""
        on_the_way = [*reversed(folder.parents), folder]
        return next((step for step in on_the_way if step.exists() and not self.may_pass(step)), None)

    def require_way_to(self, folder: Path) -> None:
        """Check that the account can reach a folder that may not exist yet.

        Raises:
            EmbeddedServerError: A folder on the way is closed to it; the message names that folder.
        """
        closed = self.first_closed(folder) if self.by_root else None
        if closed is not None:
            raise EmbeddedServerError(
                f"PostgreSQL does not run as root, and the account {UNPRIVILEGED!r} that it runs under "
                f"instead cannot enter {closed} (mode {stat.S_IMODE(closed.stat().st_mode):04o}), so it cannot "
                f"reach {folder}. Set ELEC_HOME to a folder that every account can enter, such as "
                "/var/lib/elec-pipeline, or start as an ordinary user."
            )

    def make_private(self, folder: Path) -> None:
        """Create a folder of mode 0700 that belongs to this account; one that is so already is kept.

        Raises:
            EmbeddedServerError: Something else is there, or it belongs to another account.
        """
        if not os.path.lexists(folder):
            make_at_once(folder, PRIVATE, (self.uid, self.gid) if self.by_root else None)
        elif self.by_root and folder.lstat().st_uid == os.geteuid() and not folder.is_symlink():
            os.chown(folder, self.uid, self.gid)  # whoever was making it, with an earlier version, was killed
        self.require_private(folder)

    def require_private(self, folder: Path) -> None:
        """Check that only this account can have put files into a folder.

        Raises:
            EmbeddedServerError: It is no folder, belongs to another account, or is open to others.
        """
        status = folder.lstat()  # not stat: somebody else's link would lead us to their folder
        if not stat.S_ISDIR(status.st_mode):
            raise EmbeddedServerError(f"{folder} should be a folder of the embedded database: remove it.")
        if status.st_uid != self.uid:
            raise EmbeddedServerError(
                f"{folder} belongs to the account with id {status.st_uid}, the embedded database runs under "
                f"id {self.uid}: start as the account that created it, or set ELEC_HOME to another folder."
            )
        if stat.S_IMODE(status.st_mode) & 0o077:
            raise EmbeddedServerError(
                f"{folder} is open to other accounts, and whoever enters it can read and change the "
                f"database: run chmod 700 {folder}"
            )
