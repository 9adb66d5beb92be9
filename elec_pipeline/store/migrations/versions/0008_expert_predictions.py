"""What each expert of a model said, beside the forecast that was made of them.

Forecasts that are stored have no experts' rows, and get none: what an expert said is known when it says it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
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
        "expert_predictions",
        sa.Column("zone", sa.Text, nullable=False, server_default="FR"),
        sa.Column("hour_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("model_version", sa.Text, nullable=False),
        sa.Column("expert", sa.Text, nullable=False),
        sa.Column("load_mw", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("zone", "hour_start", "issued_at", "model_version", "expert"),
        schema="elec",
        comment="The median of each expert in every issue of chronos_predictions. Rows are never changed.",
    )
    for reader in op.get_bind().scalars(_READERS):
        op.execute(f"GRANT SELECT ON elec.expert_predictions TO {reader}")


def downgrade() -> None:
    """Drop the table, and the scores of forecasters that the older form does not know."""
    op.execute("DELETE FROM elec.forecast_accuracy WHERE forecaster = 'rte_debiased' OR forecaster ^@ 'expert_'")
    op.drop_table("expert_predictions", schema="elec")
