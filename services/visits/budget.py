"""One budget of contacts for each customer: which of those that are to be made may be made when,
and which are made together (spec 2.3, V30–V34).

A pure rule over what is known of one customer. It counts contacts in which he was reached; attempts
in vain are none. Contacts of one course (the steps of one cadence that follow one event) belong
together and do not keep each other back.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from db.models import Hold, Trigger, VisitKind
from services.visits.preferred import ANY_DAY, first_day

Course = tuple[int, str]
"""A cadence, and what it follows."""

UNSPACED: Final = frozenset({Trigger.COMPLAINT, Trigger.NEXT_DATE, Trigger.MANUAL})
"""A customer who complained, or who asked for it, is not kept waiting."""
ALWAYS: Final = frozenset({Trigger.COMPLAINT})
"""Made also where he does not want to be contacted: he waits for it."""
TOGETHER: Final = frozenset({VisitKind.CALL, VisitKind.MESSAGE})
"""Ways that one call can take the place of."""
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Wanted:
    """One contact that is to be made. `course` None: it stands alone."""

    id: int
    kind: VisitKind
    trigger: Trigger
    course: Course | None
    is_marketing: bool
    priority: int
    due_from: date
    expires_on: date
    taken_in: tuple["Wanted", ...] = ()
    """What was merged into it before: it is made together with it, whatever else changes."""

    @property
    def courses(self) -> frozenset[Course]:
        known = {one.course for one in (self, *self.taken_in)}
        return frozenset(one for one in known if one is not None)

    @property
    def is_spaced(self) -> bool:
        return all(one.trigger not in UNSPACED for one in (self, *self.taken_in))


@dataclass(frozen=True, slots=True)
class Contact:
    """One in which the customer was reached, or will be; of several courses where they were
    made together."""

    on: date
    courses: frozenset[Course] = frozenset()
    is_planned: bool = False
    """Still to come, and bound to the rule itself: one before it must keep the days, too."""

    def keeps_back(self, day: date, spacing: int) -> bool:
        """Whether so few days lie between it and a day that one of the two cannot be."""
        days = (day - self.on).days
        return 0 <= days < spacing or (self.is_planned and -spacing < days < 0)


@dataclass(frozen=True, slots=True)
class Standing:
    """What else the budget depends on."""

    contacts: Collection[Contact] = ()
    do_not_contact_until: date | None = None
    """The last day on which he does not want to be contacted."""
    has_open_complaint: bool = False
    may_offer: bool = True
    """False: he took back his consent to offers."""
    may_call: bool = True
    """False: he took back his consent to calls of ours."""
    weekdays: frozenset[int] = ANY_DAY
    """On which he likes to be contacted."""


@dataclass(frozen=True, slots=True)
class Norms:
    """Days between two contacts; days within which two become one."""

    spacing: int = 7
    together: int = 3


@dataclass(frozen=True, slots=True)
class Ruling:
    """What becomes of a contact: made from a day on (None: nobody knows yet), kept back because of
    something, or made together with another one (`into`, its id)."""

    free_on: date | None
    hold: Hold | None = None
    into: int | None = None


@dataclass(frozen=True, slots=True)
class _Group:
    """Contacts that are made as one, from a day on."""

    day: date
    hold: Hold | None
    parts: tuple[Wanted, ...]

    @property
    def leader(self) -> Wanted:
        return max(self.parts, key=lambda one: (one.priority, -one.id))

    @property
    def courses(self) -> frozenset[Course]:
        return frozenset[Course]().union(*(one.courses for one in self.parts))

    @property
    def is_spaced(self) -> bool:
        return all(one.is_spaced for one in self.parts)


def rule(
    wanted: Iterable[Wanted], standing: Standing, today: date, norms: Norms
) -> Mapping[int, Ruling]:
    """What becomes of each (id). The earlier day goes first; on one day the heavier contact.

    A contact whose `free_on` lies beyond its last day is not made, unless those before it fail.
    """
    found: dict[int, Ruling] = {}
    waiting: list[_Group] = []
    for one in wanted:
        hold = _forbidden(one, standing)
        if hold is not None:
            found[one.id] = Ruling(None, hold)
        else:
            waiting.append(_alone(one, standing, today))
    waiting.sort(key=lambda each: (each.day, -each.leader.priority, each.leader.id))
    contacts = list(standing.contacts)
    # Those that wait for nothing come first: the others find their days around them.
    for group in sorted(
        _together(waiting, norms.together, standing), key=lambda each: each.is_spaced
    ):
        made = _spaced(group, contacts, norms.spacing, standing.weekdays)
        late = [one for one in made.parts if one.expires_on < made.day]
        found |= {one.id: Ruling(made.day, made.hold) for one in late}
        kept = tuple(one for one in made.parts if one.expires_on >= made.day)
        if not kept:
            continue
        made = _Group(made.day, made.hold, kept)
        contacts.append(Contact(made.day, made.courses, is_planned=made.is_spaced))
        leader = made.leader.id
        for one in kept:
            into = leader if one.id != leader else None
            found[one.id] = Ruling(made.day, made.hold, into)
    return found


def _forbidden(one: Wanted, standing: Standing) -> Hold | None:
    """What keeps it back for as long as nothing changes about the customer."""
    if one.is_marketing and standing.has_open_complaint:
        return Hold.OPEN_COMPLAINT
    if one.is_marketing and not standing.may_offer:
        return Hold.NO_CONSENT
    return Hold.NO_CONSENT if one.is_spaced and not standing.may_call else None


def _alone(one: Wanted, standing: Standing, today: date) -> _Group:
    """From the first day on which he may be contacted at all."""
    day = max(one.due_from, today)
    silent = standing.do_not_contact_until
    if silent is not None and silent >= day and one.trigger not in ALWAYS:
        return _Group(silent + _DAY, Hold.DO_NOT_CONTACT, (one,))
    return _Group(day, None, (one,))


def _together(waiting: Iterable[_Group], within: int, standing: Standing) -> list[_Group]:
    """Those of a few days as one, on the first of these days."""
    groups: list[_Group] = []
    for each in waiting:
        [one] = each.parts
        at = next(
            (n for n, group in enumerate(groups) if _fits(group, each, within, standing)), None
        )
        if at is None:
            groups.append(each)
        else:
            group = groups[at]
            groups[at] = _Group(group.day, group.hold, (*group.parts, one))
    return groups


def _fits(group: _Group, each: _Group, within: int, standing: Standing) -> bool:
    [one] = each.parts
    silent = standing.do_not_contact_until
    if silent is not None and group.day <= silent and one.trigger not in ALWAYS:
        return False  # he is only called because of his complaint
    return (
        (each.day - group.day).days <= within
        and each.hold is group.hold
        and all(part.kind in TOGETHER for part in (*group.parts, one))
        and not one.courses & group.courses
    )


def _spaced(
    group: _Group, contacts: Iterable[Contact], spacing: int, weekdays: frozenset[int]
) -> _Group:
    """Not before the days have passed since each contact of another course, and on a weekday that
    suits the customer, if there is one in time."""
    if not group.is_spaced:
        return group
    day, hold = group.day, group.hold
    last = min(one.expires_on for one in group.parts)
    others = [each for each in contacts if not each.courses & group.courses]
    others.sort(key=lambda contact: contact.on)
    while True:
        free = _free(day, others, spacing)
        suited = first_day(free, last, weekdays)
        if free != day:
            hold = Hold.SPACING
        if suited == free:
            return _Group(free, hold, group.parts)
        day, hold = suited, Hold.PREFERRED_DAYS


def _free(day: date, others: Iterable[Contact], spacing: int) -> date:
    """The first day from this one that none of the contacts, the earliest first, keeps back."""
    for each in others:
        if each.keeps_back(day, spacing):
            day = each.on + spacing * _DAY
    return day
