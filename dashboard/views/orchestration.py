"""What Dagster's web server says: checks, schedules, sensors, the last runs. A part of the page of data and runs.

Here: the tables. Not here: the question to Dagster (`runs`).
"""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard import runs
from dashboard.frame import Frame
from dashboard.language import moment_label, number
from dashboard.runs import Check, Run, Schedule, Sensor
from elec_pipeline.settings import settings

OF_THE_UI = "__ASSET_JOB"
"""Dagster's name for the job of what is materialized in its UI by hand."""
STATUSES = {"SUCCESS", "FAILURE", "CANCELED", "STARTED", "QUEUED"}


def show(frame: Frame) -> None:
    """Show checks, schedules, sensors and runs, each with a link to Dagster's UI."""
    texts = frame.texts
    url = settings().elec_dagster_url.rstrip("/")
    inside = settings().elec_dagster_internal_url or url
    answer = runs.ask(inside, settings().elec_ui_password.get_secret_value())
    if answer is None:
        st.header(texts("runs"))
        st.info(texts("dagster_gone", url=url), icon=":material/info:")
        return
    parts = (
        ("checks", _checks(frame, answer.checks, url)),
        ("schedules", _schedules(frame, answer.schedules, url)),
        ("sensors", _sensors(frame, answer.sensors, url)),
        ("runs", _runs(frame, answer.runs, url)),
    )
    link = st.column_config.LinkColumn(display_text="Dagster")
    for name, table in parts:
        st.header(texts(name))
        if table.empty:
            st.info(texts(f"no_{name}"), icon=":material/info:")
        else:
            st.dataframe(table, hide_index=True, column_config={texts("link"): link}, alt=texts(name))
    st.link_button(texts("open_dagster"), url, icon=":material/open_in_new:")


def _checks(frame: Frame, checks: list[Check], url: str) -> pd.DataFrame:
    """Return the checks, those that found something first."""
    texts, language = frame.texts, frame.texts.language
    said = {True: "check_passed", False: "check_found", None: "check_not_run"}
    order = sorted(checks, key=lambda each: (each.passed is not False, each.asset, each.name))
    return pd.DataFrame(
        {
            texts("check"): [f"{each.asset}.{each.name}" for each in order],
            texts("status"): [texts(said[each.passed]) for each in order],
            texts("found"): [each.found for each in order],
            texts("looked_at"): ["" if each.at is None else moment_label(each.at, language) for each in order],
            texts("link"): [f"{url}/assets/{each.asset}?view=checks&checkDetail={each.name}" for each in order],
        }
    )


def _sensors(frame: Frame, sensors: list[Sensor], url: str) -> pd.DataFrame:
    texts, language = frame.texts, frame.texts.language
    last = {"SUCCESS": "tick_asked", "SKIPPED": "tick_nothing", "FAILURE": "tick_failed", "STARTED": "tick_begun"}
    return pd.DataFrame(
        {
            texts("sensor"): [each.name for each in sensors],
            texts("status"): [texts("schedule_on" if each.is_on else "schedule_off") for each in sensors],
            texts("last_look"): [
                texts(last[each.last_status]) if each.last_status in last else each.last_status for each in sensors
            ],
            texts("looked_at"): [
                "" if each.last_tick is None else moment_label(each.last_tick, language) for each in sensors
            ],
            texts("next_tick"): [
                "" if each.next_tick is None else moment_label(each.next_tick, language) for each in sensors
            ],
            texts("link"): [f"{url}/locations/{each.location}/sensors/{each.name}" for each in sensors],
        }
    )


def _schedules(frame: Frame, schedules: list[Schedule], url: str) -> pd.DataFrame:
    texts, language = frame.texts, frame.texts.language
    order = sorted(schedules, key=lambda each: (each.next_tick is None, each.next_tick))
    return pd.DataFrame(
        {
            texts("job"): [each.name for each in order],
            texts("next_tick"): [
                "" if each.next_tick is None else moment_label(each.next_tick, language) for each in order
            ],
            texts("status"): [texts("schedule_on" if each.is_on else "schedule_off") for each in order],
            texts("link"): [f"{url}/locations/{each.location}/schedules/{each.name}" for each in order],
        }
    )


def _runs(frame: Frame, last: list[Run], url: str) -> pd.DataFrame:
    texts, language = frame.texts, frame.texts.language
    return pd.DataFrame(
        {
            texts("job"): [texts("by_hand") if each.job == OF_THE_UI else each.job for each in last],
            texts("partition"): [each.partition for each in last],
            texts("status"): [
                texts(f"run_{each.status}") if each.status in STATUSES else each.status for each in last
            ],
            texts("started"): [
                "" if each.started is None else moment_label(each.started, language) for each in last
            ],
            texts("took"): [
                ""
                if each.started is None or each.ended is None
                else texts("seconds", n=number((each.ended - each.started).total_seconds(), language, 1))
                for each in last
            ],
            texts("link"): [f"{url}/runs/{each.run_id}" for each in last],
        }
    )
