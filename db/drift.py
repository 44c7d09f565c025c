"""`python -m db.drift`: exit 1 when the migrations do not lead to the tables of the code."""

import sys
import tempfile
from pathlib import Path

from db.migrate import drift, upgrade


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'drift.sqlite'}"
        upgrade(url)
        found = drift(url)
    for difference in found:
        sys.stdout.write(f"{difference}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
