"""What a measurement stands on: copies of one dealer with the same sessions, servers, visitors."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.dealers import Dealer, at, come_in
from bench.driving import Visitor
from bench.operations import Subject, subject_of_this_dealer
from bench.places import Place, running


@dataclass(frozen=True)
class Ground:
    """`live` is for the application, `recorded` for the recorder, `played` for the bare SQL."""

    live: str
    recorded: str
    played: str
    tokens: tuple[str, ...]
    """A session for each of the people that were asked for, in their order."""
    subject: Subject
    folder: Path

    @contextmanager
    def server(self, script: str, url: str) -> Iterator[Place]:
        folder = self.folder / Path(script).stem
        folder.mkdir(exist_ok=True)
        with running(script, url, folder) as place:
            yield place

    def visitor(self, closing: ExitStack, place: Place, nth: int = 0) -> Visitor:
        visitor = Visitor(place.port, self.tokens[nth % len(self.tokens)])
        closing.callback(visitor.close)
        return visitor


@contextmanager
def laid(dealer: Dealer, folder: Path, people: Sequence[str]) -> Iterator[Ground]:
    """Copies to measure on; they go when the measurement ends."""
    with ExitStack() as closing:
        loaded = dealer.loaded()
        live = dealer.copy(loaded, "live")
        closing.callback(dealer.drop, live)
        with at(live):
            tokens = tuple(come_in(name) for name in people)
            subject = subject_of_this_dealer()
        recorded = dealer.copy(live, "recorded")
        closing.callback(dealer.drop, recorded)
        played = dealer.copy(live, "played")
        closing.callback(dealer.drop, played)
        dealer.settle()
        yield Ground(live, recorded, played, tokens, subject, folder)
