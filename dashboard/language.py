"""Numbers, dates and Plotly's words, in French and in English.

Here: formats. Not here: sentences (`texts`).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from elec_pipeline.domain import figures
from elec_pipeline.domain.delivery_day import PARIS

NARROW_SPACE, MINUS, NO_VALUE = figures.NARROW_SPACE, figures.MINUS, figures.NO_VALUE
_SECONDS_TELL = 300

_DAYS = {
    "fr": ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_MONTHS = {
    "fr": ("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre",
           "novembre", "décembre"),
    "en": ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December"),
}  # fmt: skip
_SHORT_MONTHS = {
    "fr": ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."),
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
}


class Language(StrEnum):
    """The languages the dashboard speaks."""

    FRENCH = "fr"
    ENGLISH = "en"


def of_browser(locale: str | None) -> Language:
    """Return the language of a browser's locale: French where it asks for French, else English.

    Example:
        >>> of_browser("fr-CA").value, of_browser("de-DE").value, of_browser(None).value
        ('fr', 'en', 'en')
    """
    return Language.FRENCH if (locale or "").lower().startswith("fr") else Language.ENGLISH


def number(value: float | None, language: Language, decimals: int = 0, *, sign: bool = False) -> str:
    """Return a number as people of the language write it; a dash where there is none.

    Example:
        >>> number(68123.4, Language.ENGLISH), number(1234.5, Language.FRENCH, 1, sign=True)
        ('68,123', '+1\u202f234,5')
    """
    return figures.figure(value, decimals, sign=sign, is_french=language is Language.FRENCH)


def percent(value: float | None, language: Language, decimals: int = 1, *, sign: bool = False) -> str:
    """Return a figure that is in percent already.

    Example:
        >>> percent(1.42, Language.ENGLISH, 2), percent(81.0, Language.FRENCH)
        ('1.42%', '81,0\u202f%')
    """
    text = number(value, language, decimals, sign=sign)
    if text == NO_VALUE:
        return text
    return text + (f"{NARROW_SPACE}%" if language is Language.FRENCH else "%")


def long_day(day: date, language: Language) -> str:
    """Return a day in full.

    Example:
        >>> long_day(date(2025, 3, 1), Language.FRENCH), long_day(date(2025, 3, 30), Language.ENGLISH)
        ('samedi 1ᵉʳ mars 2025', 'Sunday 30 March 2025')
    """
    month = _MONTHS[language][day.month - 1]
    return f"{_DAYS[language][day.weekday()]} {_of_month(day, language)} {month} {day.year}"


def short_day(day: date, language: Language, *, weekday: bool = True, year: bool = False) -> str:
    """Return a day in short.

    Example:
        >>> short_day(date(2025, 3, 30), Language.FRENCH), short_day(date(2025, 3, 30), Language.ENGLISH)
        ('dim. 30 mars', 'Sun 30 Mar')
    """
    parts = [f"{_of_month(day, language)} {_SHORT_MONTHS[language][day.month - 1]}"]
    if weekday:
        parts.insert(0, weekday_name(day.weekday(), language))
    if year:
        parts.append(str(day.year))
    return " ".join(parts)


def _of_month(day: date, language: Language) -> str:
    """Return the day of the month; in French the first is an ordinal."""
    return "1ᵉʳ" if language is Language.FRENCH and day.day == 1 else str(day.day)


def capitalised(text: str) -> str:
    """Return a text that begins a line.

    Example:
        >>> capitalised("dimanche 30 mars")
        'Dimanche 30 mars'
    """
    return text[:1].upper() + text[1:]


def weekday_name(weekday: int, language: Language) -> str:
    """Return a weekday in short; 0 is Monday.

    Example:
        >>> weekday_name(0, Language.FRENCH), weekday_name(6, Language.ENGLISH)
        ('lun.', 'Sun')
    """
    return _DAYS[language][weekday][:3] + ("." if language is Language.FRENCH else "")


def month_name(month: int, language: Language) -> str:
    """Return a month in short; 1 is January."""
    return _SHORT_MONTHS[language][month - 1]


def clock(moment: datetime) -> str:
    """Return the Paris time of an instant with its offset, which tells the two hours of an October night apart.

    Example:
        >>> from datetime import UTC
        >>> clock(datetime(2025, 10, 26, 0, tzinfo=UTC)), clock(datetime(2025, 10, 26, 1, tzinfo=UTC))
        ('02:00 UTC+2', '02:00 UTC+1')
    """
    paris = moment.astimezone(PARIS)
    offset = paris.utcoffset()
    return f"{paris.hour:02d}:{paris.minute:02d} UTC+{0 if offset is None else offset.seconds // 3600}"


def moment_label(moment: datetime, language: Language, *, weekday: bool = True) -> str:
    """Return a Paris day and time.

    Example:
        >>> from datetime import UTC
        >>> moment_label(datetime(2025, 7, 1, 8, 2, tzinfo=UTC), Language.FRENCH)
        'mar. 1ᵉʳ juil. 10:02'
    """
    paris = moment.astimezone(PARIS)
    return f"{short_day(paris.date(), language, weekday=weekday)} {paris:%H:%M}"


def left(duration: timedelta) -> str:
    r"""Return how long it is still, in either language; `ticking` counts on in the same form.

    Example:
        >>> left(timedelta(hours=1, minutes=5, seconds=59)), left(timedelta(minutes=4, seconds=9))
        ('1\xa0h\xa005\xa0min', '4\xa0min\xa009\xa0s')
    """
    seconds = max(0, int(duration.total_seconds()))
    n_hours, minutes = seconds // 3600, seconds // 60 % 60
    if n_hours:
        text = f"{n_hours} h {minutes:02d} min"
    else:
        text = f"{minutes} min {seconds % 60:02d} s" if seconds < _SECONDS_TELL else f"{minutes} min"
    return text.replace(" ", "\u00a0")  # never broken


def written(language: Language, decimals: int = 0, *, sign: bool = False, unit: str = "") -> Callable[[Any], str]:
    """Return how a table's figures are written; `unit` is empty or %."""
    write = percent if unit else number
    return lambda value: write(value, language, decimals, sign=sign)


def plotly_config(language: Language) -> dict[str, Any]:
    """Return the configuration of a chart: its language, and a mode bar of what is useful."""
    config: dict[str, Any] = {
        "displaylogo": False,
        "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d"],
        "scrollZoom": False,
    }
    if language is Language.ENGLISH:
        return config
    days, months = _DAYS["fr"], _MONTHS["fr"]
    return config | {
        "locale": "fr",
        "locales": {
            "fr": {
                "dictionary": {
                    "Download plot as a png": "Enregistrer en PNG", "Download plot": "Enregistrer",
                    "Zoom": "Zoom", "Pan": "Déplacer", "Zoom in": "Agrandir", "Zoom out": "Réduire",
                    "Reset axes": "Vue d'origine", "Double-click to zoom back out": "Double-clic : vue d'origine",
                    "Toggle show closest data on hover": "Valeur la plus proche",
                },
                "format": {
                    "days": list(days), "shortDays": [day[:3] + "." for day in days],
                    "months": list(months), "shortMonths": list(_SHORT_MONTHS["fr"]),
                    "date": "%d/%m/%Y", "decimal": ",", "thousands": NARROW_SPACE,
                },
            }
        },
    }  # fmt: skip
