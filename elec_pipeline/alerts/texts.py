"""Messages: what is wrong, where, since when, and what to do.

Here: from a problem on record to a title and a text. Not here: the words (`sentences`), and who gets them
(`addresses`).
"""

from __future__ import annotations

import socket
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from elec_pipeline.alerts.facts import NOTICES, Kind
from elec_pipeline.alerts.ledger import Entry, Event
from elec_pipeline.alerts.sentences import ALIKE, FRAMES, LACKS, OF_FAULTS, OTHER_FAULT, SENTENCES
from elec_pipeline.alerts.sentences_of_notices import BAND, DRIVEN, DRIVERS, LINES, USUAL
from elec_pipeline.domain.delivery_day import clock
from elec_pipeline.domain.figures import figure
from elec_pipeline.settings_alerts import Language

SINCE = "since"
"""Key in the facts on record: since when, where that is known, ISO 8601."""
MOST_LISTED = 6
_CHANGES = ("gap_mw", "mean_mw", "most_mw", "driver_mw")
"""Figures whose sign tells."""
_HEAL_GIVES_UP = (Kind.INCOMPLETE, Kind.FORECAST)


def message(entry: Entry, event: Event, language: Language) -> tuple[str, str]:
    """Return the title and the text of a message.

    Args:
        entry: The problem.
        event: Whether it opened or is over.
        language: Of the message.
    """
    frame = FRAMES[language]
    title, what, do = _words(entry, language)
    since = clock(began_at(entry))
    host = socket.gethostname()
    if event is Event.OVER and entry.closed_at is not None:
        lines = [
            frame.is_over.format(since=since, until=clock(entry.last_seen_at)),
            *([frame.or_too_old] if entry.kind in _HEAL_GIVES_UP else []),
            what,
            frame.where.format(host=host),
        ]
        return frame.over.format(title=title), "\n".join(lines)
    lines = [what, frame.where.format(host=host), frame.since.format(since=since), frame.do.format(do=do)]
    return title, "\n".join(lines)


def trial(language: Language) -> tuple[str, str]:
    """Return the title and the text of a test."""
    frame = FRAMES[language]
    return frame.trial_title, frame.trial.format(host=socket.gethostname())


def in_short(entry: Entry, language: Language) -> str:
    """Return what is wrong, in one line."""
    title, what, _ = _words(entry, language)
    return f"{title.removeprefix('elec-pipeline: ')}. {' '.join(what.split())}"


def in_line(entry: Entry, language: Language) -> str:
    """Return what a notice is about in a short line that does not name the day."""
    return LINES[entry.kind][language].format_map(_fields_of_notice(entry.facts, language))


def began_at(entry: Entry) -> datetime:
    """Return since when a problem lasts: where the facts do not tell, since it was first seen."""
    since = entry.facts.get(SINCE)
    return datetime.fromisoformat(since) if since else entry.opened_at


def _words(entry: Entry, language: Language) -> tuple[str, str, str]:
    sentences = SENTENCES[entry.kind][language]
    of_kind = _fields_of_notice if entry.kind in NOTICES else _fields
    fields = of_kind(entry.facts, language)
    title, what, do = (each.format_map(fields) for each in (sentences.title, sentences.what, sentences.do))
    return f"elec-pipeline: {title}", what, do


def _fields(facts: Mapping[str, Any], language: Language) -> dict[str, Any]:
    fields = dict(facts)
    for name in ("days", "issues", "steps", "reasons"):
        if name in fields:
            fields[name] = _listed([str(each) for each in fields[name]], " " if name == "reasons" else ", ")
    if "days" in facts:
        fields["first_day"] = facts["days"][0]
    if "newest" in facts:
        fields["newest"] = clock(datetime.fromisoformat(facts["newest"]))
    if "lack" in facts:
        fields["lack"] = LACKS[facts["lack"]][language]
    if "fault" in facts:
        run = str(facts["run"])[:8]
        fault = ALIKE.get(facts["fault"], facts["fault"])
        remedy = OF_FAULTS.get(fault, OTHER_FAULT)[language].format(run=run)
        fields |= {"fault": facts["fault"] or fields["steps"], "do_fault": remedy, "run": run}
    return fields


def _fields_of_notice(facts: Mapping[str, Any], language: Language) -> dict[str, Any]:
    """Return the fields of a notice; what is not known leaves its part of the sentence out."""
    fields = dict(facts)
    for name, value in facts.items():
        if name.endswith(("_mw", "_c")):
            fields[name] = figure(
                value, int(name.endswith("_c")), sign=name in _CHANGES, is_french=language is Language.FRENCH
            )
    if "previous" in facts:
        fields["previous"] = clock(datetime.fromisoformat(facts["previous"]))
    if "driver" in facts:
        fields["driver"] = DRIVERS[facts["driver"]][language]
    for part, needed, words in (
        ("driven", "driver", DRIVEN),
        ("usual", "usual_c", USUAL),
        ("band", "low_mw", BAND),
    ):
        fields[part] = words[language].format_map(fields) if needed in facts else ""
    return fields


def _listed(texts: Sequence[str], between: str) -> str:
    """Return texts one after the other, the first ones where there are many.

    Example:
        >>> _listed([str(n) for n in range(9)], ", ")
        '0, 1, 2, 3, 4, 5, … (9)'
    """
    shown = between.join(texts[:MOST_LISTED])
    return shown if len(texts) <= MOST_LISTED else f"{shown}{between}… ({len(texts)})"
