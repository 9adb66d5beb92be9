"""The quarter-hours of each forecast of ours.

Those of forecasts that are stored come with the next backfill of their days, from what their issues knew.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

# Whoever may read the forecasts may read this: a role that reads all tables was granted those that there were.
_READERS = sa.text("""
SELECT DISTINCT CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END
FROM pg_class c, aclexplode(c.relacl) a
WHERE c.oid = 'elec.chronos_predictions'::regclass AND a.privilege_type = 'SELECT' AND a.grantee <> c.relowner
""")


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "quarter_hourly_predictions",
        sa.Column("zone", sa.Text, nullable=False, server_default="FR"),
        sa.Column("interval_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("model_version", sa.Text, nullable=False),
        sa.Column("load_mw", sa.Double, nullable=False),
        *(sa.Column(name, sa.Double, nullable=True) for name in ("q05", "q10", "q25", "q75", "q90", "q95")),
        sa.PrimaryKeyConstraint("zone", "interval_start", "issued_at", "model_version"),
        schema="elec",
        comment="The quarter-hours of every issue of chronos_predictions; those of an hour have its forecast as "
        "mean. Rows are never changed.",
    )
    for reader in op.get_bind().scalars(_READERS):
        op.execute(f"GRANT SELECT ON elec.quarter_hourly_predictions TO {reader}")


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("quarter_hourly_predictions", schema="elec")
