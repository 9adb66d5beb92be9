"""The dashboard for a browser test: its clock stopped, its watch for new data quickened.

`python -m elec_pipeline_tests.browser.serve PORT MOMENT`
"""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

from streamlit.web import bootstrap

from dashboard import clock, frame

APP = Path(frame.__file__).with_name("app.py")


def main(port: int, moment: datetime) -> None:
    """Serve until the process is ended."""
    clock.now = lambda: moment  # type: ignore[assignment]
    frame.LOOK_EVERY_S = 1.0
    options = {"server.port": port, "server.address": "127.0.0.1", "server.headless": True}
    bootstrap.load_config_options(options, str(APP))
    bootstrap.run(str(APP), is_hello=False, args=[], flag_options=options)


if __name__ == "__main__":
    main(int(sys.argv[1]), datetime.fromisoformat(sys.argv[2]))
