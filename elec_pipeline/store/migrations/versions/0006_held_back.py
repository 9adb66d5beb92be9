"""Why a forecast was held back as implausible, and who speaks instead."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; what was published before was published as the model made it."""
    op.add_column("chronos_predictions", sa.Column("held_back", sa.Text, nullable=True), schema="elec")


def downgrade() -> None:
    """Drop the column."""
    op.drop_column("chronos_predictions", "held_back", schema="elec")
