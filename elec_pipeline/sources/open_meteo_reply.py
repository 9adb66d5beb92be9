"""Reading of Open-Meteo's hourly replies: cities to one weighted mean.

Here: bytes to a frame, pure. Not here: how the bytes are fetched. A request with several
places is answered by a list of objects, in the order asked for; one with a single place by that object alone.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from elec_pipeline.errors import SourceUnavailableError
from elec_pipeline.sources.http import json_of, opening


def read_hourly(body: bytes, variables: Sequence[str], weights: Sequence[float]) -> pd.DataFrame:
    """Read a reply that was asked for with `timezone=UTC` and `timeformat=unixtime`.

    Args:
        body: The reply as it came.
        variables: Names of the hourly series asked for.
        weights: Of the places, in the order asked for; they sum to one.

    Returns:
        Columns `hour_start` (UTC) and, by name, the weighted mean of each series. It is NaN where any place has
        no value: a mean without Marseille would be a colder France.

    Raises:
        SourceUnavailableError: The body is no JSON of the expected shape: cut off, or a gateway's page.

    Example:
        >>> body = b'''[{"hourly": {"time": [1735686000], "temperature_2m": [4.0]}},
        ...             {"hourly": {"time": [1735686000], "temperature_2m": [8.0]}}]'''
        >>> read_hourly(body, ["temperature_2m"], [0.75, 0.25])["temperature_2m"].tolist()
        [5.0]
    """
    try:
        reply = json_of(body)
        places = [place["hourly"] for place in (reply if isinstance(reply, list) else [reply])]
        [times] = {tuple(place["time"]) for place in places}  # the same hours everywhere
        values = {
            # Of another number of places than weights, the mean is refused.
            name: np.average(
                np.array([place[name] for place in places], dtype=np.float64), axis=0, weights=weights
            )
            for name in variables
        }
        hours = pd.DatetimeIndex(np.array(times, dtype="datetime64[s]"), tz="UTC").as_unit("us")
        return pd.DataFrame({"hour_start": hours, **values})
    except (ValueError, KeyError, TypeError) as error:
        raise SourceUnavailableError(
            f"Open-Meteo's reply is not the expected JSON ({type(error).__name__}); "
            f"it starts with {opening(body)}."
        ) from None
