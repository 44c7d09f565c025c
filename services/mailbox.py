"""The company mailbox: looked into on each working day by an hour, and written down (C28).

A look counts at the moment at which it is written down: nobody can say afterwards that he looked in
time. Who is named for it stands in `services.posts`; while nobody is, nobody is told of anything.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Final

from sqlalchemy import select
from sqlmodel import Session, col

from db.models import MailboxCheck, PostDuty, Role, User
from services import posts
from services.core import audit, calendars, clock, fields, notices, parameters, worktime
from services.core.access import OF_GROUP, Actor, Permission, load
from services.core.inputs import Input, Request
from services.core.recorded import names_of
from services.core.tellings import NoticeKind
from services.core.worktime import Calendar

SHOWN: Final = 10
"""The last looks that the page shows."""
VIEW: Final = "mailbox"
"""What the page of complaints calls it in its address."""
LOOKED_BACK: Final = 14
"""Days in which a day that was missed is still told of."""


@dataclass(frozen=True, slots=True)
class CheckLine:
    id: int
    at: datetime
    person: str
    new_count: int
    made_count: int
    note: str
    is_first: bool
    """Of its day."""
    is_late: bool
    """The first of its working day, and after the hour."""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """How it stands today. `due_at` is None on a day without work."""

    named: list[str]
    due_at: datetime | None
    checked_at: datetime | None
    """The first look of today."""
    is_missed: bool
    """The hour has passed, and nobody has looked."""
    missed_on: list[date]
    """The working days of late, but for today, on which nobody looked though somebody was named."""
    checks: list[CheckLine]


class CheckMailbox(Request):
    new_count: Annotated[int, fields.whole(0, 9999)]
    made_count: Annotated[int, fields.whole(0, 9999)]
    note: Annotated[str, fields.text(200, least=0)] = ""


class RemindOfMailbox(Input):
    """Tell whoever has not looked into the mailbox, and whoever leads him."""


def state(session: Session, actor: Actor) -> Mailbox:
    """Today's state, and the last looks, the newest first."""
    actor.require(Permission.COMPLAINTS_REGISTER)
    today, calendar = clock.today(), calendars.calendar(session, None)
    query = select(MailboxCheck).order_by(col(MailboxCheck.at).desc(), col(MailboxCheck.id).desc())
    rows = list(session.execute(query.limit(SHOWN)).scalars())
    first = _first_looks(session, clock.day_of(rows[-1].at) if rows else today)
    days = {today, *(clock.day_of(row.at) for row in rows)}
    due_on = {day: _due_at(session, day, calendar) for day in days}
    due = due_on[today]
    people = names_of(session, User, {row.user_id for row in rows})
    named = posts.held_by(session, PostDuty.MAILBOX)
    names = names_of(session, User, named)
    return Mailbox(
        named=[names[key] for key in named],
        due_at=due,
        checked_at=first.get(today),
        is_missed=due is not None and today not in first and clock.now() >= due,
        missed_on=_unseen_days(session, calendar),
        checks=[
            CheckLine(
                id=row.id,
                at=row.at,
                person=people.get(row.user_id or 0, ""),
                new_count=row.new_count,
                made_count=row.made_count,
                note=row.note,
                is_first=first.get(clock.day_of(row.at)) == row.at,
                is_late=_is_late(row, first, due_on[clock.day_of(row.at)]),
            )
            for row in rows
        ],
    )


def check(session: Session, actor: Actor, form: CheckMailbox) -> int:
    """Write down a look into the mailbox, made now by whoever writes it; returns its id."""
    actor.require(Permission.COMPLAINTS_REGISTER)
    row = MailboxCheck(
        at=clock.now(),
        user_id=actor.id,
        new_count=form.new_count,
        made_count=form.made_count,
        note=form.note,
    )
    session.add(row)
    audit.record(
        session,
        actor,
        audit.Action.MAILBOX_CHECKED,
        row,
        new_count=form.new_count,
        made_count=form.made_count,
    )
    notices.settle(session, *(_missed(day) for day in _days(clock.today())))
    return row.id


def remind(session: Session, actor: Actor, form: RemindOfMailbox) -> int:
    """Tell of the working days on which nobody looked in time; returns of how many, told anew.

    Whoever was named is told until somebody has looked, whoever leads him when the next working day
    has begun and nobody had looked on that day at all.
    """
    actor.require(Permission.DATA_SWEEP)
    calendar = calendars.calendar(session, None)
    today, now = clock.today(), clock.now()
    days = _days(today)
    first = _first_looks(session, days[0])
    last = max(first, default=date.min)
    told = 0
    for day in days:
        due = _duty_of(session, day, calendar)
        if due is None or due > now or day in first:
            continue
        named = posts.held_by(session, PostDuty.MAILBOX, on=day)
        about = {"day": day, "hour": f"{due.astimezone(clock.SHANGHAI):%H:%M}", "view": VIEW}
        new: list[int] = []
        if last < day:
            new += notices.tell(session, named, NoticeKind.MAILBOX_MISSED, _missed(day), **about)
        if _opens_after(day, calendar) <= now:
            for person in named:
                new += _tell_leader(session, person, day)
        told += bool(new)
    return told


def _tell_leader(session: Session, person: int, day: date) -> list[int]:
    user = load(session, User, person)
    return notices.tell(
        session,
        _leaders(session, user),
        NoticeKind.MAILBOX_NEGLECTED,
        f"mailbox:{day}:neglected",
        day=day,
        person=user.name,
        view=VIEW,
    )


def _leaders(session: Session, user: User) -> set[int]:
    """The managers of his store; of somebody of the group, or of a manager, the directors."""
    active = select(col(User.id)).where(col(User.is_active), col(User.id) != user.id)
    if user.role not in OF_GROUP and user.store_id is not None and user.role is not Role.MANAGER:
        here = col(User.role) == Role.MANAGER, col(User.store_id) == user.store_id
        if found := set(session.execute(active.where(*here)).scalars()):
            return found
    return set(session.execute(active.where(col(User.role) == Role.DIRECTOR)).scalars())


# ---- days and hours


def _days(today: date) -> list[date]:
    """The days that are looked at, up to today."""
    return [today - timedelta(days=n) for n in reversed(range(LOOKED_BACK))]


def _missed(day: date) -> str:
    """The cause of the notice that nobody looked by the hour."""
    return f"mailbox:{day}:missed"


def _due_at(session: Session, day: date, calendar: Calendar) -> datetime | None:
    """By when somebody has to look on a day; None where nobody works."""
    if not calendar.spans(day):
        return None
    hour = int(parameters.value(session, parameters.MAILBOX_HOUR, day))
    return clock.midnight(day) + timedelta(hours=hour)


def _opens_after(day: date, calendar: Calendar) -> datetime:
    """When work begins on the next working day."""
    end = clock.midnight(day + timedelta(days=1))
    try:
        return worktime.add_business_minutes(end, 1, calendar)
    except worktime.NoWorkingTime:
        return end


def _first_looks(session: Session, since: date) -> dict[date, datetime]:
    """Day -> its first look, of the days from `since` on."""
    at = col(MailboxCheck.at)
    query = select(at).where(at >= clock.midnight(since)).order_by(at.desc())
    return {clock.day_of(one): one for one in session.execute(query).scalars()}


def _unseen_days(session: Session, calendar: Calendar) -> list[date]:
    """Of the days before today."""
    days = _days(clock.today())[:-1]
    first = _first_looks(session, days[0])
    return [day for day in days if day not in first and _duty_of(session, day, calendar)]


def _duty_of(session: Session, day: date, calendar: Calendar) -> datetime | None:
    """By when somebody had to look on a day; None where nobody works or was named."""
    due = _due_at(session, day, calendar)
    post = posts.standing(session, PostDuty.MAILBOX, day)
    is_named = post is not None and post.user_id is not None
    return due if post and due and is_named and post.created_at < due else None


def _is_late(row: MailboxCheck, first: dict[date, datetime], due: datetime | None) -> bool:
    return due is not None and first.get(clock.day_of(row.at)) == row.at and row.at >= due
