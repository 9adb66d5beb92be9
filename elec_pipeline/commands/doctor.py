"""`elec doctor`: what is configured, reachable and fresh. It looks and changes nothing; no secret is printed.

Here: the order of the findings, and those about settings and database. Not here: the sources (`doctor_sources`),
the model (`doctor_model`), backups (`doctor_backups`), Dagster's runs (`doctor_runs`) and its daemon
(`doctor_daemons`), what a finding is (`findings`), and how findings are printed (`doctor_report`).

The quick look takes some seconds: it loads no model, and waits only a moment for answers over the network.

The tables are not migrated and nothing is created: on an empty machine it says what is not there yet. Only an
embedded server that has data and is stopped is started, to look into it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from elec_pipeline.commands.dagster_home import edited_files
from elec_pipeline.commands.findings import Finding, look
from elec_pipeline.domain.delivery_day import clock
from elec_pipeline.errors import ElecError, StoreError
from elec_pipeline.home import dagster_home
from elec_pipeline.settings import Settings
from elec_pipeline.store import database, outage, queries, urls
from elec_pipeline.store.embedded import EmbeddedServer

QUICK_WAIT_S = 1.0
"""For an answer over the network that has not come while the rest was looked at."""
_NOT_YET = "not there yet: `elec up`, or any command that writes, makes it"
_CAME_LATER = {"raw_rte_forecasts": "rte_forecasts"}
"""Tables that an older database has nothing of, while it has their hours: they fill by themselves."""


def examine(settings: Settings, *, deep: bool = False) -> Iterator[Finding]:
    """Look at one thing after the other; each finding comes as soon as it is made.

    Args:
        settings: Of the platform.
        deep: Whether what takes longer is done too: the model is checked file by file and loaded, and the sources
            are waited for.
    """
    from elec_pipeline.commands.doctor_backups import look_at_backups
    from elec_pipeline.commands.doctor_sources import Questions

    questions = Questions(settings)  # the sources answer while the rest is looked at
    yield Finding(
        "state",
        is_well=True,
        text=f"ELEC_HOME is {settings.elec_home}; DAGSTER_HOME is {dagster_home(settings.elec_home)}",
    )
    for path, newer in edited_files(settings).items():
        kept = f"{path} was edited, and is left as it is"
        advice = f"; this version ships another: compare it with {newer}, then remove that"
        yield Finding(path.name, is_well=newer is None, text=kept + (advice if newer else ""))
    yield from questions.configured()
    engine = None
    try:
        engine = _connect(settings)
    except ElecError as error:
        yield Finding("database", is_well=False, text=str(error))
    try:
        has_tables = False
        if engine is not None:
            found = look("database", lambda: _database(settings, engine))
            has_tables = found.is_well
            yield found
        if engine is not None and has_tables:
            yield from examine_freshness(engine)
            yield _alerts(settings, engine)
        if engine is not None:
            yield from _dagster(settings, engine)
        yield look_at_backups(settings, engine if has_tables else None)
        yield from questions.answers(wait_s=None if deep else QUICK_WAIT_S)
        from elec_pipeline.commands.doctor_model import describe_model

        # Last, since loading it takes longer than all the rest.
        yield look("model", lambda: describe_model(settings, engine if has_tables else None, deep=deep))
    finally:
        if engine is not None:
            engine.dispose()


def _connect(settings: Settings) -> Engine:
    """Return an engine on the database as it is.

    Raises:
        StoreError: There is no embedded server yet, or the database does not answer.
    """
    if not settings.database_url.get_secret_value():
        server = EmbeddedServer(settings.elec_home)
        if not any(server.root.glob("data-*")):
            raise StoreError(f"the embedded server in {server.root} is {_NOT_YET}")
    return database.connect(settings)


def _database(settings: Settings, engine: Engine) -> str:
    with engine.connect() as connection:
        version = queries.server_version(connection)
    found = database.revision(engine)
    where = f"PostgreSQL {version} at {urls.redact(outage.url_of(settings))}"
    if database.is_newer(found):
        raise database.newer(found)
    if found is None:
        raise StoreError(
            f"{where} has no tables yet: any `elec` command that writes makes them, such as `elec up`"
        )
    if found != database.HEAD:
        raise StoreError(
            f"{where}: the tables are at revision {found}, this program expects {database.HEAD}: `elec up`, or "
            "any other command that reads or writes them, migrates them"
        )
    return f"{where}, tables up to date"


def examine_freshness(engine: Engine) -> Iterator[Finding]:
    """Yield for each table how new its newest row is."""
    from elec_pipeline.domain.freshness import is_late

    try:
        with engine.connect() as connection:
            newest = queries.newest_instants(connection)
    except SQLAlchemyError as error:
        yield Finding("tables", is_well=False, text=outage.own_words(error))
        return
    now = datetime.now(UTC)
    for table, instant in newest.items():
        if instant is None and newest.get(_CAME_LATER.get(table, "")) is not None:
            text = "empty so far: filled from the next reading on; `elec backfill --again` reads former days too"
            yield Finding(table, is_well=True, text=text)
        elif instant is None:
            yield Finding(table, is_well=False, text="empty: run `elec backfill`, or start `elec up`")
        else:
            is_fresh = not is_late(table, instant, now)
            state = "fresh" if is_fresh else "late"
            yield Finding(table, is_well=is_fresh, text=f"{state}; newest {clock(instant)}")


def _alerts(settings: Settings, engine: Engine) -> Finding:
    """Say whether a problem is open, and whether every message was taken by the addresses of ELEC_ALERTS."""
    from elec_pipeline.alerts.facts import NOTICES
    from elec_pipeline.alerts.watch import lasting, lost_messages

    now = datetime.now(UTC)
    try:
        with engine.connect() as connection:
            lost = lost_messages(connection, settings, now)
            is_open = [entry for entry in lasting(connection, now) if entry.closed_at is None]
    except SQLAlchemyError as error:
        return Finding("alerts", is_well=False, text=outage.own_words(error))
    problems = sorted(entry.key for entry in is_open if entry.kind not in NOTICES)
    if not lost:
        named = f" ({', '.join(problems)})" if problems else ""
        text = f"{len(is_open)} open{named}, none lost: `elec alerts` lists them"
        return Finding("alerts", is_well=not problems, text=text)
    text = f"{len(lost)} lost, tried again every hour; `elec alerts test` tries the addresses. {lost[-1]}"
    return Finding("alerts", is_well=False, text=text)


def _dagster(settings: Settings, engine: Engine) -> Iterator[Finding]:
    """Look at Dagster's runs and daemon, where it has a home and a database."""
    home = dagster_home(settings.elec_home)
    try:
        if not database.has_dagster(engine) or not (home / "dagster.yaml").exists():
            yield Finding("daemon", is_well=False, text=f"Dagster's home and history are {_NOT_YET}")
            return
        from elec_pipeline.commands.dagster_home import open_instance
        from elec_pipeline.commands.doctor_daemons import examine_daemon
        from elec_pipeline.commands.doctor_runs import examine_runs

        with open_instance(settings, as_it_is=True) as instance:
            yield from examine_runs(instance, home)
        with database.opened_dagster(settings) as of_dagster:
            yield examine_daemon(of_dagster, home)
    except (ElecError, SQLAlchemyError) as error:
        yield Finding("runs", is_well=False, text=outage.own_words(error))
