"""The heads of the audit's chain, kept outside of the database: with them a cut tail is found.

One JSON line for each head in `audit-heads.jsonl` of the data folder. A chain that was cut short is
sound in itself; only a head that somebody else holds says that there was more.
"""

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from db.place import data_dir
from services.core.errors import InvalidInput
from services.core.words import N_


@dataclass(frozen=True, slots=True)
class Head:
    """What the newest block of the audit said at some time."""

    block: int
    last_id: int
    digest: str
    sealed_at: datetime


class HeadsUnreadable(InvalidInput):
    msgid = N_("{file}, line {line}: this is no head of the audit")


_LINE = TypeAdapter(Head)


def own_file() -> Path:
    """Where this host notes the heads of the blocks that it sealed."""
    return data_dir() / "audit-heads.jsonl"


def read(path: Path) -> tuple[Head, ...]:
    """Every head of a file, oldest first; none where there is no file. Raises HeadsUnreadable."""
    found = []
    lines = path.read_bytes().splitlines() if path.exists() else []
    for number, line in enumerate(lines, 1):
        try:
            found.append(_LINE.validate_json(line))
        except ValidationError as trouble:
            raise HeadsUnreadable(file=str(path), line=number) from trouble
    return tuple(found)


def note(head: Head) -> None:
    """Append a head to the own file, unless it stands there; on the disk when this returns."""
    path = own_file()
    if head in read(path):
        return
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(handle, "ab") as file:
        file.write(_LINE.dump_json(head) + b"\n")
        file.flush()
        os.fsync(file.fileno())
