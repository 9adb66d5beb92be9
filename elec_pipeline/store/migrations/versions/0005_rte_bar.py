"""RTE is scored by the D-1 that was known at 20:30 the day before; its newest one is a row of its own.

Here: the column `basis`, and the scores of RTE's on every day that has any, computed anew from what is stored. The
rules are written out as they stood then: what the program computes later may change, this may not.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# RTE's vintages with the time each became known. Where RTE's forecast reached us before its day began, the first
# vintage counts from its publication and a further one not before it reached us. Where it did not, the first one
# counts from 20:00 the day before at the latest.
_VINTAGES = """
WITH arrived AS (
    SELECT v.zone, v.hour_start, v.published_at, v.ingested_at, v.load_mw,
        (v.hour_start AT TIME ZONE 'Europe/Paris')::date AS day,
        row_number() OVER of_hour AS arrival,
        min(v.ingested_at) OVER (PARTITION BY v.zone, v.hour_start) AS came_first
    FROM elec.rte_forecasts v
    WHERE v.forecast_type = 'D-1'
    WINDOW of_hour AS (PARTITION BY v.zone, v.hour_start ORDER BY v.ingested_at, v.published_at)
), bounded AS (
    SELECT *,
        came_first < (day::timestamp AT TIME ZONE 'Europe/Paris') AS was_live,
        ((day - 1) + time '20:00') AT TIME ZONE 'Europe/Paris' AS nominal,
        ((day - 1) + time '20:30') AT TIME ZONE 'Europe/Paris' AS bar
    FROM arrived
), known AS (
    SELECT *,
        arrival = 1 AND NOT was_live AND nominal <= published_at AS is_nominal,
        CASE
            WHEN arrival = 1 AND NOT was_live THEN least(published_at, nominal)
            WHEN arrival > 1 AND was_live THEN greatest(published_at, ingested_at - interval '15 minutes')
            ELSE published_at
        END AS known_at
    FROM bounded
), chosen AS (
    (SELECT DISTINCT ON (zone, hour_start) 'rte_d1' AS forecaster, zone, day, hour_start, load_mw, is_nominal
    FROM known WHERE known_at <= bar
    ORDER BY zone, hour_start, published_at DESC, ingested_at DESC)
    UNION ALL
    (SELECT DISTINCT ON (zone, hour_start) 'rte_d1_latest', zone, day, hour_start, load_mw, NULL
    FROM known
    ORDER BY zone, hour_start, published_at DESC, ingested_at DESC)
)
"""
_SCORES = """
INSERT INTO elec.forecast_accuracy
    (zone, delivery_day, forecaster, mape, mae_mw, rmse_mw, bias_mw, hours, basis)
SELECT c.zone, c.day, c.forecaster,
    100 * avg(abs(c.load_mw - a.load_mw) / abs(a.load_mw)),
    avg(abs(c.load_mw - a.load_mw)),
    sqrt(avg((c.load_mw - a.load_mw) ^ 2)),
    avg(c.load_mw - a.load_mw),
    count(*),
    CASE WHEN c.forecaster = 'rte_d1' THEN CASE WHEN bool_or(c.is_nominal) THEN 'nominal' ELSE 'published' END END
FROM chosen c
JOIN elec.hourly_consumption a
    ON a.zone = c.zone AND a.hour_start = c.hour_start AND a.quarters = 4 AND a.load_mw <> 0
JOIN scored s ON s.zone = c.zone AND s.delivery_day = c.day
GROUP BY c.zone, c.day, c.forecaster
"""
_COMMENT = "Errors of each forecaster on each Paris day; mape in percent, coverage_80 as a share."
_BASIS = (
    " basis, of rte_d1: published, or nominal where hours were fetched late and count from 20:00 the day before."
)


def upgrade() -> None:
    """Add the column; compute the scores of RTE's anew."""
    op.add_column("forecast_accuracy", sa.Column("basis", sa.Text, nullable=True), schema="elec")
    op.create_table_comment("forecast_accuracy", _COMMENT + _BASIS, existing_comment=_COMMENT, schema="elec")
    # A day without any score gets none here: the pipeline scores it when its turn comes.
    days = "SELECT DISTINCT zone, delivery_day FROM elec.forecast_accuracy"
    op.execute(f"CREATE TEMPORARY TABLE scored ON COMMIT DROP AS {days}")
    op.execute("DELETE FROM elec.forecast_accuracy WHERE forecaster = 'rte_d1'")
    op.execute(_VINTAGES + _SCORES)
    op.execute("INSERT INTO elec.changes (zone, table_name) SELECT DISTINCT zone, 'forecast_accuracy' FROM scored")
    op.execute("DROP TABLE scored")


def downgrade() -> None:
    """Let RTE's newest D-1 be scored as `rte_d1` again."""
    op.execute("DELETE FROM elec.forecast_accuracy WHERE forecaster = 'rte_d1'")
    op.execute("UPDATE elec.forecast_accuracy SET forecaster = 'rte_d1' WHERE forecaster = 'rte_d1_latest'")
    op.create_table_comment("forecast_accuracy", _COMMENT, existing_comment=_COMMENT + _BASIS, schema="elec")
    op.drop_column("forecast_accuracy", "basis", schema="elec")
