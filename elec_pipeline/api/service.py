"""What the routes of one service share, and how they get it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy import Engine

from elec_pipeline.api.answers import Answers
from elec_pipeline.api.predictor import Predictor


@dataclass(frozen=True)
class Service:
    """What routes read from.

    Attributes:
        engine: Reads the store.
        answers: The cache over it.
        predictor: Runs the model; None where prediction is off.
        now: The clock; returns a zone-aware moment.
    """

    engine: Engine
    answers: Answers
    predictor: Predictor | None
    now: Callable[[], datetime]


async def _service(request: Request) -> Service:  # else each request would go through a thread
    service: Service = request.app.state.service
    return service


Served = Annotated[Service, Depends(_service)]
