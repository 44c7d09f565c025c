"""Operations and their floors, taken in turns, on one dealer.

First the recorder does every operation and notes what its page draws and asks. Then, repetition by
repetition, each is done on the application, drawn from constants on the floors' server, and its
statements are played on a copy of the database. All three began from the same rows, and writes come
in the same order everywhere, so that keys and versions agree.
"""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bench.driving import Visitor, come_in
from bench.floors.recording import keep_runs
from bench.ground import Ground
from bench.meters import Meter, Spent, Unmeasurable
from bench.operations import WHO, Operation, Subject
from bench.places import FLOORS, Place
from bench.recordings import Recorded, record
from bench.statements import Replay, replay

EMPTY: Final = "customers"
"""The address of the floors' page, which without a name of an operation is empty."""


@dataclass
class Sample:
    """What one thing cost, repetition by repetition; `took` in seconds."""

    spent: list[Spent] = field(default_factory=list)
    took: list[float] = field(default_factory=list)


@dataclass
class Measured:
    """An operation, its bare page and its bare SQL."""

    recorded: Recorded
    real: Sample = field(default_factory=Sample)
    page: Sample = field(default_factory=Sample)
    sql: Sample = field(default_factory=Sample)


@dataclass
class Findings:
    """Everything that was measured with one person at work."""

    operations: dict[str, Measured]
    empty: Sample = field(default_factory=Sample)
    signed_in: Sample = field(default_factory=Sample)


def measure(
    ground: Ground, app: Place, operations: Sequence[Operation], *, times: int, warm: int
) -> Findings:
    """Do everything `times` times on `app`, after `warm` times that do not count."""
    recorded = record(ground, operations, warm + times)
    found = Findings({name: Measured(each) for name, each in recorded.items()})
    with ExitStack() as closing:
        floors = closing.enter_context(ground.server(FLOORS, ground.live))
        for name, each in recorded.items():
            keep_runs(ground.folder / Path(FLOORS).stem, name, each.drawn)
        player = replay(ground.played)
        closing.callback(player.close)
        empty = ground.visitor(closing, floors)
        turns = [
            _Turn(
                operation,
                ground.subject,
                found.operations[operation.name],
                ground.visitor(closing, app),
                ground.visitor(closing, floors),
                warm,
            )
            for operation in operations
        ]
        for nth in range(-warm, times):
            _weigh(found.empty, nth, floors.meter, empty, lambda: empty.open(EMPTY))
            _sign_in(found.signed_in, nth, floors)
            for turn in turns:
                turn.really(nth, app.meter)
                turn.drawn(nth, floors.meter)
                turn.compare()
                turn.asked(nth, player)
    return found


@dataclass(frozen=True)
class _Turn:
    """One operation, done in three ways; a negative `nth` warms up."""

    operation: Operation
    subject: Subject
    into: Measured
    at_work: Visitor
    below: Visitor
    warm: int

    def really(self, nth: int, meter: Meter) -> None:
        visitor, subject, number = self.at_work, self.subject, nth + self.warm
        self.operation.approach(visitor, subject, number)
        _weigh(
            self.into.real,
            nth,
            meter,
            visitor,
            lambda: self.operation.act(visitor, subject, number),
        )

    def drawn(self, nth: int, meter: Meter) -> None:
        recorded = self.into.recorded
        time = recorded.time(nth + self.warm, writes=self.operation.writes)
        address = f"floor={self.operation.name}&time={time}"
        if recorded.drawn[time][0].is_fragment:
            self.below.open(EMPTY, address)
            _weigh(self.into.page, nth, meter, self.below, self.below.rerun_fragment)
        else:
            _weigh(self.into.page, nth, meter, self.below, lambda: self.below.open(EMPTY, address))

    def compare(self) -> None:
        """Raises Unmeasurable where the floor drew something else than the page."""
        if self.below.drawn != self.at_work.drawn:
            more, less = (
                self.below.drawn - self.at_work.drawn,
                self.at_work.drawn - self.below.drawn,
            )
            raise Unmeasurable(f"the floor of {self.operation.name} drew {more}, not {less}")

    def asked(self, nth: int, player: Replay) -> None:
        script = self.into.recorded.script(nth + self.warm)
        player.play(script.before)
        spent, took = player.play(script.during)
        _keep(self.into.sql, nth, spent, took)


def _weigh(
    into: Sample, nth: int, meter: Meter, visitor: Visitor, work: Callable[[], None]
) -> None:
    before = meter.settled()
    work()
    took = visitor.took
    _keep(into, nth, meter.settled() - before, took)


def _keep(into: Sample, nth: int, spent: Spent, took: float) -> None:
    if nth >= 0:
        into.spent.append(spent)
        into.took.append(took)


def _sign_in(into: Sample, nth: int, floors: Place) -> None:
    """The run that shows the empty page to somebody who has just come in; the hash was before."""
    visitor = Visitor(floors.port, token="")
    try:
        answer = come_in(visitor, WHO, EMPTY)
        _weigh(into, nth, floors.meter, visitor, answer)
    finally:
        visitor.close()
