"""What `elec doctor` finds of the sources: what is configured, and whether they answer.

Here: asking them in threads beside the rest of the look. Not here: how a source is asked (`sources`).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from elec_pipeline.commands.findings import Finding, look
from elec_pipeline.settings import Settings
from elec_pipeline.settings_source import Source


@dataclass
class _Question:
    """A question to a source, asked in a thread that nobody needs to wait for."""

    subject: str
    ask: Callable[[], str]
    found: list[Finding] = field(default_factory=list)
    thread: threading.Thread = field(init=False)

    def __post_init__(self) -> None:
        self.thread = threading.Thread(target=self._run, daemon=True, name=f"doctor {self.subject}")
        self.thread.start()

    def _run(self) -> None:
        self.found.append(look(self.subject, self.ask))


class Questions:
    """Asks the sources, from the start on.

    Args:
        settings: Which sources there are.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._asked = [_Question("access", lambda: _access(settings))]
        if settings.elec_fallback:
            self._asked.append(_Question("fallback", lambda: _fallback(settings)))

    def configured(self) -> Iterator[Finding]:
        """Say which sources are configured."""
        yield look("source", lambda: f"{self._settings.source} at {_host(self._settings)}")
        yield look("weather", lambda: _weather(self._settings))

    def answers(self, *, wait_s: float | None) -> Iterator[Finding]:
        """Say whether they answered.

        Args:
            wait_s: How long to wait for them all, seconds; None: until they answer or their time-outs pass.
        """
        until = None if wait_s is None else time.monotonic() + wait_s
        for question in self._asked:
            question.thread.join(None if until is None else max(0.0, until - time.monotonic()))
            yield (
                question.found[0]
                if question.found
                else Finding(
                    question.subject, is_well=False, text="no answer yet: `elec doctor --deep` waits for it"
                )
            )


def _weather(settings: Settings) -> str:
    place = settings.weather
    if place is None:
        return "switched off: OPEN_METEO_URL is off"
    models = f", mean of {', '.join(place.models)}" if place.models else ""
    return f"{place.forecast_url}, previous runs at {place.previous_runs_url}{models}"


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
