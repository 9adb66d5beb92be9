"""Notes of what was changed when, on which readers' caches hang."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "changes",
        sa.Column("zone", sa.Text, nullable=False, server_default="FR"),
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("table_name", sa.Text, nullable=False),
        sa.Column(
            "changed_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.clock_timestamp()
        ),
        sa.PrimaryKeyConstraint("zone", "id"),
        schema="elec",
        comment="A note of every write that changed rows of a table; those a day old and outdated are dropped.",
    )


def downgrade() -> None:
    """Drop the table: nothing but caches hangs on it."""
    op.drop_table("changes", schema="elec")
