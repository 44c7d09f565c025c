"""The complaints that make up a figure, a page of them at a time (spec 5.1)."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from sqlalchemy import select
from sqlmodel import Session, col

from db.models import Complaint, Store
from services.complaints import trees
from services.complaints.overviews import Behind, CountedLine
from services.core.metrics import Figure

PAGE: Final = 50
AT_ONCE: Final = 10_000
"""Ids in one statement; a database takes some 32,000."""


def behind(session: Session, figure: Figure, page: int = 1) -> Behind:
    """What a figure's rows are, the newest first, as far as the session sees them.

    `page` from 1 on; beyond the last one it is the last. What is not seen (a legal case, of which
    only those named in it know) is counted and left out. A handful of looks at the database,
    however many there are.
    """
    counts, hits = Counter(figure.rows), Counter(figure.hits)
    seen = _seen(session, counts)
    pages = max(1, -(-len(seen) // PAGE))
    here = min(max(page, 1), pages)
    ids = seen[(here - 1) * PAGE : here * PAGE]
    one = Complaint
    columns = (one.id, one.number, one.category_id, one.severity, one.received_at, one.closed_at)
    query = (
        select(*map(col, columns), col(Store.name).label("store"))
        .join(Store, col(Store.id) == col(one.store_id))
        .where(col(one.id).in_(ids))
        .order_by(col(one.id).desc())
    )
    names = trees.named(session)
    lines = [
        CountedLine(
            id=row.id,
            number=row.number,
            store=row.store,
            category=names[row.category_id],
            severity=row.severity,
            received_at=row.received_at,
            closed_at=row.closed_at,
            counts=counts[row.id],
            hits=hits[row.id],
            amount=figure.each.get(row.id),
        )
        for row in session.execute(query)
    ]
    return Behind(lines, here, pages, len(seen), len(counts) - len(seen))


def _seen(session: Session, ids: Iterable[int]) -> Sequence[int]:
    """Those of them that the session sees, the newest first."""
    found: list[int] = []
    newest = sorted(ids, reverse=True)
    for begin in range(0, len(newest), AT_ONCE):
        some = newest[begin : begin + AT_ONCE]
        query = select(col(Complaint.id)).where(col(Complaint.id).in_(some))
        found += session.execute(query.order_by(col(Complaint.id).desc())).scalars()
    return found
