"""The dashboard for a browser test: its clock stopped, its watch for new data quickened.

`python -m elec_pipeline_tests.browser.serve PORT MOMENT`
"""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

from streamlit.web import cli

from dashboard import clock, frame

APP = Path(frame.__file__).with_name("app.py")


def main(port: int, moment: datetime) -> None:
    """Serve until the process is ended."""
    clock.now = lambda: moment
    frame.LOOK_EVERY_S = 1.0
    cli.main(["run", str(APP), "--server.port", str(port), "--server.address", "127.0.0.1"])


if __name__ == "__main__":
    main(int(sys.argv[1]), datetime.fromisoformat(sys.argv[2]))
