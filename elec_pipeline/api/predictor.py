"""The model behind POST /predict: one forecast at a time, few waiting, the rest told to come back.

Here: the thread, the queue. Not here: how a bare series is forecast (`forecasting.experts.chronos.bare_series`).

torch is imported and the model loaded in that thread, from the start on: other routes are answered meanwhile, a
forecast asked for before waits. Where the model or the database cannot be used yet, it is tried again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy.exc import SQLAlchemyError

from elec_pipeline.domain.quantiles import Floats
from elec_pipeline.errors import ElecError

_LOG = logging.getLogger(__name__)
LOAD_AGAIN_S = 30.0
QUEUE = 4
"""Forecasts that may wait or run at once; a forecast takes hundredths of a second, loading some seconds."""


class BusyError(Exception):
    """Too many forecasts are waiting."""


class Predictor:
    """Runs forecasts one after the other.

    Args:
        forecast: From context and length to quantiles; runs in the thread.
        load: Loads the model; runs in the thread.
        queue: The most forecasts that wait or run.
    """

    def __init__(
        self,
        forecast: Callable[[list[float], int], Floats],
        *,
        load: Callable[[], object],
        queue: int = QUEUE,
    ) -> None:
        self._forecast = forecast
        self._load = load
        self._queue = queue
        self._thread = ThreadPoolExecutor(1, "api-predict")
        self._pending = 0
        self._loading: asyncio.Task[None] | None = None
        self.model_loaded = False

    def begin_loading(self) -> None:
        """Load the model in the background, again and again until it is loaded or this is closed."""
        self._loading = asyncio.create_task(self._keep_loading())

    def stop_loading(self) -> None:
        """Try no more; to be called in the loop, before `close`."""
        if self._loading is not None:
            self._loading.cancel()

    def close(self) -> None:
        """Wait until the thread has ended; what has not begun is dropped."""
        self._thread.shutdown(cancel_futures=True)

    async def _keep_loading(self) -> None:
        while not self.model_loaded:
            try:
                await asyncio.wrap_future(self._thread.submit(self._load))
            except (ElecError, SQLAlchemyError) as error:
                _LOG.error("the model is not loaded: %s. Tried again in %.0f s.", error, LOAD_AGAIN_S)
                await asyncio.sleep(LOAD_AGAIN_S)
            else:
                self.model_loaded = True

    async def quantiles(self, context: list[float], prediction_length: int) -> Floats:
        """Return quantiles at `domain.quantiles.LEVELS`, shape (prediction_length, 7).

        Raises:
            BusyError: The queue is full.
            ForecastError: The model cannot be used.
        """
        if self._pending >= self._queue:
            raise BusyError
        loop = asyncio.get_running_loop()
        self._pending += 1
        try:
            future = self._thread.submit(self._run, context, prediction_length)
        except RuntimeError:  # the service is being stopped
            self._pending -= 1
            raise BusyError from None
        # The place is free when the work has ended, not when its caller has gone.
        future.add_done_callback(lambda _: loop.call_soon_threadsafe(self._ended))
        return await asyncio.wrap_future(future)

    def _ended(self) -> None:
        self._pending -= 1

    def _run(self, context: list[float], prediction_length: int) -> Floats:
        quantiles = self._forecast(context, prediction_length)
        self.model_loaded = True
        return quantiles
