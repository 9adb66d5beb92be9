"""Backups: both databases and the trained checkpoints in one file, and the way back.

Here: making, checking, restoring and thinning backups, and carrying the embedded database to PostgreSQL's next
major version. Not here: the commands (`commands.backup`) and the nightly run (`defs.backups`).
"""
