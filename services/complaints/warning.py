"""Telling people in time: at 50, 80 and 100 % of a clock, then up the line (spec 3.2, 3.4).

Of one complaint one notice is enough: what says more takes the place of what says less, and what
was passed over is never told.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Final

from sqlalchemy import select
from sqlmodel import Session, col

from db.models import Complaint, ComplaintPerson, Role, Severity, User
from services.complaints import promising, timing
from services.complaints.clocks import Clock, ClockKind, ClockState
from services.complaints.limits import MAJOR
from services.complaints.timing import CLOCKS, RUNNING, Clocks
from services.core import audit, calendars, clock, fields, notices
from services.core.access import Actor, Permission
from services.core.audit import Action
from services.core.choices import choice_label
from services.core.inputs import Input
from services.core.notices import Told
from services.core.tellings import NoticeKind
from services.core.worktime import Calendar, business_days

STEP: Final = 200
"""Complaints that are looked at in one go."""


class Threshold(StrEnum):
    """How far a clock has come when people are told."""

    HALF = "half"
    MOST = "most"
    OVER = "over"
    DAY_OVER = "day_over"
    """Over for a working day."""


SHARES: Final = {
    Threshold.HALF: Fraction(1, 2),
    Threshold.MOST: Fraction(4, 5),
    Threshold.OVER: Fraction(1),
}


class WatchComplaints(Input):
    """Look at the open complaints after this one (id)."""

    after: fields.Count = 0


@dataclass(frozen=True, slots=True)
class Watched:
    """`changed`: notices told and complaints timed anew. `last` is the id to go on from; None at
    the end."""

    changed: int
    last: int | None


def watch(session: Session, actor: Actor, form: WatchComplaints) -> Watched:
    """Tell people of the clocks that run out, and keep anew when they are due, as a calendar or a
    parameter that changed makes it; what was told and is not true any more is taken back. One that
    somebody is at just now is left for the next time."""
    actor.require(Permission.DATA_SWEEP)
    query = (
        select(Complaint)
        .where(col(Complaint.closed_at).is_(None), col(Complaint.id) > form.after)
        .order_by(col(Complaint.id))
        .limit(STEP)
        .with_for_update(skip_locked=True)
    )
    rows = session.execute(query).scalars().all()
    cases = [timing.Case(one.id, one.store_id, one.received_at) for one in rows]
    found = timing.clocks_of(session, cases) if cases else {}
    timed = [one for one in rows if timing.keep(one, found[one.id])]
    if timed:
        audit.record(session, actor, Action.COMPLAINTS_TIMED, "complaints", count=len(timed))
    line = _line(session)
    places = calendars.calendars(session, {one.store_id for one in rows})
    passed = {one.id: _passed(found[one.id], places[one.store_id]) for one in rows}
    known = _known(session, rows)
    _take_back(session, known, found, {one.id: places[one.store_id] for one in rows})
    told = sum(_warn(session, line, one, passed[one.id], known[one.id]) for one in rows)
    told += sum(_warn_of_promise(session, line, one) for one in rows)
    return Watched(len(timed) + told, rows[-1].id if rows else None)


def tell_major(session: Session, complaint: Complaint) -> None:
    """A major complaint or a crisis: managers and directors know at once, at any hour."""
    if complaint.severity not in MAJOR:
        return
    line = _line(session)
    notices.tell(
        session,
        those_who_see(session, complaint, line.managers(complaint.store_id) | line.directors),
        NoticeKind.COMPLAINT_MAJOR,
        _major(complaint.id, complaint.severity),
        number=complaint.number,
        level=[choice_label(complaint.severity)],
        complaint=complaint.id,
    )


def take_back_major(session: Session, complaint: Complaint) -> None:
    """It gets another level: nobody is told any more that it has this one."""
    if complaint.severity in MAJOR:
        notices.take_back(session, _major(complaint.id, complaint.severity))


def _major(complaint_id: int, level: Severity) -> str:
    return f"complaints:{complaint_id}:major:{level.value}"


def those_who_see(session: Session, complaint: Complaint, people: Collection[int]) -> set[int]:
    """Of these people (ids) the ones who may know of it: of a legal case those named (C29)."""
    if not complaint.is_legal:
        return set(people)
    query = select(col(ComplaintPerson.user_id)).where(
        col(ComplaintPerson.complaint_id) == complaint.id
    )
    return set(people) & set(session.execute(query).scalars())


def settle(session: Session, complaint_id: int, found: Clocks) -> None:
    """Nobody is warned any more of clocks that have ended, or that are not there."""
    running = {kind for kind, one in found.items() if one.state in RUNNING}
    ended = [kind for kind in ClockKind if kind not in running]
    causes = [_cause(complaint_id, kind, mark) for kind in ended for mark in Threshold]
    notices.settle(session, *causes)


def _cause(complaint_id: int, kind: ClockKind, mark: Threshold) -> str:
    return f"complaints:{complaint_id}:{kind.value}:{mark.value}"


@dataclass(frozen=True, slots=True)
class _Line:
    """The line up: who leads where."""

    by_store: dict[int, set[int]]
    everywhere: set[int]
    directors: set[int]

    def managers(self, store_id: int) -> set[int]:
        return self.by_store.get(store_id, set()) | self.everywhere


def _line(session: Session) -> _Line:
    query = select(col(User.id), col(User.role), col(User.store_id)).where(
        col(User.is_active), col(User.role).in_([Role.MANAGER, Role.DIRECTOR])
    )
    line = _Line({}, set(), set())
    for key, role, store_id in session.execute(query):
        if role is Role.DIRECTOR:
            line.directors.add(key)
        elif store_id is None:
            line.everywhere.add(key)
        else:
            line.by_store.setdefault(store_id, set()).add(key)
    return line


@dataclass(frozen=True, slots=True)
class _Passed:
    """A mark that a clock has passed."""

    kind: ClockKind
    mark: Threshold

    @property
    def weight(self) -> tuple[int, int]:
        """What is further on says more; of two alike that of the clock that ends last, for it still
        stands when the other one has ended."""
        return list(Threshold).index(self.mark), list(ClockKind).index(self.kind)


Known = dict[int, dict[_Passed, Told]]
"""What each person (id) was told of one complaint's clocks."""


def _passed(found: Clocks, calendar: Calendar) -> list[_Passed]:
    return [_Passed(one.kind, mark) for one in found.values() for mark in _marks(one, calendar)]


def _known(session: Session, rows: Sequence[Complaint]) -> dict[int, Known]:
    """Of each complaint (id); one look at the database."""
    known: dict[int, Known] = {one.id: {} for one in rows}
    causes = {
        _cause(key, kind, mark): (key, _Passed(kind, mark))
        for key in known
        for kind in ClockKind
        for mark in Threshold
    }
    for (cause, person), state in (notices.told(session, causes) if causes else {}).items():
        key, mark = causes[cause]
        known[key].setdefault(person, {})[mark] = state
    return known


def _take_back(
    session: Session,
    known: Mapping[int, Known],
    found: Mapping[int, Clocks],
    places: Mapping[int, Calendar],
) -> None:
    """What was told of clocks that still run, and is not so since a level was changed or the hours
    were: nobody knows it any more, and he is told when it is so again."""
    untrue: list[str] = []
    for key, people in known.items():
        told = {each for marks in people.values() for each in marks}
        for each in told:
            one = found[key][each.kind]
            if one.ended_at is None and each.mark not in _standing(one, places[key]):
                untrue.append(_cause(key, each.kind, each.mark))
                for marks in people.values():
                    marks.pop(each, None)
    if untrue:
        notices.take_back(session, *untrue)


def _warn(
    session: Session, line: _Line, complaint: Complaint, passed: Sequence[_Passed], known: Known
) -> int:
    """Tell who has to know how far the clocks of a complaint have come, each person what says most
    of what is new; returns how many were told."""
    new: dict[int, list[_Passed]] = defaultdict(list)
    for each in passed:
        for person in _whom(line, complaint, each.mark):
            if each not in known.get(person, {}):
                new[person].append(each)
    if not new:
        return 0
    telling: dict[_Passed, list[int]] = defaultdict(list)
    needless: dict[_Passed, list[int]] = defaultdict(list)
    for person in those_who_see(session, complaint, new.keys()):
        *less, most = sorted(new[person], key=lambda each: each.weight)
        if _says_more(known.get(person, {}), most):
            less.append(most)
        else:
            telling[most].append(person)
            _replace(session, complaint, person, known.get(person, {}), most)
        for each in less:
            needless[each].append(person)
    for each, people in needless.items():
        cause = _cause(complaint.id, each.kind, each.mark)
        notices.pass_over(session, people, _kind(each), cause, **_said(complaint, each))
    told = 0
    for each, people in telling.items():
        cause = _cause(complaint.id, each.kind, each.mark)
        told += len(notices.tell(session, people, _kind(each), cause, **_said(complaint, each)))
    return told


def _says_more(known: Mapping[_Passed, Told], one: _Passed) -> bool:
    """Whether something that a person has not seen yet says more already."""
    return any(state is Told.UNSEEN and each.weight > one.weight for each, state in known.items())


def _replace(
    session: Session,
    complaint: Complaint,
    person: int,
    known: Mapping[_Passed, Told],
    one: _Passed,
) -> None:
    """What was told of the same clock is out of date, seen or not; of the others he need not see
    what he has not seen."""
    causes = [
        _cause(complaint.id, each.kind, each.mark)
        for each, state in known.items()
        if state is Told.UNSEEN or (state is Told.SEEN and each.kind is one.kind)
    ]
    if causes:
        notices.settle(session, *causes, of=[person])


def _kind(one: _Passed) -> NoticeKind:
    return _KINDS.get(one.mark, NoticeKind.COMPLAINT_DUE)


def _said(complaint: Complaint, one: _Passed) -> dict[str, object]:
    """What its words speak of."""
    return {
        "number": complaint.number,
        "clock": [CLOCKS[one.kind]],
        "percent": int(SHARES.get(one.mark, Fraction(1)) * 100),
        "complaint": complaint.id,
    }


def _warn_of_promise(session: Session, line: _Line, complaint: Complaint) -> int:
    """Tell those who are told of a clock that is over that a customer waits in vain."""
    if complaint.promised_at is None or not promising.is_missed(complaint):
        return 0
    return len(
        notices.tell(
            session,
            those_who_see(session, complaint, _whom(line, complaint, Threshold.OVER)),
            NoticeKind.COMPLAINT_LATE,
            promising.cause(complaint.id, complaint.promised_at),
            number=complaint.number,
            clock=[promising.NAME],
            complaint=complaint.id,
        )
    )


_KINDS: Final = {
    Threshold.OVER: NoticeKind.COMPLAINT_LATE,
    Threshold.DAY_OVER: NoticeKind.COMPLAINT_ESCALATED,
}


def _marks(one: Clock, calendar: Calendar) -> Iterator[Threshold]:
    """The latest mark that a clock has passed, and that it has been over for a day."""
    if one.state not in {ClockState.RUNNING, ClockState.LATE} or one.share is None:
        return
    passed = _standing(one, calendar)
    yield from [mark for mark in passed if mark in SHARES][-1:]
    if Threshold.DAY_OVER in passed:
        yield Threshold.DAY_OVER


def _standing(one: Clock, calendar: Calendar) -> list[Threshold]:
    """Every mark that a clock has behind it, in their order."""
    if one.share is None:
        return []
    passed = [mark for mark, share in SHARES.items() if one.share >= share]
    if Threshold.OVER in passed and one.due_at is not None:
        over = business_days(min(one.due_at, clock.now()), clock.now(), calendar)
        if over >= 1:
            passed.append(Threshold.DAY_OVER)
    return passed


def _whom(line: _Line, complaint: Complaint, mark: Threshold) -> set[int]:
    if mark is Threshold.DAY_OVER:
        return line.directors
    people = {complaint.handler_id}
    if mark is not Threshold.HALF:
        people.add(complaint.accountable_id)
    if mark is Threshold.OVER or (mark is Threshold.HALF and complaint.severity is not Severity.L1):
        people |= line.managers(complaint.store_id)
    return people
