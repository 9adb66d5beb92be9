"""`elec doctor`: what is configured, reachable and fresh. No secret is printed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.exc import SQLAlchemyError

from elec_pipeline.commands.dagster_home import dagster_home
from elec_pipeline.delivery_day import PARIS
from elec_pipeline.errors import ElecError
from elec_pipeline.settings import Settings, Source
from elec_pipeline.store import queries, urls
from elec_pipeline.store.database import database_url, open_database, opened


@dataclass(frozen=True)
class Finding:
    """One line of the report: a `subject`, whether it is well, and what was found or what to do."""

    subject: str
    is_well: bool
    text: str


def examine(settings: Settings) -> Iterator[Finding]:
    """Look at one thing after the other; each finding comes as soon as it is made."""
    yield Finding(
        "state", is_well=True, text=f"ELEC_HOME is {settings.elec_home}; DAGSTER_HOME is {dagster_home(settings)}"
    )
    yield _look("source", lambda: f"{settings.source} at {_host(settings)}")
    yield _look("weather", lambda: _weather(settings))
    yield _look("access", lambda: _access(settings))
    if settings.elec_fallback:
        yield _look("fallback", lambda: _fallback(settings))
    yield _look("database", lambda: _database(settings))
    yield from _freshness(settings)
    yield _look("model", lambda: _model(settings))
    yield _look("daemon", lambda: _daemon(settings))


def _look(subject: str, find: Callable[[], str]) -> Finding:
    try:
        return Finding(subject, is_well=True, text=find())
    except (ElecError, SQLAlchemyError) as error:
        return Finding(subject, is_well=False, text=str(error))


def _weather(settings: Settings) -> str:
    hosts = settings.weather_hosts
    return "switched off: OPEN_METEO_URL is off" if hosts is None else f"{hosts[0]}, previous runs at {hosts[1]}"


def _host(settings: Settings) -> str:
    return settings.odre_base_url if settings.source is Source.ODRE else settings.rte_base_url


def _access(settings: Settings) -> str:
    if settings.source is Source.ODRE:
        return _open_data(settings)
    from elec_pipeline.sources.rte import RteClient

    RteClient.from_settings(settings).check_access()
    return "the source hands out a token"


def _open_data(settings: Settings) -> str:
    from elec_pipeline.sources.odre import OdreClient

    OdreClient.from_settings(settings).check_access()
    return "the open data answers; it needs no key"


def _fallback(settings: Settings) -> str:
    if not settings.fallback:
        return f"ELEC_FALLBACK={settings.elec_fallback} stands in for nothing: the source is {settings.source}"
    return f"{settings.fallback} at {settings.odre_base_url} while RTE is down: {_open_data(settings)}"


def _database(settings: Settings) -> str:
    engine = open_database(settings)
    with engine.connect() as connection:
        version = queries.server_version(connection)
    return f"PostgreSQL {version} at {urls.redact(database_url(settings))}, tables up to date"


def _freshness(settings: Settings) -> Iterator[Finding]:
    from elec_pipeline.defs.checks import OLDEST

    try:
        with open_database(settings).connect() as connection:
            newest = queries.newest_instants(connection)
    except (ElecError, SQLAlchemyError):
        return  # the line on the database has said why
    now = datetime.now(UTC)
    for table, instant in newest.items():
        if instant is None:
            yield Finding(table, is_well=False, text="empty: run `elec backfill`, or start `elec up`")
        else:
            is_fresh = table not in OLDEST or instant >= now - OLDEST[table]
            state = "fresh" if is_fresh else "late"
            yield Finding(
                table, is_well=is_fresh, text=f"{state}; newest {instant.astimezone(PARIS):%Y-%m-%d %H:%M %Z}"
            )


def _model(settings: Settings) -> str:
    from elec_pipeline.forecasting import registry

    with opened(settings) as engine:
        used = registry.in_use(engine, settings)
    return f"{registry.load(used).version} loads; {used.why}"


def _daemon(settings: Settings) -> str:
    from dagster._daemon.controller import all_daemons_live

    from elec_pipeline.commands.dagster_home import open_instance

    with open_instance(settings) as instance:
        if not all_daemons_live(instance):
            raise ElecError("Dagster's daemon does not run, so no schedule fires: start `elec up`.")
    return "Dagster's daemon runs: schedules fire"
