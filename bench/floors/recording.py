"""What an operation did on its page: the widgets it drew and what it asked the database, in order.

The recording server (`recorder.py`) appends events to a file as they happen; the bench reads them
from there, and hands the drawings to the server of the floors (`page.py`), which plays them.
"""

import pickle
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeAlias

from db.place import data_dir

EVENTS: Final = "events.pickle"
"""The recorder's file, in its data folder."""
WHOLE: Final = -1
"""Of a call that made one container, not several."""


@dataclass(frozen=True)
class Began:
    """A run of the page, or of one of its fragments."""

    is_fragment: bool


@dataclass(frozen=True)
class Drew:
    """A call of Streamlit's with its values. `place`: the nth call of the run and which of the
    containers that it made, or None for where the run draws by itself."""

    place: tuple[int, int] | None
    name: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]


@dataclass(frozen=True)
class Ran:
    """A statement as the driver got it; also BEGIN, COMMIT and ROLLBACK."""

    statement: str
    parameters: Any = None
    is_many: bool = False


Event: TypeAlias = Began | Drew | Ran


@dataclass
class Run:
    """One run's drawings."""

    is_fragment: bool
    drawn: list[Drew] = field(default_factory=list)


def nothing(*_args: object) -> None:
    """Stands for every callback: what it would do is no part of drawing."""


def new_events(path: Path, position: int) -> tuple[list[Event], int]:
    """The events after `position` in the recorder's file, and the position after them."""
    found: list[Event] = []
    with path.open("rb") as file:
        file.seek(position)
        while True:
            try:
                found.append(pickle.load(file))  # noqa: S301 - our own process wrote it
            except EOFError:
                return found, file.tell()


def runs_of(events: Sequence[Event]) -> list[Run]:
    """The runs of an operation, each with its drawings."""
    runs: list[Run] = []
    for event in events:
        if isinstance(event, Began):
            runs.append(Run(event.is_fragment))
        elif isinstance(event, Drew):
            runs[-1].drawn.append(event)
    return runs


def statements_of(events: Sequence[Event]) -> Iterator[Ran]:
    return (event for event in events if isinstance(event, Ran))


def keep_runs(folder: Path, name: str, drawn: Sequence[list[Run]]) -> None:
    """Hand an operation's drawings, time by time, to the server of the floors, whose data folder
    this is."""
    (folder / f"{name}.floor").write_bytes(pickle.dumps(list(drawn)))


@cache
def kept_runs(name: str) -> list[list[Run]]:
    """The runs of an operation, time by time, as constants, loaded once."""
    kept = (data_dir() / f"{name}.floor").read_bytes()
    drawn: list[list[Run]] = pickle.loads(kept)  # noqa: S301 - as above
    return drawn
