"""A small converter: series by UTC instant to files shaped like RTE's eCO2mix downloads."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta

from elec_pipeline.domain.delivery_day import PARIS

HEADER = "Périmètre\tNature\tDate\tHeures\tConsommation\tPrévision J-1\tPrévision J\tFioul\tCharbon\tTaux de Co2\t"
DISCLAIMER = (
    "RTE ne pourra être tenu responsable de l'usage qui pourrait être fait des données mises à disposition, "
    "ni en cas de contre-indication dans les données."
)
DEFINITIVE, REAL_TIME = "Données définitives", "Données temps réel"
PHANTOM = "99999"


def eco2mix_file(
    values: Mapping[datetime, tuple[float, float, float]], days: Iterable[date], nature: str
) -> bytes:
    """Return a file: 96 rows a day, tab-separated, Latin-1, consumption by half-hour unless it is real-time.

    In spring the missing hour's rows hold a value that must not be taken; of the autumn hour there is one row a
    quarter, the second pass, unless values are known for both passes.

    Args:
        values: Load, D-1 and intraday forecast by quarter-hour (UTC), NaN where unknown.
        days: Paris days of the file.
        nature: The column «Nature».
    """
    lines = [HEADER]
    for day in days:
        for wall, at in _rows_of(day, values):
            loads = (PHANTOM,) * 3 if at is None else tuple(map(_text, values.get(at, (float("nan"),) * 3)))
            load = "" if nature == DEFINITIVE and wall.minute % 30 else loads[0]
            lines.append(f"France\t{nature}\t{day}\t{wall:%H:%M}\t{load}\t{loads[1]}\t{loads[2]}\t100\t0\t30\t")
    lines.append(DISCLAIMER)
    return ("\r\n".join(lines) + "\r\n").encode("latin-1")


def _rows_of(
    day: date, values: Mapping[datetime, tuple[float, float, float]]
) -> list[tuple[datetime, datetime | None]]:
    rows: list[tuple[datetime, datetime | None]] = []
    repeated: list[tuple[datetime, datetime | None]] = []
    for quarter in range(96):
        wall = datetime.combine(day, time(0)) + quarter * timedelta(minutes=15)
        first, second = (wall.replace(tzinfo=PARIS, fold=fold).astimezone(UTC) for fold in (0, 1))
        if first.astimezone(PARIS).replace(tzinfo=None) != wall:
            rows.append((wall, None))
        elif first != second and first in values and second in values:
            rows.append((wall, first))
            repeated.append((wall, second))
            if len(repeated) == 4:
                rows += repeated
        elif first != second and second not in values:
            rows.append((wall, first))
        else:
            rows.append((wall, second))
    return rows


def _text(value: float) -> str:
    return "ND" if math.isnan(value) else repr(value).removesuffix(".0")
