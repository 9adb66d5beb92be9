"""From which levels on people are told something about tomorrow.

Here: names, defaults and limits of these settings, and the levels as plain data. Not here: the rules that use them
(`alerts.rules_of_tomorrow`), and where messages go (`settings_alerts`).
"""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import Field

from elec_pipeline.settings_files import SettingsWithFiles


@dataclass(frozen=True)
class Levels:
    """The levels of the notices about tomorrow; 0 switches a notice off, but for `cold_c`.

    Attributes:
        rte_hours: In how many hours RTE's D-1 is outside our 80 % band, at least.
        change_mean_mw: How far an issue moves from the one before on average, up or down.
        change_hour_mw: How far it moves in one hour.
        cold_c: Below which mean temperature tomorrow is cold.
        colder_by_c: How far below the two weeks before.
        peak_mw: From which peak on.
    """

    rte_hours: int = 12
    change_mean_mw: int = 750
    change_hour_mw: int = 1500
    cold_c: int = 1
    colder_by_c: int = 6
    peak_mw: int = 0


_USUAL = Levels()


class SettingsOfNotices(SettingsWithFiles):
    """The settings of the notices about tomorrow.

    The defaults are such that a notice comes on a few days a year. Of the days from 2015 to mid-2025, France's
    mean temperature was below 1 degree on five a year, and six degrees below the two weeks before, and below 15,
    on five a year. In a back-test of the bundled model on 2024, RTE's D-1 was outside the band of either issue
    for 12 hours on 21 days, and the evening differed from the morning by these levels on two; weather does not
    change between issues there, so expect more. What a high peak is depends on who asks: no default.
    """

    elec_alert_rte_hours: int = Field(
        default=_USUAL.rte_hours,
        ge=0,
        le=25,
        description="How many hours of tomorrow RTE's D-1 must be outside our 80 % band; 0: never told.",
    )
    elec_alert_change_mean_mw: int = Field(
        default=_USUAL.change_mean_mw,
        ge=0,
        le=50_000,
        description="How many MW an issue for tomorrow must differ from the one before on average; 0: never.",
    )
    elec_alert_change_hour_mw: int = Field(
        default=_USUAL.change_hour_mw, ge=0, le=50_000, description="The same for a single hour; 0: never."
    )
    elec_alert_cold_c: int = Field(
        default=_USUAL.cold_c,
        ge=-60,
        le=30,
        description="Below which mean temperature of tomorrow, degrees Celsius, to tell of cold; -60: never.",
    )
    elec_alert_colder_by_c: int = Field(
        default=_USUAL.colder_by_c,
        ge=0,
        le=30,
        description="How many degrees tomorrow must be below the mean of the two weeks before; 0: never.",
    )
    elec_alert_peak_mw: int = Field(
        default=_USUAL.peak_mw, ge=0, le=150_000, description="From which peak of tomorrow on, MW; 0: never."
    )

    @property
    def notice_levels(self) -> Levels:
        """The levels of the notices about tomorrow."""
        return Levels(
            rte_hours=self.elec_alert_rte_hours,
            change_mean_mw=self.elec_alert_change_mean_mw,
            change_hour_mw=self.elec_alert_change_hour_mw,
            cold_c=self.elec_alert_cold_c,
            colder_by_c=self.elec_alert_colder_by_c,
            peak_mw=self.elec_alert_peak_mw,
        )
