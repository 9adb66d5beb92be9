"""How each issue of ours differs from the one before it of the same delivery day, and why.

Forecasts that are stored have no such rows, and get none: they are made when an issue is made.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
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
        "prediction_changes",
        sa.Column("zone", sa.Text, nullable=False, server_default="FR"),
        sa.Column("hour_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("model_version", sa.Text, nullable=False),
        sa.Column("previous_issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("load_change_mw", sa.Double, nullable=False),
        sa.Column("from_load_mw", sa.Double, nullable=True),
        sa.Column("from_rte_mw", sa.Double, nullable=True),
        sa.Column("from_weather_mw", sa.Double, nullable=True),
        sa.PrimaryKeyConstraint("zone", "hour_start", "issued_at", "model_version"),
        schema="elec",
        comment="How the median of an issue of chronos_predictions differs from the issue before it of the same "
        "day, and the shares of three groups of knowledge in the ridge's change. Rows are never changed.",
    )
    for reader in op.get_bind().scalars(_READERS):
        op.execute(f"GRANT SELECT ON elec.prediction_changes TO {reader}")


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("prediction_changes", schema="elec")
