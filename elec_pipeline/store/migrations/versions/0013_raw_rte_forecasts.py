"""RTE's forecasts as they come, by quarter-hour and half-hour, beside their hours.

Hours that are stored get no raw rows: their quarter-hours are not known any more. Reading a day again brings what
the source says now.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

# Whoever may do something with the hours may do it here: roles were given rights on the tables that there were.
_RIGHTS = sa.text("""
SELECT DISTINCT format('GRANT %s ON elec.raw_rte_forecasts TO %s', a.privilege_type,
                       CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END)
FROM pg_class c, aclexplode(c.relacl) a
WHERE c.oid = 'elec.rte_forecasts'::regclass AND a.grantee <> c.relowner
""")


def _instant(name: str, *, now: bool = False) -> "sa.Column[object]":
    return sa.Column(
        name, sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now() if now else None
    )


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "raw_rte_forecasts",
        sa.Column("zone", sa.Text, nullable=False, server_default="FR"),
        _instant("interval_start"),
        sa.Column("forecast_type", sa.Text, nullable=False),
        _instant("published_at"),
        sa.Column("is_dated", sa.Boolean, nullable=False),
        sa.Column("load_mw", sa.Double, nullable=False),
        sa.Column("resolution_minutes", sa.SmallInteger, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        _instant("ingested_at", now=True),
        sa.PrimaryKeyConstraint("zone", "interval_start", "forecast_type", "published_at", "ingested_at"),
        schema="elec",
        comment="Every reading of RTE's forecasts as it came, a row per interval; after three months "
        "those that no issue knew go. published_at: when it was read, where not is_dated.",
    )
    for right in op.get_bind().scalars(_RIGHTS).all():
        op.execute(right)


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("raw_rte_forecasts", schema="elec")
