"""Forecasts that say a median and no quantiles, as those taken over from another system."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_QUANTILES = ("q05", "q10", "q25", "q75", "q90", "q95")


def upgrade() -> None:
    """Let quantiles be absent."""
    for name in _QUANTILES:
        op.alter_column("chronos_predictions", name, existing_type=sa.Double, nullable=True, schema="elec")


def downgrade() -> None:
    """Drop the forecasts without quantiles, which the older form has no room for."""
    op.execute("DELETE FROM elec.chronos_predictions WHERE q05 IS NULL")
    for name in _QUANTILES:
        op.alter_column("chronos_predictions", name, existing_type=sa.Double, nullable=False, schema="elec")
