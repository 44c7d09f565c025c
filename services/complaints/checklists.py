"""What must not be forgotten: taking a complaint, and standing through a crisis (C12, C30).

The items are the same for every case; what was done of them is told by the events, so that who and
when stand beside each, and that nothing is lost when a tick is taken back.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, select
from sqlmodel import Session, col

from db.models import Complaint, ComplaintEvent, EventKind, Severity, Stage
from services.complaints import events
from services.complaints.events import Receipt
from services.complaints.inputs import TickItem
from services.complaints.items import CRISIS, ITEMS, Checklist, Item
from services.core.access import Actor, Permission
from services.core.errors import Conflict
from services.core.words import N_

EARLY: Final = frozenset({Stage.REGISTERED, Stage.ACKNOWLEDGED})
"""While a complaint is being taken."""


class TickedAlready(Conflict):
    msgid = N_("Somebody has ticked this just now, or taken the tick back")


class NoSuchItem(Conflict):
    msgid = N_("This is not on the checklist of this complaint")


@dataclass(frozen=True, slots=True)
class Progress:
    """How many items of a checklist are done, and how many it has."""

    done: int
    total: int

    @property
    def is_complete(self) -> bool:
        return self.done == self.total


@dataclass(frozen=True, slots=True)
class Tick:
    """One item as it stands: who ticked it and when ("" and None while it is not done). `turns`:
    how often it was ticked or taken back."""

    item: Item
    by: str
    at: datetime | None
    turns: int

    @property
    def is_done(self) -> bool:
        return self.at is not None


@dataclass(frozen=True, slots=True)
class CheckedList:
    """A checklist of one case."""

    kind: Checklist
    ticks: list[Tick]

    @property
    def progress(self) -> Progress:
        return Progress(sum(tick.is_done for tick in self.ticks), len(self.ticks))


def is_crisis(complaint: Complaint | Row[Any]) -> bool:
    """What is heaviest, or touches safety or the media; of a row, if it has these columns."""
    return complaint.severity is Severity.L4 or complaint.is_safety or complaint.is_media


def tick(session: Session, actor: Actor, form: TickItem) -> Receipt:
    """Something on a checklist was done, or was not after all. Raises NoSuchItem, TickedAlready."""
    actor.require(Permission.COMPLAINTS_HANDLE)
    complaint = events.hold(session, actor, form, EventKind.TICKED)
    if not any(form.item in ITEMS[kind] for kind in _kinds(complaint)):
        raise NoSuchItem
    if form.is_done == (form.item in _done(events.of(session, complaint.id))):
        raise TickedAlready
    return events.happen(
        session, actor, complaint, EventKind.TICKED, item=form.item, is_done=form.is_done
    )


def checklists(
    complaint: Complaint, happened: Iterable[ComplaintEvent], people: Mapping[int, str]
) -> list[CheckedList]:
    """Those that a case has now, as its events tell; `people` are names by id."""
    ticked = [one for one in happened if one.kind is EventKind.TICKED]
    return [CheckedList(kind, _ticks(kind, ticked, people)) for kind in _kinds(complaint)]


def progress(session: Session, complaints: Iterable[Complaint | Row[Any]]) -> dict[int, Progress]:
    """How far the crises among these have come, by id; one look at the database for all."""
    keys = [one.id for one in complaints if is_crisis(one)]
    if not keys:
        return {}
    event = ComplaintEvent
    query = (
        select(event)
        .where(col(event.complaint_id).in_(keys), col(event.kind) == EventKind.TICKED)
        .order_by(col(event.seq))
    )
    ticked: dict[int, list[ComplaintEvent]] = {key: [] for key in keys}
    for one in session.execute(query).scalars():
        ticked[one.complaint_id].append(one)
    return {
        key: Progress(len(_done(mine) & CRISIS.keys()), len(CRISIS)) for key, mine in ticked.items()
    }


def _kinds(complaint: Complaint) -> Collection[Checklist]:
    """How it was taken is asked while it is fresh."""
    if complaint.closed_at is not None:
        return ()
    taking = [Checklist.TAKING] if complaint.stage in EARLY else []
    return [*([Checklist.CRISIS] if is_crisis(complaint) else []), *taking]


def _done(ticked: Iterable[ComplaintEvent]) -> set[str]:
    """The items that are done after these events, in their order."""
    stands = {
        one.details["item"]: one.details["is_done"]
        for one in ticked
        if one.kind is EventKind.TICKED
    }
    return {item for item, is_done in stands.items() if is_done}


def _ticks(kind: Checklist, ticked: list[ComplaintEvent], people: Mapping[int, str]) -> list[Tick]:
    found = []
    for item in ITEMS[kind]:
        mine = [one for one in ticked if one.details["item"] == item]
        last = mine[-1] if mine and mine[-1].details["is_done"] else None
        by = people.get(last.actor_id or 0, "") if last else ""
        found.append(Tick(item, by, last.at if last else None, len(mine)))
    return found
