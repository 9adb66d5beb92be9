"""How much room there is where our state lies.

Here: one look at the file systems. Not here: how little is too little (`rules`, `commands.daemon_watch`). It loads
little: the parent of a platform, which stays for years, looks too.
"""

from __future__ import annotations

import shutil

from elec_pipeline.alerts.facts import Disk
from elec_pipeline.home import SERVER
from elec_pipeline.settings import Settings


def disks(settings: Settings) -> list[Disk]:
    """Return the room where our state lies, and where the embedded server's data do if that is another disk."""
    home = settings.elec_home
    found: dict[int, Disk] = {}
    embedded = [] if settings.database_url.get_secret_value() else [home / SERVER]
    for folder in (home, *embedded):
        there = next(path for path in (folder, *folder.parents) if path.exists())
        usage = shutil.disk_usage(there)
        found.setdefault(there.stat().st_dev, Disk(str(there), usage.free, usage.total))
    return list(found.values())
