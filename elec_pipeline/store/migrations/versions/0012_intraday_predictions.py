"""What is forecast every hour within the day."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
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
        "intraday_predictions",
        sa.Column("zone", sa.Text, nullable=False, server_default="FR"),
        sa.Column("hour_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("model_version", sa.Text, nullable=False),
        sa.Column("load_mw", sa.Double, nullable=False),
        *(sa.Column(name, sa.Double, nullable=True) for name in ("q05", "q10", "q25", "q75", "q90", "q95")),
        sa.Column("goes_on_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("known_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.PrimaryKeyConstraint("zone", "hour_start", "issued_at"),
        schema="elec",
        comment="Every hour: the rest of today and tomorrow. Rows are never changed. goes_on_from: issue time of "
        "the day-ahead forecast that was brought up to date; known_until: end of the newest actual hour known.",
    )
    for reader in op.get_bind().scalars(_READERS):
        op.execute(f"GRANT SELECT ON elec.intraday_predictions TO {reader}")


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("intraday_predictions", schema="elec")
