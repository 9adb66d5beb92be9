"""RTE's forecasts of three to nine days ahead, every vintage by hour.

Nothing is stored of the days before: what is read from now on has rows.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

# Whoever may do something with RTE's other forecasts may do it here: roles were given rights on the tables that
# there were.
_RIGHTS = sa.text("""
SELECT DISTINCT format('GRANT %s ON elec.rte_weekly_forecasts TO %s', a.privilege_type,
                       CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END)
FROM pg_class c, aclexplode(c.relacl) a
WHERE c.oid = 'elec.rte_forecasts'::regclass AND a.grantee <> c.relowner
""")


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "rte_weekly_forecasts",
        sa.Column("zone", sa.Text, nullable=False, server_default="FR"),
        sa.Column("hour_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("load_mw", sa.Double, nullable=False),
        sa.Column("ingested_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.PrimaryKeyConstraint("zone", "hour_start", "published_at"),
        schema="elec",
        comment="Each vintage of RTE's weekly forecasts (D-3 to D-9) that says something new. Rows are never "
        "changed. published_at: when it was read, where RTE does not say.",
    )
    for right in op.get_bind().scalars(_RIGHTS).all():
        op.execute(right)


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("rte_weekly_forecasts", schema="elec")
