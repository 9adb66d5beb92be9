"""Roles for owner, writer and reader, with their rights on the tables.

The one migration that calls a function of today's: rights follow the tables that there are, and are given again
whenever they were lost, as after a restore.
"""

from alembic import op

from elec_pipeline.store import roles

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the roles and give them their rights; what this account may not do is said in the log."""
    roles.settle(op.get_bind())


def downgrade() -> None:
    """Take the rights back; the roles stay, for other databases of the server may use them."""
    roles.unsettle(op.get_bind())
