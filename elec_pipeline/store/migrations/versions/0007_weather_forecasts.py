"""Weather forecasts: temperature, and beside it clouds, wind, humidity and radiation, each known or not.

Here: the table of temperatures becomes that of the weather, and a view bears its old name for those who read it.
No row is written: renaming and adding columns that may be null take no longer on ten years than on none.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_COLUMNS = ("cloud_cover_pct", "wind_speed_ms", "relative_humidity_pct", "shortwave_radiation_wm2")
_OLD = "Every temperature forecast, weighted by population. Rows are never changed."
_NEW = "Every weather forecast, weighted by population. What is known is never changed, what is null may be added."
# Whoever might read the table may read the view: a role that reads all tables was granted those that there were.
_READERS = sa.text("""
SELECT DISTINCT CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END
FROM pg_class c, aclexplode(c.relacl) a
WHERE c.oid = 'elec.weather_forecasts'::regclass AND a.privilege_type = 'SELECT' AND a.grantee <> c.relowner
""")


def upgrade() -> None:
    """Rename the table, add the columns, and leave a view of the old name."""
    op.rename_table("temperature_forecasts", "weather_forecasts", schema="elec")
    op.execute("ALTER INDEX elec.temperature_forecasts_pkey RENAME TO weather_forecasts_pkey")
    op.alter_column("weather_forecasts", "temperature_c", existing_type=sa.Double, nullable=True, schema="elec")
    for name in _COLUMNS:
        op.add_column("weather_forecasts", sa.Column(name, sa.Double, nullable=True), schema="elec")
    op.create_table_comment("weather_forecasts", _NEW, existing_comment=_OLD, schema="elec")
    op.execute("""
        CREATE VIEW elec.temperature_forecasts AS
        SELECT zone, hour_start, issued_at, temperature_c, source, ingested_at FROM elec.weather_forecasts
        WHERE temperature_c IS NOT NULL
    """)
    op.execute("COMMENT ON VIEW elec.temperature_forecasts IS 'The temperatures of weather_forecasts.'")
    for reader in op.get_bind().scalars(_READERS):
        op.execute(f"GRANT SELECT ON elec.temperature_forecasts TO {reader}")
    op.execute(
        "UPDATE elec.changes SET table_name = 'weather_forecasts' WHERE table_name = 'temperature_forecasts'"
    )


def downgrade() -> None:
    """Drop all but the temperatures, which the older form alone has room for."""
    op.execute("DROP VIEW elec.temperature_forecasts")
    op.execute("DELETE FROM elec.weather_forecasts WHERE temperature_c IS NULL")
    op.create_table_comment("weather_forecasts", _OLD, existing_comment=_NEW, schema="elec")
    for name in _COLUMNS:
        op.drop_column("weather_forecasts", name, schema="elec")
    op.alter_column("weather_forecasts", "temperature_c", existing_type=sa.Double, nullable=False, schema="elec")
    op.execute("ALTER INDEX elec.weather_forecasts_pkey RENAME TO temperature_forecasts_pkey")
    op.rename_table("weather_forecasts", "temperature_forecasts", schema="elec")
    op.execute(
        "UPDATE elec.changes SET table_name = 'temperature_forecasts' WHERE table_name = 'weather_forecasts'"
    )
