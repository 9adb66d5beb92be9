"""The layers in front of the dashboard, in the form that Streamlit takes, made when its server starts."""

from __future__ import annotations

from pathlib import Path

from starlette.types import ASGIApp, Receive, Scope, Send

from elec_pipeline.serving.early import Early, hint
from elec_pipeline.serving.origins import Origins
from elec_pipeline.serving.password import Password
from elec_pipeline.serving.reach import own_names
from elec_pipeline.settings import settings

HEALTH = frozenset({"/_stcore/health"})


class DashboardLayers:
    """Pages of other origins are refused, the password is asked for where one is set, and charts come early.

    Args:
        app: Streamlit's application.
    """

    def __init__(self, app: ASGIApp) -> None:
        import streamlit
        from streamlit import config

        address = config.get_option("server.address") or ""
        password = settings().elec_ui_password.get_secret_value()
        early = Early(app, hint(Path(streamlit.__file__).with_name("static")))
        asking = Password(early, password=password, open_paths=HEALTH)
        self._app = Origins(asking, names=own_names(address), hosts=settings().allowed_hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        await self._app(scope, receive, send)
