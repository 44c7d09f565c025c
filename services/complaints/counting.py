"""How many complaints came in by category and by cause (C22, C23, spec 3.7)."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlmodel import Session, col

from db.models import Complaint, HeadingTree
from db.models import Heading as Node
from services.complaints import trees
from services.complaints.overviews import CauseBoard, HeadingLine
from services.core import clock
from services.core.access import Actor, Permission
from services.core.normal import EARLIEST, LATEST

SORTED_BY = {HeadingTree.CATEGORY: Complaint.category_id, HeadingTree.CAUSE: Complaint.cause_id}


def causes(
    session: Session,
    actor: Actor,
    tree: HeadingTree,
    since: date,
    until: date,
    store_id: int | None = None,
) -> CauseBoard:
    """Everything received from the first day to the last, what was merged or withdrawn too, as far
    as the actor sees it. Three looks at the database, however many there are."""
    actor.require(Permission.COMPLAINTS_VIEW)
    counts = _counts(session, tree, since, until, store_id)
    received, unsorted = sum(counts.values()), counts.pop(None, 0)
    query = select(col(Node.id), col(Node.parent_id)).where(col(Node.tree) == tree)
    above = dict(session.execute(query.order_by(col(Node.code))).all())
    own = {key: counts[key] for key in above if key in counts}
    totals: dict[int | None, int] = defaultdict(int)
    below: dict[int | None, list[int]] = defaultdict(list)
    for key, parent in reversed(above.items()):  # what is below comes before what it belongs to
        totals[key] += own.get(key, 0)
        totals[parent] += totals[key]
        if totals[key]:
            below[parent].insert(0, key)
    names = trees.named(session)

    def walk(parent: int | None) -> Iterator[HeadingLine]:
        for key in sorted(below[parent], key=lambda key: -totals[key]):
            share = totals[key] / received
            yield HeadingLine(names[key], own.get(key, 0), totals[key], share)
            yield from walk(key)

    return CauseBoard(received, list(walk(None)), unsorted)


def _counts(
    session: Session, tree: HeadingTree, since: date, until: date, store_id: int | None
) -> dict[int | None, int]:
    """Node (None: not sorted) -> how many."""
    node, received = col(SORTED_BY[tree]), col(Complaint.received_at)
    first, last = max(since, EARLIEST), min(until, LATEST)
    query = select(node, func.count(col(Complaint.id))).where(
        received >= clock.midnight(first), received < clock.midnight(last + timedelta(days=1))
    )
    if store_id is not None:
        query = query.where(col(Complaint.store_id) == store_id)
    return dict(session.execute(query.group_by(node)).all())
