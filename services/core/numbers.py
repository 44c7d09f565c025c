"""Numbers that are given out one after the other, without gaps or doubles."""

from sqlalchemy import update
from sqlmodel import Session, col

from db.models import Counter
from db.once import add_once


def reserve(session: Session, series: str, count: int = 1) -> int:
    """The last number of the series before `count` more, which are the caller's when he commits;
    a rollback gives them back. Holds the series until then: whoever wants one of it meanwhile
    waits. With 0 it only waits its turn."""
    move = (
        update(Counter)
        .where(col(Counter.series) == series)
        .values(value=col(Counter.value) + count)
        .returning(col(Counter.value))
    )
    moved = session.execute(move).scalar_one_or_none()
    if moved is None:  # the very first; somebody else may be making it this moment
        add_once(session, Counter, [{"series": series, "value": 0}], col(Counter.series))
        moved = session.execute(move).scalar_one()
    return int(moved) - count
