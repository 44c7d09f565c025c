"""What one is told: seen, acted on, found again (`services.core.notices` tells it)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, bindparam, delete, func, select, update
from sqlmodel import Session, col

from db.models import Job, Notice
from services import jobs
from services.core import clock, fields, parameters, recorded
from services.core.access import Actor, Permission, load
from services.core.errors import Conflict
from services.core.inputs import Input
from services.core.jobs import under_way
from services.core.tellings import KINDS, NoticeKind, Telling
from services.core.words import N_
from services.jobs import JobLine

SHOWN: Final = 10
"""Notices in the header of a page; the page of notices lists `LISTED`."""
LISTED: Final = 200


class NotDoneYet(Conflict):
    msgid = N_("This stays here until it is done")


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """One notice: its words are `telling.msgid` with `params`, in the reader's language."""

    id: int
    telling: Telling
    params: dict[str, Any]
    created_at: datetime
    seen_at: datetime | None
    acted_at: datetime | None

    @property
    def place(self) -> tuple[str, dict[str, str]]:
        """The address of the page it leads to ("" for none), and what is asked of it there."""
        asked = self.telling.query or {}
        return self.telling.address, {
            name: str(self.params[param]) for name, param in asked.items()
        }


@dataclass(frozen=True, slots=True)
class Bell:
    """What stands in the header of every page: how many open notices were never shown, and whether
    work of one's own is under way."""

    unseen: int
    is_working: bool


@dataclass(frozen=True, slots=True)
class OpenBell:
    """What the bell shows when it is opened: of `waiting` notices the newest, and one's own work
    under way."""

    waiting: int
    lines: tuple[NoticeLine, ...]
    jobs: tuple[JobLine, ...]


def bell(session: Session, actor: Actor) -> Bell:
    """The bell of whoever is here: one statement, because every page asks it."""
    actor.require(Permission.PROFILE_EDIT)
    return Bell(*session.execute(_BELL, {"mine": actor.id, "now": clock.now()}).one())


# Built once: every page asks it.
_BELL: Final = (
    select(
        func.count(),
        select(col(Job.id)).where(under_way(bindparam("mine"))).exists(),
    )
    .select_from(Notice)
    .where(
        col(Notice.acted_at).is_(None),
        col(Notice.show_at) <= bindparam("now"),
        col(Notice.seen_at).is_(None),
    )
)


def opened_bell(session: Session, actor: Actor) -> OpenBell:
    """The newest open notices and the jobs of whoever is here."""
    actor.require(Permission.PROFILE_EDIT)
    waiting = select(func.count()).select_from(Notice).where(_is_open())
    newest = select(Notice).where(_is_open()).order_by(col(Notice.id).desc()).limit(SHOWN)
    return OpenBell(
        session.execute(waiting).scalar_one(),
        tuple(_lines(session, session.execute(newest).scalars())),
        tuple(jobs.page(session, actor, only_open=True)),
    )


def _is_open() -> ColumnElement[bool]:
    return and_(col(Notice.acted_at).is_(None), col(Notice.show_at) <= clock.now())


def page(session: Session, actor: Actor, *, only_open: bool = True) -> list[NoticeLine]:
    """One's notices, newest first."""
    actor.require(Permission.PROFILE_EDIT)
    query = select(Notice).where(col(Notice.show_at) <= clock.now())
    if only_open:
        query = query.where(col(Notice.acted_at).is_(None))
    newest = query.order_by(col(Notice.id).desc()).limit(LISTED)
    return _lines(session, session.execute(newest).scalars())


def _lines(session: Session, found: Iterable[Notice]) -> list[NoticeLine]:
    rows = list(found)
    files = recorded.files_of(session, {row.params["customer"] for row in rows if _of_file(row)})
    return [
        NoticeLine(
            id=row.id,
            telling=KINDS[NoticeKind(row.kind)],
            params=dict(row.params) | _named(row, files),
            created_at=row.created_at,
            seen_at=row.seen_at,
            acted_at=row.acted_at,
        )
        for row in rows
    ]


def _of_file(row: Notice) -> bool:
    return "customer" in row.params


def _named(row: Notice, files: dict[int, str]) -> dict[str, str]:
    """The file it is about by its name too. A notice keeps the number alone: what it says of a
    person is what his file says, and is gone with it."""
    file = files.get(row.params["customer"]) if _of_file(row) else None
    return {} if file is None else {"number": file}


class SeeNotices(Input):
    """`newest` is the newest notice that was shown."""

    newest: fields.PositiveId


class CloseNotice(Input):
    notice_id: fields.PositiveId


class CloseCause(Input):
    """Whatever one was told of this cause one knows by now, from elsewhere."""

    cause: fields.Line


def see(session: Session, actor: Actor, form: SeeNotices) -> None:
    """Note that the notices up to this one were shown to whom they are for."""
    actor.require(Permission.PROFILE_EDIT)
    now = clock.now()
    shown = (
        update(Notice)
        .where(
            col(Notice.id) <= form.newest,
            col(Notice.seen_at).is_(None),
            col(Notice.show_at) <= now,
        )
        .values(seen_at=now)
    )
    session.execute(shown)


def close(session: Session, actor: Actor, form: CloseNotice) -> None:
    """One has read it and wants it no more. Raises NotFound; NotDoneYet where a deed is asked."""
    actor.require(Permission.PROFILE_EDIT)
    row = load(session, Notice, form.notice_id, lock=True)
    if KINDS[NoticeKind(row.kind)].waits_for_deed:
        raise NotDoneYet
    now = clock.now()
    row.seen_at, row.acted_at = row.seen_at or now, row.acted_at or now


def close_cause(session: Session, actor: Actor, form: CloseCause) -> None:
    """The same for one's own notice of a cause, if there is one; what went wrong stays."""
    actor.require(Permission.PROFILE_EDIT)
    now = clock.now()
    calm = [kind.value for kind, telling in KINDS.items() if not telling.is_urgent]
    known = update(Notice).where(
        col(Notice.cause) == form.cause,
        col(Notice.acted_at).is_(None),
        col(Notice.kind).in_(calm),
    )
    session.execute(known.values(seen_at=func.coalesce(col(Notice.seen_at), now), acted_at=now))


# ---- due work


class DropNotices(Input):
    """Forget notices that were settled long ago."""


def drop_old(session: Session, actor: Actor, form: DropNotices) -> int:
    """Forget what was settled longer ago than the parameter says; returns how many."""
    actor.require(Permission.DATA_SWEEP)
    days = int(parameters.value(session, parameters.NOTICE_DAYS))
    old = delete(Notice).where(col(Notice.acted_at) < clock.now() - timedelta(days=days))
    return len(session.execute(old.returning(col(Notice.id))).all())
