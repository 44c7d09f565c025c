"""Telling people: once for each cause, not at night, until they have seen it and acted on it.

A notice keeps what its words speak of, not the words: each reader has his own language. A param
that names one of our msgids (a parameter's label) is kept as a list of one, which `translate`
words (`services.core.words`).
"""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import String, cast, func, or_, select, update
from sqlmodel import Session, col

from db.engine import wall_opened
from db.models import Notice, Role, User
from db.once import add_once
from services.core import audit, clock
from services.core.access import GRANTS, OF_GROUP, Permission, beyond
from services.core.quiet import after_quiet
from services.core.tellings import KINDS, NoticeKind


def tell(
    session: Session, people: Collection[int], kind: NoticeKind, cause: str, **params: object
) -> list[int]:
    """Tell these people (ids) of a cause; returns the ids of the notices that are new.

    Whoever was told of this cause before is not told again, whatever came of it.
    """
    return _put_down(session, people, kind, cause, params)


def pass_over(
    session: Session, people: Collection[int], kind: NoticeKind, cause: str, **params: object
) -> None:
    """These people (ids) need not hear of a cause, because something else says more: they are never
    told of it, and it stands among what is settled."""
    _put_down(session, people, kind, cause, params, acted_at=clock.now())


def _put_down(
    session: Session,
    people: Collection[int],
    kind: NoticeKind,
    cause: str,
    params: dict[str, object],
    acted_at: datetime | None = None,
) -> list[int]:
    now = clock.now()
    show = now if KINDS[kind].is_urgent else after_quiet(session, now)
    rows: list[dict[str, Any]] = [
        {
            "user_id": person,
            "cause": cause,
            "kind": kind.value,
            "params": audit.plain(params),
            "created_at": now,
            "show_at": show,
            "acted_at": acted_at,
        }
        for person in sorted(set(people))
    ]
    with wall_opened(session):  # what is returned is for others to read
        return add_once(session, Notice, rows, col(Notice.id))


def settle(session: Session, *causes: str, of: Collection[int] | None = None) -> None:
    """What these notices asked for was done, or is not wanted any more: they are over for all, or
    for these people (ids)."""
    over = (
        update(Notice)
        .where(col(Notice.cause).in_(causes), col(Notice.acted_at).is_(None))
        .values(acted_at=clock.now())
    )
    if of is not None:
        over = over.where(col(Notice.user_id).in_(of))
    beyond(session, over)


def take_back(session: Session, *causes: str) -> None:
    """What these notices said is not true any more: they are over for all, and when it becomes
    true once more it is a cause that nobody was told of."""
    untrue = (
        update(Notice)
        .where(col(Notice.cause).in_(causes))
        .values(
            acted_at=func.coalesce(col(Notice.acted_at), clock.now()),
            cause=col(Notice.cause) + ":" + cast(col(Notice.id), String),
        )
    )
    beyond(session, untrue)


def settle_unseen(
    session: Session, param: str, record: int, *, seen_by: Collection[int], but: NoticeKind
) -> None:
    """Whoever is not among these people (ids) sees a record (id) no more: what he was told of it
    leads nowhere and is over, but for one kind. `param` names the record in the notices."""
    kinds = [kind for kind, telling in KINDS.items() if param in (telling.query or {}).values()]
    over = (
        update(Notice)
        .where(
            col(Notice.acted_at).is_(None),
            col(Notice.kind).in_([kind.value for kind in kinds if kind is not but]),
            col(Notice.user_id).not_in(seen_by),
            col(Notice.params)[param].as_integer() == record,
        )
        .values(acted_at=clock.now())
    )
    beyond(session, over)


class Told(StrEnum):
    """What has become of a notice."""

    UNSEEN = "unseen"
    SEEN = "seen"
    OVER = "over"


def told(session: Session, causes: Collection[str]) -> dict[tuple[str, int], Told]:
    """Of these causes: who was told (cause, id), and what has become of it; for the system, which
    sees everyone's."""
    notice = Notice
    query = select(
        col(notice.cause), col(notice.user_id), col(notice.seen_at), col(notice.acted_at)
    ).where(col(notice.cause).in_(causes))
    return {
        (cause, person): Told.OVER if acted_at else Told.SEEN if seen_at else Told.UNSEEN
        for cause, person, seen_at, acted_at in session.execute(query)
    }


def those_who_may(
    session: Session, permission: Permission, store_id: int | None = None
) -> list[int]:
    """The ids of the active people who have a permission; those of one store and of the whole
    group where a store is named."""
    roles = [role for role in Role if permission in GRANTS[role]]
    query = select(col(User.id)).where(col(User.is_active), col(User.role).in_(roles))
    if store_id is not None:
        everywhere = col(User.role).in_([role for role in roles if role in OF_GROUP])
        here = or_(col(User.store_id).is_(None), col(User.store_id) == store_id)
        query = query.where(or_(everywhere, here))
    return list(session.execute(query.order_by(col(User.id))).scalars())
