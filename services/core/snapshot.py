"""Several queries at one moment: what a page shows in one go agrees with itself, and costs less.

They share a transaction, and their caller is named once. A command ends the moment: the queries
after it see what it did.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from sqlmodel import Session

from db.engine import read_transaction
from services.core.access import Actor, Caller, identify


@dataclass
class _Moment:
    """What the queries of one `one_snapshot` share; nothing before the first of them."""

    caller: Caller | None = None
    begun: tuple[Session, Actor] | None = None
    closing: ExitStack = field(default_factory=ExitStack)

    def of(self, caller: Caller) -> tuple[Session, Actor]:
        if self.begun is None or self.caller != caller:
            self.end()
            session = self.closing.enter_context(read_transaction())
            self.begun, self.caller = (session, identify(session, caller)), caller
        return self.begun

    def end(self) -> None:
        self.begun = None
        self.closing.close()


_moment: ContextVar[_Moment | None] = ContextVar("moment", default=None)


@contextmanager
def one_snapshot() -> Iterator[None]:
    """Let all queries inside see the same moment. Within another one it changes nothing."""
    if _moment.get() is not None:
        yield
        return
    mine = _Moment()
    token = _moment.set(mine)
    try:
        yield
    finally:
        _moment.reset(token)
        mine.end()


@contextmanager
def reading(caller: Caller) -> Iterator[tuple[Session, Actor]]:
    """The transaction of a query, its own or the shared one, which ends with an error."""
    shared = _moment.get()
    if shared is None:
        with read_transaction() as session:
            yield session, identify(session, caller)
        return
    try:
        yield shared.of(caller)
    except BaseException:
        shared.end()
        raise


def end() -> None:
    """End the shared moment, if there is one: somebody is about to write."""
    shared = _moment.get()
    if shared is not None:
        shared.end()
