"""What a source's replies held that cannot be read is in the run's metadata, and warned of in its log."""

from __future__ import annotations

import logging
from datetime import date

import pandas as pd
import pytest

from elec_pipeline.defs import metadata
from elec_pipeline.errors import SourceReplyError
from elec_pipeline.sources.fallback import FallbackSource
from elec_pipeline.sources.left_out import LeftOut
from elec_pipeline.sources.odre_reply import nothing

DAY = date(2025, 6, 2)


class Answering:
    """A source that answers with nothing but what it left out, or not at all."""

    def __init__(self, left_out: str = "") -> None:
        self.left_out = LeftOut()
        self._what = left_out

    def short_term(self, *_: object) -> pd.DataFrame:
        if not self._what:
            raise SourceReplyError("It is a page.")
        self.left_out.add(self._what)
        return nothing()


def test_it_is_counted_over_the_windows_and_over_a_stand_in(caplog: pytest.LogCaptureFixture) -> None:
    both = FallbackSource(Answering(), Answering("blocks without values"))
    for _ in range(2):
        both.short_term(["D-1"], DAY, DAY)
    log = logging.getLogger("a run")
    assert metadata.left_out(both.left_out, log) == "blocks without values: 2"
    [record] = caplog.records
    assert (record.levelname, "blocks without values: 2" in record.getMessage()) == ("WARNING", True)


def test_nothing_is_no_warning(caplog: pytest.LogCaptureFixture) -> None:
    assert metadata.left_out(LeftOut(), logging.getLogger("a run")) == "nothing"
    assert not caplog.records
