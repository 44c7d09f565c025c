#!/usr/bin/env python3
"""The commands of the product: `./manage.py --help`. Finds its virtual environment by itself."""

import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
PYTHON = HERE / ".venv" / "bin" / "python"


def enter_environment() -> None:
    """Run again under the project's own Python, unless that is what runs."""
    if Path(sys.prefix) == HERE / ".venv" or os.environ.get("VIRTUAL_ENV"):
        return
    if not PYTHON.exists():
        sys.exit("There is no virtual environment yet. Run `make run` or `make setup` first.")
    os.execv(PYTHON, [str(PYTHON), __file__, *sys.argv[1:]])  # noqa: S606 - our own interpreter


if __name__ == "__main__":
    enter_environment()
    from commands import app

    app()
