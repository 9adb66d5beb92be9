"""`backup`, the job of every night: a backup that was restored and compared, then the oldest ones go.

Here: what Dagster is told of it. Not here: how a backup is made (`backup`).
"""

import dagster as dg

from elec_pipeline.defs.faults import typed_faults


@dg.op(description="A backup, restored into a server of its own and compared; then the oldest ones go.")
def make_backup(context: dg.OpExecutionContext) -> None:
    """Make one and say where it is; older ones go only once it is there and good."""
    from elec_pipeline.backup import archive, folder, making
    from elec_pipeline.settings import settings

    into, keep = settings().backup_folder, settings().elec_backups
    if not keep:
        context.log.info("ELEC_BACKUPS is 0: no backup is made.")
        return
    with typed_faults(context):
        made = making.make(settings(), into, verify=True)
    noted = archive.read_manifest(made)
    gone = folder.thin(into, keep)
    context.add_output_metadata(
        {
            "backup": dg.MetadataValue.path(str(made)),
            "size MB": made.stat().st_size / 1e6,
            "rows": noted.rows,
            "older ones removed": len(gone),
        }
    )
    context.log.info(
        f"{made}: {noted.rows:,} rows, restored into a server of its own and the same; "
        f"{len(gone)} older ones removed."
    )


@dg.job(description="The nightly backup; what it holds is restored and compared before it counts.")
def backup() -> None:
    """Make the nightly backup."""
    make_backup()
