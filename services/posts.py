"""Who is named for a standing duty: the hotline (C02), the monthly figures (C05), answering in
public (C27), the company mailbox (C28); of the whole group or of one store, from a day on.

A naming is never edited: the next one ends it, and one that names nobody ends it for good. What was
true on a day that has passed stays so.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import select
from sqlmodel import Session, col

from db.locks import lock_decisions
from db.models import Post, PostDuty, Store, User
from services.core import audit, clock, fields
from services.core.access import (
    GRANTS,
    OF_GROUP,
    WRITES,
    Actor,
    Permission,
    Reach,
    load,
)
from services.core.errors import Conflict, InvalidInput, NotFound, NotPermitted
from services.core.inputs import Request
from services.core.recorded import names_of
from services.core.words import N_

__all__ = [
    "BY_STORE",
    "NEEDS",
    "DayIsOver",
    "EndPost",
    "NamePost",
    "NamedAnyhow",
    "Naming",
    "NotForThisDuty",
    "OneForAll",
    "PostDuty",
    "PostLine",
    "candidates",
    "end_post",
    "held_by",
    "history",
    "name_post",
    "named",
    "page",
    "standing",
]

NEEDS: Final = {
    PostDuty.HOTLINE: Permission.COMPLAINTS_REGISTER,
    PostDuty.MAILBOX: Permission.COMPLAINTS_REGISTER,
    PostDuty.STATISTICS: Permission.DECKS_VIEW,
    PostDuty.SPOKESPERSON: Permission.COMPLAINTS_HANDLE,
}
"""What somebody must be able to do who is named."""
BY_STORE: Final = frozenset({PostDuty.HOTLINE, PostDuty.SPOKESPERSON})
"""The mailbox is the company's, and the monthly figures are those of the whole group."""


class NotForThisDuty(InvalidInput):
    msgid = N_("This person cannot do this: he lacks the right to, or works in another store")


class OneForAll(InvalidInput):
    msgid = N_("This duty is the same for all stores: name somebody for the whole group")


class DayIsOver(InvalidInput):
    msgid = N_("Somebody can be named from today on at the earliest")


class NamedAnyhow(Conflict):
    msgid = N_("This is so on that day anyhow")


@dataclass(frozen=True, slots=True)
class PostLine:
    """One duty at one place today. `person` "" while nobody is named; `next_on` is the next day on
    which that changes, `next_person` "" then: nobody."""

    id: str
    duty: PostDuty
    person: str
    is_of_group: bool
    """Nobody is named for this store, so whoever is named for the group does it."""
    is_own: bool
    """Named for this store by itself."""
    is_away: bool
    """He cannot do it any more: his account is closed, or his work is another."""
    since: date | None
    author: str
    reason: str
    next_on: date | None
    next_person: str
    may_name: bool


@dataclass(frozen=True, slots=True)
class Naming:
    """One decision of the past or to come; `person` "" named nobody, `until_on` is its last day.
    One that another replaced on the very day never held, and has no days."""

    id: int
    person: str
    from_on: date
    until_on: date | None
    author: str
    created_at: datetime
    reason: str
    never_held: bool


# ---- who it is


def held_by(
    session: Session, duty: PostDuty, store_id: int | None = None, on: date | None = None
) -> list[int]:
    """Whoever is named on a day (today if None) and can do it now, by id: of the store first, then
    of the group."""
    found = (_standing(session, duty, place, on) for place in dict.fromkeys((store_id, None)))
    people = [row.user_id for row in found if row is not None and row.user_id is not None]
    able = {user.id for user in _people(session, people) if _can(user, duty)}
    return [person for person in dict.fromkeys(people) if person in able]


def standing(session: Session, duty: PostDuty, on: date) -> Post | None:
    """The group's decision that holds on a day; None before the first."""
    return _standing(session, duty, None, on)


def named(
    session: Session, actor: Actor, duty: PostDuty, store_id: int | None = None
) -> list[tuple[int, str]]:
    """(id, name) of whoever is named for it today, of this store and of the group."""
    actor.require(Permission.COMPLAINTS_VIEW)
    found = held_by(session, duty, store_id)
    names = names_of(session, User, found)
    return [(person, names[person]) for person in found]


def page(session: Session, actor: Actor, store_id: int | None = None) -> list[PostLine]:
    """Every duty as it stands today: of the group (None), or those that a store has its own for."""
    actor.require(Permission.POSTS_VIEW)
    duties = [duty for duty in PostDuty if store_id is None or duty in BY_STORE]
    return [_line(session, actor, duty, store_id) for duty in duties]


def history(
    session: Session, actor: Actor, duty: PostDuty, store_id: int | None = None
) -> list[Naming]:
    """Everything that was decided about a duty at a place, the latest day first."""
    actor.require(Permission.POSTS_VIEW)
    rows = _decided(session, duty, store_id)
    names = names_of(session, User, {key for row in rows for key in (row.user_id, row.author_id)})
    last_of_day = {row.from_on: row.id for row in rows}
    days = sorted(last_of_day)
    return [
        Naming(
            id=row.id,
            person=names.get(row.user_id or 0, ""),
            from_on=row.from_on,
            until_on=_eve(next((day for day in days if day > row.from_on), None)),
            author=names.get(row.author_id or 0, ""),
            created_at=row.created_at,
            reason=row.reason,
            never_held=last_of_day[row.from_on] != row.id,
        )
        for row in reversed(rows)
    ]


def candidates(
    session: Session, actor: Actor, duty: PostDuty, store_id: int | None = None
) -> list[tuple[int, str]]:
    """(id, name) of whoever can be named, by name."""
    actor.require(Permission.POSTS_NAME)
    query = select(User).where(col(User.is_active)).order_by(col(User.name), col(User.id))
    people = session.execute(query).scalars()
    return [(user.id, user.name) for user in people if _can(user, duty) and _is_of(user, store_id)]


# ---- naming


class NamePost(Request):
    """`store_id` None: for the whole group."""

    duty: PostDuty
    store_id: fields.OrNone[fields.PositiveId] = None
    user_id: fields.PositiveId
    from_on: fields.DateInRange
    reason: fields.Reason


class EndPost(Request):
    """From this day on nobody is named."""

    duty: PostDuty
    store_id: fields.OrNone[fields.PositiveId] = None
    from_on: fields.DateInRange
    reason: fields.Reason


def name_post(session: Session, actor: Actor, form: NamePost) -> int:
    """Name somebody from a day on, in place of whoever was; returns the decision's id.

    Raises NotPermitted (a store not one's own), NotFound (store), OneForAll, DayIsOver,
    NotForThisDuty, NamedAnyhow.
    """
    actor.require(Permission.POSTS_NAME)
    _check_turn(session, actor, form)
    try:
        user = load(session, User, form.user_id)
    except NotFound:
        raise NotForThisDuty from None
    if not (_can(user, form.duty) and _is_of(user, form.store_id)):
        raise NotForThisDuty
    return _decide(session, actor, form, user.id)


def end_post(session: Session, actor: Actor, form: EndPost) -> int:
    """Name nobody from a day on; returns the decision's id. Raises as `name_post` does."""
    actor.require(Permission.POSTS_NAME)
    _check_turn(session, actor, form)
    return _decide(session, actor, form, None)


def _check_turn(session: Session, actor: Actor, form: NamePost | EndPost) -> None:
    """Of two who decide at once the second waits here, and then sees what the first decided."""
    if not _may_name(actor, form.store_id):
        raise NotPermitted(record="Store", id=form.store_id)
    if form.store_id is not None:
        if form.duty not in BY_STORE:
            raise OneForAll
        load(session, Store, form.store_id)
    if form.from_on < clock.today():
        raise DayIsOver
    lock_decisions(session)


def _decide(session: Session, actor: Actor, form: NamePost | EndPost, user_id: int | None) -> int:
    before = _standing(session, form.duty, form.store_id, form.from_on)
    was = None if before is None else before.user_id
    if was == user_id:
        raise NamedAnyhow
    row = Post(
        duty=form.duty,
        store_id=form.store_id,
        user_id=user_id,
        from_on=form.from_on,
        created_at=clock.now(),
        author_id=actor.id,
        reason=form.reason,
    )
    session.add(row)
    deed = audit.Action.POSTS_NAMED if user_id else audit.Action.POSTS_ENDED
    audit.record(
        session,
        actor,
        deed,
        row,
        changes=[audit.Change("user_id", was, user_id)],
        reason=form.reason,
        duty=form.duty,
        from_on=form.from_on,
    )
    return row.id


# ---- what all of them ask


def _decided(session: Session, duty: PostDuty, store_id: int | None) -> list[Post]:
    """In the order in which they take each other's place."""
    query = (
        select(Post)
        .where(col(Post.duty) == duty, col(Post.store_id).is_not_distinct_from(store_id))
        .order_by(col(Post.from_on), col(Post.id))
    )
    return list(session.execute(query).scalars())


def _standing(
    session: Session, duty: PostDuty, store_id: int | None, on: date | None = None
) -> Post | None:
    query = (
        select(Post)
        .where(
            col(Post.duty) == duty,
            col(Post.store_id).is_not_distinct_from(store_id),
            col(Post.from_on) <= (on or clock.today()),
        )
        .order_by(col(Post.from_on).desc(), col(Post.id).desc())
    )
    return session.execute(query.limit(1)).scalar_one_or_none()


def _line(session: Session, actor: Actor, duty: PostDuty, store_id: int | None) -> PostLine:
    today = clock.today()
    own = _standing(session, duty, store_id)
    is_of_group = store_id is not None and (own is None or own.user_id is None)
    now = _standing(session, duty, None) if is_of_group else own
    to_come = {row.from_on: row for row in _decided(session, duty, store_id)}
    ahead = next((row for day, row in sorted(to_come.items()) if day > today), None)
    keys = {row.user_id for row in (now, ahead) if row} | ({now.author_id} if now else set())
    names = names_of(session, User, keys)
    holder = now.user_id if now else None
    able = {user.id for user in _people(session, [holder] if holder else []) if _can(user, duty)}
    return PostLine(
        id=duty.value,
        duty=duty,
        person=names.get(holder or 0, ""),
        is_of_group=is_of_group and holder is not None,
        is_own=store_id is not None and not is_of_group,
        is_away=holder is not None and holder not in able,
        since=now.from_on if now and holder else None,
        author=names.get(now.author_id or 0, "") if now and holder else "",
        reason=now.reason if now and holder else "",
        next_on=ahead.from_on if ahead else None,
        next_person=names.get(ahead.user_id or 0, "") if ahead else "",
        may_name=_may_name(actor, store_id),
    )


def _eve(day: date | None) -> date | None:
    return None if day is None else date.fromordinal(day.toordinal() - 1)


def _people(session: Session, keys: Collection[int]) -> list[User]:
    query = select(User).where(col(User.id).in_(keys), col(User.is_active))
    return list(session.execute(query).scalars()) if keys else []


def _can(user: User, duty: PostDuty) -> bool:
    return user.is_active and NEEDS[duty] in GRANTS[user.role]


def _is_of(user: User, store_id: int | None) -> bool:
    return store_id is None or user.role in OF_GROUP or user.store_id in {None, store_id}


def _may_name(actor: Actor, store_id: int | None) -> bool:
    """A director names for the group and each store, a manager for his own."""
    is_within = actor.reach(WRITES) is Reach.ALL or (
        store_id is not None and store_id == actor.store_id
    )
    return actor.may(Permission.POSTS_NAME) and is_within
