"""Temperature forecasts, which enter the information set with the time they were issued."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "temperature_forecasts",
        sa.Column("zone", sa.Text, nullable=False, server_default="FR"),
        sa.Column("hour_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("temperature_c", sa.Double, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("ingested_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.PrimaryKeyConstraint("zone", "hour_start", "issued_at"),
        schema="elec",
        comment="Every temperature forecast, weighted by population. Rows are never changed.",
    )


def downgrade() -> None:
    """Refuse: forecasts as they stood cannot be fetched again."""
    raise NotImplementedError("forecast vintages cannot be fetched again: restore a backup instead")
