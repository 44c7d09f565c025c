"""What is due with the decks: freezing, signing, keeping (spec 3.5).

A month is frozen when the first working day after it begins, and signed by the end of the third.
"""

import contextlib
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlmodel import Session, col

from db.models import Complaint, ComplaintDeck, DeckFile, PostDuty
from services import posts
from services.core import calendars, clock, notices, worktime
from services.core.access import Actor, Caller, Permission
from services.core.inputs import Input
from services.core.run import fetch, perform
from services.core.tellings import NoticeKind
from services.core.words import LANGUAGES
from services.decks import gathering, making
from services.reports import NoPango

SIGN_DAYS: Final = 3


class TellOfDecks(Input):
    """Tell who is to write on a deck, to sign it, or should have signed it."""


def to_sign(month: str) -> str:
    """The cause of the notice that asks for a signature."""
    return f"deck:{month}:sign"


def late(month: str) -> str:
    """The cause of the notice that nobody signed in time."""
    return f"deck:{month}:late"


def keep_up(caller: Caller) -> int:
    """Do all that is due, and say how many decks and files it made and of how many decks it told.
    Calls queries and commands, and is none."""
    changed = 0
    while month := fetch(next_month, caller):
        making.freeze_month(caller, month)
        changed += 1
    changed += perform(tell, caller, TellOfDecks())
    for wanted, kind, language in fetch(lacking, caller):
        form = making.TakeDeck.model_validate({"month": wanted, "kind": kind, "language": language})
        with contextlib.suppress(NoPango):  # made on the day when the server has it
            changed += perform(making.keep, caller, form)
    return changed


def next_month(session: Session, actor: Actor) -> str:
    """The month whose deck is to be frozen now; "" where none is.

    It is the one after the newest deck; without any, the last month whose deck is due, if
    complaints came in before its end.
    """
    actor.require(Permission.DATA_SWEEP)
    query = select(col(ComplaintDeck.month)).order_by(col(ComplaintDeck.month).desc())
    last = session.execute(query.limit(1)).scalar_one_or_none()
    now = clock.now()
    if last is not None:
        month = gathering.month_before(last, -1)
    else:
        month = gathering.month_before(f"{clock.today():%Y-%m}")
        if _opening(session, month) > now:
            month = gathering.month_before(month)
        before = col(Complaint.received_at) < gathering.month_of(month).end
        if session.execute(select(col(Complaint.id)).where(before).limit(1)).first() is None:
            return ""
    return month if _opening(session, month) <= now else ""


def tell(session: Session, actor: Actor, form: TellOfDecks) -> int:
    """Tell those who write on it, and whoever is named to sort and count (C05). Returns of how many
    decks somebody was told anew."""
    actor.require(Permission.DATA_SWEEP)
    query = select(ComplaintDeck).where(col(ComplaintDeck.signed_at).is_(None))
    signers = set(notices.those_who_may(session, Permission.DECKS_SIGN))
    counters = posts.held_by(session, PostDuty.STATISTICS)
    editors = {*notices.those_who_may(session, Permission.DECKS_EDIT), *counters} - signers
    told = 0
    for row in session.execute(query.order_by(col(ComplaintDeck.id))).scalars():
        by = sign_by(session, row)
        cause, about = f"deck:{row.month}", {"month": row.month, "day": clock.day_of(by)}
        new = notices.tell(session, editors, NoticeKind.DECK_FROZEN, cause, **about)
        new += notices.tell(session, signers, NoticeKind.DECK_TO_SIGN, to_sign(row.month), **about)
        if is_late(session, row):
            people = signers | editors
            new += notices.tell(session, people, NoticeKind.DECK_LATE, late(row.month), **about)
        told += bool(new)
    return told


def lacking(session: Session, actor: Actor) -> tuple[tuple[str, str, str], ...]:
    """Month, kind and language of the files that signed decks have not been kept as yet."""
    actor.require(Permission.DATA_SWEEP)
    signed = select(col(ComplaintDeck.id), col(ComplaintDeck.month)).where(
        col(ComplaintDeck.signed_at).is_not(None)
    )
    columns = (DeckFile.deck_id, DeckFile.kind, DeckFile.language)
    kept = {tuple(row) for row in session.execute(select(*map(col, columns)))}
    return tuple(
        (month, kind, language)
        for key, month in session.execute(signed.order_by(col(ComplaintDeck.id)))
        for kind in making.MAKERS
        for language in LANGUAGES
        if (key, kind, language) not in kept
    )


def sign_by(session: Session, deck: ComplaintDeck) -> datetime:
    """The end of the third working day after the month, or of the third on which the deck is there
    where it was frozen late."""
    there = clock.midnight(clock.day_of(deck.frozen_at))
    since = max(gathering.month_of(deck.month).end, there)
    calendar = calendars.calendar(session, None)
    try:
        return worktime.add_business_days(since, SIGN_DAYS, calendar)
    except worktime.NoWorkingTime:
        return since


def is_late(session: Session, deck: ComplaintDeck) -> bool:
    return deck.signed_at is None and sign_by(session, deck) < clock.now()


def _opening(session: Session, month: str) -> datetime:
    """When the first working day after a month begins."""
    end = gathering.month_of(month).end
    calendar = calendars.calendar(session, None)
    try:
        return worktime.add_business_minutes(end, 1, calendar)
    except worktime.NoWorkingTime:
        return end
