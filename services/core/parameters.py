"""The group's own numbers: what each is, within which bounds, and what it was on any day (A21).

No number that the department decides is a constant of the code. `PARAMETERS` says what there is
and with what it begins; `parameter_values` holds what people decided since, each from a day on.
Whoever computes for a day asks for that day: what changes today leaves last month as it was.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final

from sqlalchemy import or_, select
from sqlmodel import Session, col

from db.models import ParameterValue, Role
from services.core import clock
from services.core.errors import InvalidInput, NotFound
from services.core.words import N_

Number = int | Decimal

_WRITTEN: Final = re.compile(r"(?:0|[1-9][0-9]{0,11})(\.[0-9]{0,5}[1-9])?")
"""One way only to write a number, so that equal values are equal texts."""


class Unit(StrEnum):
    HOUR = "hour"
    """Of the day, where the dealer works: 0 to 24."""
    MINUTES = "minutes"
    """Of the day and night."""
    WORKING_MINUTES = "working_minutes"
    WORKING_DAYS = "working_days"
    DAYS = "days"
    PER_DAY = "per_day"
    TIMES = "times"
    SHARE = "share"
    """A Decimal from 0 to 1; the other units are counted in whole numbers."""
    YUAN = "yuan"
    MEGABYTES = "megabytes"
    """Of 2**20 bytes."""
    FILES = "files"


class UnknownParameter(NotFound):
    msgid = N_("There is no such parameter")


class OutOfBounds(InvalidInput):
    msgid = N_("Write a number from {least} to {most}")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One number that the group decides."""

    key: str
    """`feature.name`, dotted; kept for ever, since values stand under it."""
    label: str
    """A msgid."""
    unit: Unit
    default: Number
    """What holds before anyone has decided."""
    least: Number
    most: Number
    source: str
    """The row of the requirements from which the parameter comes."""
    by_store: bool = False
    """Whether a store may have a value of its own."""
    needs_approval: bool = False
    """Whether a second person has to agree to a change."""

    @property
    def section(self) -> str:
        return self.key.partition(".")[0]

    def read(self, written: str) -> Number:
        """The number in a text of digits. Raises OutOfBounds, also for what is no such number."""
        found = _WRITTEN.fullmatch(written)
        if found and (self.unit is Unit.SHARE or not found[1]):
            number: Number = Decimal(written) if self.unit is Unit.SHARE else int(written)
            if self.least <= number <= self.most:
                return number
        raise OutOfBounds(least=self.least, most=self.most)


REVEALS_OF_SPECIALIST: Final = "customers.reveals_a_day.specialist"
REVEALS_OF_MANAGER: Final = "customers.reveals_a_day.manager"
REVEALS_OF_OTHERS: Final = "customers.reveals_a_day.others"

QUIET_FROM: Final = "notices.quiet_from"
QUIET_UNTIL: Final = "notices.quiet_until"
NOTICE_DAYS: Final = "records.notice_days"
DRAFT_DAYS: Final = "records.draft_days"
JOB_DAYS: Final = "records.job_days"
APPROVAL_DAYS: Final = "approvals.days"
PAUSE_DAYS: Final = "complaints.pause_days"
URGENT_SHARE: Final = "complaints.urgent_share"
REOPEN_DAYS: Final = "complaints.reopen_days"
SILENT_DAYS: Final = "complaints.silent_days"
SILENT_ATTEMPTS: Final = "complaints.silent_attempts"
COMPENSATION: Final[Mapping[Role, str]] = {
    role: f"complaints.compensation.{role.value}"
    for role in (Role.SPECIALIST, Role.MANAGER, Role.DIRECTOR)
}
REPEAT_DAYS: Final = "complaints.repeat_days"
REPEAT_COUNT: Final = "complaints.repeat_count"
CLUSTER_DAYS: Final = "complaints.cluster_days"
CLUSTER_COUNT: Final = "complaints.cluster_count"
CHECK_DAYS: Final = "complaints.check_days"
FILE_SIZE: Final = "complaints.file_size"
FILE_COUNT: Final = "complaints.file_count"
RECOVERY_DAYS: Final = "complaints.recovery_days"
TARGET_CLOCKS: Final = "complaints.target.clocks"
TARGET_CLOSED: Final = "complaints.target.closed"
TARGET_REOPENED: Final = "complaints.target.reopened"
TARGET_CONTENT: Final = "complaints.target.content"
TARGET_FIRST: Final = "complaints.target.first"


def _reveals(key: str, label: str, default: int) -> Parameter:
    return Parameter(
        key,
        label,
        Unit.PER_DAY,
        default,
        least=0,
        most=1000,
        source="A12",
        by_store=True,
        needs_approval=True,
    )


def _days(key: str, label: str, default: int, source: str, *, most: int = 3650) -> Parameter:
    return Parameter(key, label, Unit.DAYS, default, least=1, most=most, source=source)


def _times(key: str, label: str, default: int, source: str) -> Parameter:
    return Parameter(key, label, Unit.TIMES, default, least=2, most=100, source=source)


def _files(key: str, label: str, unit: Unit, default: int, *, most: int) -> Parameter:
    return Parameter(key, label, unit, default, least=1, most=most, source="C03")


def _target(key: str, label: str, default: str, source: str) -> Parameter:
    return Parameter(
        key,
        label,
        Unit.SHARE,
        Decimal(default),
        least=Decimal(0),
        most=Decimal(1),
        source=source,
        by_store=True,
    )


def _hour(key: str, label: str, default: int) -> Parameter:
    return Parameter(key, label, Unit.HOUR, default, least=0, most=24, source="A21")


def _compensation(role: Role, label: str, default: int) -> Parameter:
    return Parameter(
        COMPENSATION[role],
        label,
        Unit.YUAN,
        default,
        least=0,
        most=1_000_000,
        source="C10",
        by_store=True,
        needs_approval=True,
    )


def _limits() -> list[Parameter]:
    """What a complaint's clocks may run, by level and clock; an L4 is tracked daily and has no day
    by which it must be closed."""
    working, clock_, days = Unit.WORKING_MINUTES, Unit.MINUTES, Unit.WORKING_DAYS
    made = (
        ("l1.acknowledge", N_("L1 grumble: acknowledge within"), working, 30),
        ("l1.answer", N_("L1 grumble: first answer within"), working, 240),
        ("l1.propose", N_("L1 grumble: proposal within"), days, 1),
        ("l1.close", N_("L1 grumble: close within"), days, 3),
        ("l2.acknowledge", N_("L2 general: acknowledge within"), working, 30),
        ("l2.answer", N_("L2 general: first answer within"), clock_, 24 * 60),
        ("l2.propose", N_("L2 general: proposal within"), days, 2),
        ("l2.close", N_("L2 general: close within"), days, 3),
        ("l3.acknowledge", N_("L3 major: acknowledge within"), clock_, 30),
        ("l3.answer", N_("L3 major: first answer within"), clock_, 12 * 60),
        ("l3.propose", N_("L3 major: proposal within"), days, 2),
        ("l3.close", N_("L3 major: close within"), days, 5),
        ("l4.acknowledge", N_("L4 crisis: acknowledge within"), clock_, 15),
        ("l4.answer", N_("L4 crisis: first answer within"), clock_, 2 * 60),
        ("l4.propose", N_("L4 crisis: proposal within"), clock_, 24 * 60),
    )
    return [
        Parameter(
            f"complaints.{name}",
            label,
            unit,
            default,
            least=1,
            most=60 if unit is days else 14 * 24 * 60,
            source="C09",
            by_store=True,
        )
        for name, label, unit, default in made
    ]


PARAMETERS: Final[dict[str, Parameter]] = {
    each.key: each
    for each in (
        _reveals(REVEALS_OF_SPECIALIST, N_("Masked fields that a specialist may show"), 60),
        _reveals(REVEALS_OF_MANAGER, N_("Masked fields that a manager may show"), 200),
        _reveals(REVEALS_OF_OTHERS, N_("Masked fields that anyone else may show"), 60),
        *_limits(),
        Parameter(
            URGENT_SHARE,
            N_("Share of the limits that an urgent complaint has"),
            Unit.SHARE,
            Decimal("0.5"),
            least=Decimal("0.1"),
            most=Decimal(1),
            source="C15",
        ),
        Parameter(
            PAUSE_DAYS,
            N_("Working days for which a complaint may wait in all"),
            Unit.WORKING_DAYS,
            5,
            least=0,
            most=60,
            source="C18",
        ),
        Parameter(
            SILENT_DAYS,
            N_("Working days of silence that accept our answer"),
            Unit.WORKING_DAYS,
            2,
            least=1,
            most=60,
            source="C07",
            by_store=True,
        ),
        Parameter(
            SILENT_ATTEMPTS,
            N_("Attempts to reach the customer before silence accepts our answer"),
            Unit.TIMES,
            2,
            least=1,
            most=20,
            source="C07",
            by_store=True,
        ),
        _compensation(
            Role.SPECIALIST, N_("Money that a specialist may promise for one complaint"), 0
        ),
        _compensation(Role.MANAGER, N_("Money that a manager may promise for one complaint"), 500),
        _compensation(
            Role.DIRECTOR, N_("Money that the director may promise for one complaint"), 5000
        ),
        _days(
            REPEAT_DAYS, N_("Days within which complaints of one customer are counted"), 90, "C23"
        ),
        _times(REPEAT_COUNT, N_("Complaint of a customer from which on it weighs more"), 3, "C23"),
        _days(CLUSTER_DAYS, N_("Days within which complaints of one cause are counted"), 7, "C30"),
        _times(
            CLUSTER_COUNT, N_("Complaints of one cause and model that warn of a crisis"), 3, "C30"
        ),
        _days(CHECK_DAYS, N_("Days after which an action against a cause is checked"), 60, "C22"),
        _files(FILE_SIZE, N_("Size of a file that a complaint takes"), Unit.MEGABYTES, 20, most=50),
        _files(FILE_COUNT, N_("Files that a complaint holds"), Unit.FILES, 50, most=500),
        _days(RECOVERY_DAYS, N_("Days in which a customer who complained comes back"), 180, "C23"),
        _days(REOPEN_DAYS, N_("Days in which a closed complaint is opened again"), 7, "C07"),
        _target(TARGET_CLOCKS, N_("Target: share of clocks kept"), "0.9", "C09"),
        _target(TARGET_CLOSED, N_("Target: share closed in time"), "0.9", "C09"),
        _target(TARGET_REOPENED, N_("Target: share reopened, at most"), "0.05", "C07"),
        _target(TARGET_CONTENT, N_("Target: share content with what we did"), "0.8", "C14"),
        _target(TARGET_FIRST, N_("Target: share answered by the first responder"), "0.9", "C01"),
        _days(APPROVAL_DAYS, N_("Days to answer a request"), 7, "A21"),
        _hour(QUIET_FROM, N_("Notices wait from this hour on"), 20),
        _hour(QUIET_UNTIL, N_("Notices are shown again from this hour on"), 8),
        _days(NOTICE_DAYS, N_("Days for which settled notices are kept"), 180, "A21"),
        _days(JOB_DAYS, N_("Days for which ended long work is kept"), 90, "A21"),
        _days(DRAFT_DAYS, N_("Days for which unsent drafts are kept"), 30, "A21"),
    )
}


def parameter(key: str) -> Parameter:
    """What is known under a key. Raises UnknownParameter."""
    if key not in PARAMETERS:
        raise UnknownParameter
    return PARAMETERS[key]


# ---- values in time


AS_GROUP: Final = ""
"""What a store decides that will have no value of its own any more."""


@dataclass(frozen=True, slots=True)
class Dated:
    """One decision. `store_id` None is the group's; `value` None: the store follows it again."""

    id: int
    key: str
    store_id: int | None
    value: Number | None
    from_on: date
    created_at: datetime
    author_id: int | None
    reason: str
    approved_by_id: int | None
    withdrawn_at: datetime | None


def value(
    session: Session, key: str, on: date | None = None, store_id: int | None = None
) -> Number:
    """What held on a day (today if None): the store's own value, else the group's, else the
    default. An int, or a Decimal for a share. Raises UnknownParameter."""
    return values(session, [key], on, store_id)[key]


def values(
    session: Session, keys: Collection[str], on: date | None = None, store_id: int | None = None
) -> dict[str, Number]:
    """The same for many keys by one query."""
    of_store = col(ParameterValue.store_id)
    query = (
        select(col(ParameterValue.key), col(ParameterValue.value), of_store)
        .where(
            col(ParameterValue.key).in_(keys),
            or_(of_store.is_(None), of_store == store_id),
            col(ParameterValue.from_on) <= (on or clock.today()),
            col(ParameterValue.withdrawn_at).is_(None),
        )
        .order_by(col(ParameterValue.from_on))
    )
    group: dict[str, str] = {}
    own: dict[str, str] = {}
    for key, written, store in session.execute(query):  # of a key's values the last one stays
        (group if store is None else own)[key] = written
    latest = group | {key: written for key, written in own.items() if written != AS_GROUP}
    known = {key: parameter(key) for key in keys}
    return {
        key: each.read(latest[key]) if key in latest else each.default
        for key, each in known.items()
    }


def history(session: Session, keys: Collection[str]) -> list[Dated]:
    """Every decision on these keys, group and stores, also the withdrawn, by key and first day."""
    query = (
        select(ParameterValue)
        .where(col(ParameterValue.key).in_(keys))
        .order_by(col(ParameterValue.key), col(ParameterValue.from_on), col(ParameterValue.id))
    )
    return [
        Dated(
            id=row.id,
            key=row.key,
            store_id=row.store_id,
            value=None if row.value == AS_GROUP else parameter(row.key).read(row.value),
            from_on=row.from_on,
            created_at=row.created_at,
            author_id=row.author_id,
            reason=row.reason,
            approved_by_id=row.approved_by_id,
            withdrawn_at=row.withdrawn_at,
        )
        for row in session.execute(query).scalars()
    ]


def in_force(decisions: Iterable[Dated], on: date, store_id: int | None) -> Dated | None:
    """Of one key's decisions the one whose value holds on a day; None while the default does."""
    begun = [
        each
        for each in sorted(decisions, key=lambda each: each.from_on)
        if each.store_id in {None, store_id} and each.from_on <= on and each.withdrawn_at is None
    ]
    latest = {each.store_id is not None: each for each in begun}
    own = latest.get(True)
    return own if own is not None and own.value is not None else latest.get(False)


def held(decision: Dated | None, known: Parameter) -> Number:
    """The number of the decision that is in force."""
    return known.default if decision is None or decision.value is None else decision.value
