"""Problems that people are told of, and which address took which message."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# Whoever may read the forecasts may read this: a role that reads all tables was granted those that there were.
_READERS = sa.text("""
SELECT DISTINCT CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END
FROM pg_class c, aclexplode(c.relacl) a
WHERE c.oid = 'elec.chronos_predictions'::regclass AND a.privilege_type = 'SELECT' AND a.grantee <> c.relowner
""")


def _instant(name: str, *, nullable: bool = False) -> "sa.Column[object]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "alerts",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        _instant("opened_at"),
        _instant("last_seen_at"),
        _instant("closed_at", nullable=True),
        sa.Column("flaps", sa.SmallInteger, nullable=False, server_default="0"),
        sa.Column("facts", JSONB, nullable=False, server_default="{}"),
        schema="elec",
        comment="Problems, a row from opening to end. flaps: how often the same one had just been over.",
    )
    op.create_index(
        "alerts_open", "alerts", ["key"], unique=True, schema="elec", postgresql_where=sa.text("closed_at IS NULL")
    )
    op.create_index("alerts_closed_at", "alerts", ["closed_at"], schema="elec")
    op.create_table(
        "alert_deliveries",
        sa.Column("alert_id", sa.BigInteger, sa.ForeignKey("elec.alerts.id", ondelete="CASCADE"), nullable=False),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("tries", sa.SmallInteger, nullable=False),
        _instant("first_tried_at"),
        _instant("last_tried_at"),
        _instant("delivered_at", nullable=True),
        sa.Column("error", sa.Text, nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("alert_id", "event", "address"),
        schema="elec",
        comment="Which address took which message. address: scheme and place in ELEC_ALERTS, never the URL.",
    )
    for reader in op.get_bind().scalars(_READERS):
        op.execute(f"GRANT SELECT ON elec.alerts, elec.alert_deliveries TO {reader}")


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("alert_deliveries", schema="elec")
    op.drop_table("alerts", schema="elec")
