"""What is forecast each morning for the days two to seven ahead, and their peaks."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_QUANTILES = ("q05", "q10", "q25", "q75", "q90", "q95")
# Whoever may read the forecasts may read these: a role that reads all tables was granted those that there were.
_READERS = sa.text("""
SELECT DISTINCT CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END
FROM pg_class c, aclexplode(c.relacl) a
WHERE c.oid = 'elec.chronos_predictions'::regclass AND a.privilege_type = 'SELECT' AND a.grantee <> c.relowner
""")


def upgrade() -> None:
    """Create both tables."""
    op.create_table(
        "week_ahead_predictions",
        sa.Column("zone", sa.Text, nullable=False, server_default="FR"),
        sa.Column("hour_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("model_version", sa.Text, nullable=False),
        sa.Column("load_mw", sa.Double, nullable=False),
        *(sa.Column(name, sa.Double, nullable=False) for name in _QUANTILES),
        sa.Column("peak_probability", sa.Double, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.PrimaryKeyConstraint("zone", "hour_start", "issued_at", "model_version"),
        schema="elec",
        comment="Each morning: the days two to seven ahead. Rows are never changed. peak_probability: that the "
        "hour is the highest of its Paris day.",
    )
    op.create_table(
        "week_ahead_peaks",
        sa.Column("zone", sa.Text, nullable=False, server_default="FR"),
        sa.Column("delivery_day", sa.Date, nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("model_version", sa.Text, nullable=False),
        sa.Column("load_mw", sa.Double, nullable=False),
        *(sa.Column(name, sa.Double, nullable=False) for name in _QUANTILES),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.PrimaryKeyConstraint("zone", "delivery_day", "issued_at", "model_version"),
        schema="elec",
        comment="Quantiles of the highest hour of each day of an issue of week_ahead_predictions.",
    )
    for reader in op.get_bind().scalars(_READERS):
        op.execute(f"GRANT SELECT ON elec.week_ahead_predictions, elec.week_ahead_peaks TO {reader}")


def downgrade() -> None:
    """Drop both."""
    op.drop_table("week_ahead_peaks", schema="elec")
    op.drop_table("week_ahead_predictions", schema="elec")
