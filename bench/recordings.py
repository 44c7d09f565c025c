"""Doing every operation once in front of the recorder, writes as often as they will be measured."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from bench.floors.recording import EVENTS, Event, Ran, Run, new_events, runs_of, statements_of
from bench.ground import Ground
from bench.operations import Operation
from bench.places import RECORDER

STEADY = 2
"""Recordings of what only reads: the last is kept, the first may have met a cold session."""


@dataclass(frozen=True)
class Script:
    """One repetition's statements; `before` brings the rows to where the operation begins."""

    before: list[Ran]
    during: list[Ran]


@dataclass
class Recorded:
    """Time by time what was drawn and asked: of what only reads a few times, of which the last
    stands for all that follow."""

    drawn: list[list[Run]] = field(default_factory=list)
    scripts: list[Script] = field(default_factory=list)

    @property
    def runs(self) -> list[Run]:
        return self.drawn[-1]

    def time(self, nth: int, *, writes: bool) -> int:
        """Which of the drawings is compared with the nth time."""
        return min(nth, len(self.drawn) - 1) if writes else len(self.drawn) - 1

    def script(self, nth: int) -> Script:
        return self.scripts[min(nth, len(self.scripts) - 1)]


def record(ground: Ground, operations: Sequence[Operation], times: int) -> dict[str, Recorded]:
    """What each operation drew and asked, in the order in which it will be done again."""
    found = {operation.name: Recorded() for operation in operations}
    with ExitStack() as closing:
        place = closing.enter_context(ground.server(RECORDER, ground.recorded))
        tape = _Tape(ground.folder / Path(RECORDER).stem / EVENTS)
        visitors = {one.name: ground.visitor(closing, place) for one in operations}
        for nth in range(times):
            for operation in operations:
                if nth >= STEADY and not operation.writes:
                    continue
                visitor, into = visitors[operation.name], found[operation.name]
                operation.approach(visitor, ground.subject, nth)
                before = tape.read()
                operation.act(visitor, ground.subject, nth)
                during = tape.read()
                into.drawn.append(runs_of(during))
                into.scripts.append(
                    Script(list(statements_of(before)), list(statements_of(during)))
                )
    return found


@dataclass
class _Tape:
    file: Path
    position: int = 0

    def read(self) -> list[Event]:
        events, self.position = new_events(self.file, self.position)
        return events
