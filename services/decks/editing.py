"""The decks on the page: what is said of them, who answers for them (spec 3.5)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final

from sqlalchemy import select
from sqlmodel import Session, col

from db.models import ComplaintDeck, DeckFile, PostDuty, User
from services import complaints, posts, reports
from services.core import audit, clock, fields, notices
from services.core.access import Actor, Permission, load
from services.core.errors import Conflict, StaleRecord
from services.core.inputs import Request
from services.core.recorded import names_of
from services.core.words import N_
from services.decks import making
from services.decks.due import is_late, late, sign_by, to_sign
from services.decks.making import Month

MOST: Final = 2000
"""Characters of a comment: more does not stand on a slide."""

Comment = Annotated[str, fields.text(MOST, least=0, lines=True)]


class CommentDeck(Request):
    """What the editors say of a month; blank takes a slide out."""

    month: Month
    version: int
    about_month: Comment
    about_decisions: Comment


class SignDeck(Request):
    """Answer for a deck as it was shown."""

    month: Month
    version: int


class AlreadySigned(Conflict):
    msgid = N_("The presentation of {month} is signed: nothing in it changes any more")


@dataclass(frozen=True, slots=True)
class DeckLine:
    month: str
    frozen_at: datetime
    signed_at: datetime | None


@dataclass(frozen=True, slots=True)
class DeckPaper:
    """A signed deck's file as it was kept."""

    kind: str
    language: str
    size: int
    sha256: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class DeckView:
    """A deck beside its slides. `sign_by`: until when it is to be signed; `is_late`: that is over
    and nobody did. `counted_by`: who is named to sort and count, on the day of the signature or
    today. `ledger`: how the numbers of the month's complaints begin."""

    month: str
    version: int
    frozen_at: datetime
    sign_by: datetime
    is_late: bool
    signed_at: datetime | None
    signed_by: str
    counted_by: tuple[str, ...]
    about_month: str
    about_decisions: str
    ledger: str
    papers: tuple[DeckPaper, ...]


def lines(session: Session, actor: Actor) -> tuple[DeckLine, ...]:
    """All decks, the newest month first."""
    actor.require(Permission.DECKS_VIEW)
    columns = (ComplaintDeck.month, ComplaintDeck.frozen_at, ComplaintDeck.signed_at)
    query = select(*map(col, columns)).order_by(col(ComplaintDeck.month).desc())
    return tuple(DeckLine(*row) for row in session.execute(query))


def deck(session: Session, actor: Actor, month: str) -> DeckView:
    """One month's deck. Raises NoDeck."""
    actor.require(Permission.DECKS_VIEW)
    row = making.the_deck(session, month)
    signer = load(session, User, row.signed_by_id).name if row.signed_by_id is not None else ""
    on = None if row.signed_at is None else clock.day_of(row.signed_at)
    counters = posts.held_by(session, PostDuty.STATISTICS, on=on)
    names = names_of(session, User, counters)
    papers = (
        select(DeckFile)
        .where(col(DeckFile.deck_id) == row.id)
        .order_by(col(DeckFile.kind).desc(), col(DeckFile.language).desc())
    )
    return DeckView(
        month=row.month,
        version=row.version,
        frozen_at=row.frozen_at,
        sign_by=sign_by(session, row),
        is_late=is_late(session, row),
        signed_at=row.signed_at,
        signed_by=signer,
        counted_by=tuple(names[key] for key in counters),
        about_month=row.about_month,
        about_decisions=row.about_decisions,
        ledger=complaints.numbers_of(row.month),
        papers=tuple(
            DeckPaper(one.kind, one.language, one.size, one.sha256, one.made_at)
            for one in session.execute(papers).scalars()
        ),
    )


def slides(session: Session, actor: Actor, month: str, language: str) -> tuple[str, ...]:
    """Each slide of a deck as an SVG image of 1280 by 720 pixels. Raises NoDeck."""
    actor.require(Permission.DECKS_VIEW)
    row = making.the_deck(session, month)
    return reports.pictures(making.told(session, row, language))


def comment(session: Session, actor: Actor, form: CommentDeck) -> int:
    """Write the comments of a deck; returns its version. Raises NoDeck, AlreadySigned,
    StaleRecord."""
    actor.require(Permission.DECKS_EDIT)
    row = _unsigned(session, form)
    said = (form.about_month, form.about_decisions)
    if said != (row.about_month, row.about_decisions):
        row.about_month, row.about_decisions = said
        session.flush()
        audit.record(session, actor, audit.Action.DECKS_COMMENTED, row, month=row.month)
    return row.version


def sign(session: Session, actor: Actor, form: SignDeck) -> int:
    """Answer for a deck; from then on nothing in it changes. Returns its version. Raises NoDeck,
    AlreadySigned, StaleRecord."""
    actor.require(Permission.DECKS_SIGN)
    row = _unsigned(session, form)
    row.signed_at, row.signed_by_id = clock.now(), actor.id
    session.flush()
    audit.record(session, actor, audit.Action.DECKS_SIGNED, row, month=row.month)
    notices.settle(session, to_sign(row.month), late(row.month))
    return row.version


def _unsigned(session: Session, form: CommentDeck | SignDeck) -> ComplaintDeck:
    row = making.the_deck(session, form.month)
    if row.signed_at is not None:
        raise AlreadySigned(month=row.month)
    if row.version != form.version:
        raise StaleRecord(version=row.version)
    return row
