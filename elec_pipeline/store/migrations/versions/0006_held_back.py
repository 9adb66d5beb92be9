"""Why a forecast was held back as implausible, and who speaks instead."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_FORMER = "Every issue of our forecasts. Rows are never changed."
_COMMENT = _FORMER + " held_back: why the model's own forecast was implausible, and who speaks instead."


def upgrade() -> None:
    """Add the column; what was published before was published as the model made it."""
    op.add_column("chronos_predictions", sa.Column("held_back", sa.Text, nullable=True), schema="elec")
    op.create_table_comment("chronos_predictions", _COMMENT, existing_comment=_FORMER, schema="elec")


def downgrade() -> None:
    """Drop the column."""
    op.create_table_comment("chronos_predictions", _FORMER, existing_comment=_COMMENT, schema="elec")
    op.drop_column("chronos_predictions", "held_back", schema="elec")
