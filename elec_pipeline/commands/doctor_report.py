"""How `elec doctor` tells what it found: lines for people, or one JSON document for programs.

Here: both forms, and the exit code. Not here: what is looked at (`doctor`).

The document's shape is stable: `schema` becomes another number where a key goes or changes its meaning. Keys may
be added.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from elec_pipeline.commands.doctor import examine
from elec_pipeline.commands.findings import Finding
from elec_pipeline.commands.terminal import out, say
from elec_pipeline.errors import ConfigurationError, ElecError
from elec_pipeline.redaction import scrub
from elec_pipeline.settings import settings

SCHEMA = 1
ALL_WELL, SOMETHING_WRONG, COULD_NOT_LOOK = 0, 1, 2
"""Exit codes; 2 is also that of a mistake on the command line."""


class CouldNotLookError(ElecError):
    """The settings make no sense, so that there is nothing to look at."""

    exit_code = COULD_NOT_LOOK


def run_doctor(*, deep: bool, as_json: bool) -> int:
    """Look, and print what was found.

    Args:
        deep: Whether what takes longer is done too.
        as_json: Whether one JSON document is printed at the end, instead of a line as each finding is made.

    Returns:
        The exit code.

    Raises:
        CouldNotLookError: The settings make no sense; with `as_json` the document says so instead.
    """
    try:
        findings: Iterable[Finding] = examine(settings(), deep=deep)
        code = ALL_WELL
    except ConfigurationError as error:  # no settings, so nothing to look at
        if not as_json:
            raise CouldNotLookError(str(error)) from error
        findings = [Finding("settings", is_well=False, text=str(error))]
        code = COULD_NOT_LOOK
    if as_json:
        findings = list(findings)
    is_well = True
    for finding in findings:
        is_well &= finding.is_well
        if not as_json:
            mark = "[green]ok  [/green]" if finding.is_well else "[red]FAIL[/red]"
            out.print(f"{mark} {finding.subject:<21}", end="")
            say(finding.text)
    if as_json:
        print(json.dumps(document(findings), ensure_ascii=False, indent=2))  # noqa: T201 - one document, unwrapped
    return code or (ALL_WELL if is_well else SOMETHING_WRONG)


def document(findings: Iterable[Finding]) -> dict[str, Any]:
    """Return the document of some findings.

    Example:
        >>> document([Finding("source", is_well=True, text="rte"), Finding("model", is_well=False, text="gone")])
        ... # doctest: +NORMALIZE_WHITESPACE
        {'schema': 1, 'is_well': False,
         'findings': [{'subject': 'source', 'is_well': True, 'text': 'rte'},
                      {'subject': 'model', 'is_well': False, 'text': 'gone'}]}
    """
    told = [{"subject": each.subject, "is_well": each.is_well, "text": scrub(each.text)} for each in findings]
    return {"schema": SCHEMA, "is_well": all(each["is_well"] for each in told), "findings": told}
