"""An environment of its own for OpenSTEF, which needs a newer Python than this project and other versions.

Here: the interpreter, the pinned packages, and running `inside` with them. Not here: what it computes.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import platformdirs

VERSION = "4.7.0"
REQUIREMENTS = (f"openstef=={VERSION}", f"openstef-models[lgbm]=={VERSION}")
PINNED = (
    f"openstef-beam=={VERSION}",
    f"openstef-core=={VERSION}",
    "holidays==0.109",
    "lightgbm==4.7.0",
    "numpy==2.5.5",
    "pandas==3.1.1",
    "pyarrow==26.0.1",
    "scikit-learn==1.9.1",
    "xgboost==3.4.1",
    "xgboost-cpu==3.4.1",
)
"""What figures depend on, where it is installed: pip's constraints."""
LEAST_PYTHON = (3, 12)
INSIDE = Path(__file__).with_name("inside.py")
READY = "ready.txt"
"""Is written last: an installation that was cut short has none."""
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "LOKY_MAX_CPU_COUNT")


def default_folder() -> Path:
    """Return where the environment lies where no other place is named."""
    return platformdirs.user_cache_path("elec-pipeline") / f"openstef-{VERSION}"


def prepare(folder: Path, python: str) -> Path:
    """Make the environment where it is missing, or of other packages.

    Args:
        folder: Its own; what lies in it is replaced. It takes some 900 MB.
        python: A command or path.

    Returns:
        Its interpreter.

    Raises:
        SystemExit: The interpreter is missing or too old, the folder holds something else, or packages cannot be
            installed.
    """
    wanted = "\n".join(["requirements:", *REQUIREMENTS, "constraints:", *PINNED, ""])
    interpreter = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if (folder / READY).is_file() and (folder / READY).read_text(encoding="utf-8") == wanted:
        return interpreter
    _require_python(python)
    if folder.exists():
        if any(folder.iterdir()) and not (folder / "pyvenv.cfg").is_file():
            raise SystemExit(f"{folder} is no virtual environment. Name an empty folder with --environment.")
        shutil.rmtree(folder)
    print(f"Installing OpenSTEF {VERSION} into {folder}, once.", file=sys.stderr)
    _run([python, "-m", "venv", str(folder)], "The virtual environment could not be made.")
    constraints = folder / "constraints.txt"
    constraints.write_text("\n".join(PINNED) + "\n", encoding="utf-8")
    pip = [str(interpreter), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    _run(
        [*pip, "--constraint", str(constraints), *REQUIREMENTS],
        "OpenSTEF could not be installed: a package registry must be in reach.",
    )
    (folder / READY).write_text(wanted, encoding="utf-8")
    return interpreter


def run_inside(interpreter: Path, folder: Path) -> None:
    """Let `inside` read the order in a folder and write its forecasts there, on one thread.

    Raises:
        SystemExit: It failed; it has printed why.
    """
    # -P: the script's folder is not searched for modules, for its files bear names that others bear too.
    command = [str(interpreter), "-P", str(INSIDE), str(folder)]
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    _run(command, "OpenSTEF did not finish.", env=kept | dict.fromkeys(THREADS, "1"))


def _require_python(python: str) -> None:
    remedy = f"Name Python {'.'.join(map(str, LEAST_PYTHON))} or newer with --python, as a command or a path."
    code = "import sys; print(*sys.version_info[:2])"
    try:
        done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    except (OSError, subprocess.CalledProcessError) as error:
        raise SystemExit(f"OpenSTEF {VERSION} needs a Python that {python!r} is not: {error}. {remedy}") from error
    version = tuple(int(part) for part in done.stdout.split())
    if version < LEAST_PYTHON:
        raise SystemExit(f"OpenSTEF {VERSION} needs a newer Python than {python!r} ({version}). {remedy}")


def _run(command: list[str], failure: str, env: dict[str, str] | None = None) -> None:
    try:
        subprocess.run(command, check=True, env=env)  # noqa: S603 - our own commands
    except (OSError, subprocess.CalledProcessError) as error:
        raise SystemExit(f"{failure} {error}") from error
