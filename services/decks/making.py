"""Freezing a month's deck, and taking it along as a file (C04)."""

import re
from hashlib import sha256
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, PlainValidator
from sqlalchemy import select
from sqlmodel import Session, col

from db import storage
from db.models import ComplaintDeck, DeckFile, User
from services import reports
from services.core import audit, clock, export
from services.core.access import Actor, Caller, Permission, load
from services.core.errors import Conflict, NotFound
from services.core.fields import refused
from services.core.inputs import Input
from services.core.normal import InvalidValue, storable_all
from services.core.run import fetch, perform
from services.core.words import N_, translate
from services.decks import gathering, telling

NOT_A_MONTH: Final = N_("Name the month as YYYY-MM")
_MONTH: Final = re.compile(r"(?:19|20|21)[0-9]{2}-(?:0[1-9]|1[0-2])")
MAKERS: Final = {"pptx": reports.pptx, "pdf": reports.pdf}
NAME: Final = N_("Complaint presentation")


def _month(written: object) -> str:
    if not isinstance(written, str) or not _MONTH.fullmatch(written):
        raise refused(InvalidValue("not_a_month", NOT_A_MONTH))
    return written


Month = Annotated[str, PlainValidator(_month)]
"""YYYY-MM."""


class FreezeDeck(Input):
    """Keep what was gathered of a month."""

    month: Month
    content: Annotated[dict[str, Any], AfterValidator(storable_all)]


class TakeDeck(Input):
    month: Month
    kind: Literal["pptx", "pdf"]
    language: Literal["zh_CN", "en"]


class MonthNotOver(Conflict):
    msgid = N_("The month {month} is not over yet")


class NoDeck(NotFound):
    msgid = N_("There is no presentation of {month}")


# ---- freezing


def freeze_month(caller: Caller, month: str) -> int:
    """Keep the figures of a month that is over as they are now; returns the deck's id. Frozen once:
    later it changes nothing. Calls a query and a command, and is none: on a large ledger gathering
    takes seconds, in which others go on writing. Raises MonthNotOver."""
    content = fetch(gathered, caller, month)
    return perform(freeze, caller, FreezeDeck(month=month, content=content))


def gathered(session: Session, actor: Actor, month: str) -> dict[str, Any]:
    """What the deck of a month that is over would hold now; {} where it is frozen already.

    Raises MonthNotOver, NoDeck for what is no month.
    """
    actor.require(Permission.DATA_SWEEP)
    if not _MONTH.fullmatch(month):
        raise NoDeck(month=month)
    if gathering.month_of(month).end > clock.now():
        raise MonthNotOver(month=month)
    if found(session, month) is not None:
        return {}
    content = gathering.gather(session, actor, month)
    content["corrections"] = _corrections(session, actor, month)
    return dict(audit.plain(content))


def freeze(session: Session, actor: Actor, form: FreezeDeck) -> int:
    """Keep the content of a month's deck, unless it has one; returns the deck's id."""
    actor.require(Permission.DATA_SWEEP)
    known = found(session, form.month)
    if known is not None:
        return known.id
    row = ComplaintDeck(month=form.month, frozen_at=clock.now(), content=form.content)
    session.add(row)
    session.flush()
    audit.record(session, actor, audit.Action.DECKS_FROZEN, row, month=form.month)
    return row.id


def found(session: Session, month: str) -> ComplaintDeck | None:
    if not _MONTH.fullmatch(month):
        return None
    query = select(ComplaintDeck).where(col(ComplaintDeck.month) == month)
    return session.execute(query).scalar_one_or_none()


def the_deck(session: Session, month: str) -> ComplaintDeck:
    """Raises NoDeck."""
    row = found(session, month)
    if row is None:
        raise NoDeck(month=month)
    return row


def _corrections(session: Session, actor: Actor, month: str) -> list[dict[str, Any]]:
    """Figures of the last deck before this one that are others today: as of the end of their month
    nothing changes but what somebody corrects."""
    query = select(ComplaintDeck).where(col(ComplaintDeck.month) < month)
    last = session.execute(query.order_by(col(ComplaintDeck.month).desc()).limit(1)).scalar()
    if last is None:
        return []
    shown: dict[str, Any] = last.content["figures"]["now"]
    today = audit.plain(gathering.told(session, actor, last.month))
    return [
        {"month": last.month, "code": code, "was": shown[code]["value"], "now": one["value"]}
        for code, one in today.items()
        if code in shown and one["value"] != shown[code]["value"]
    ]


# ---- taking along


def take(session: Session, actor: Actor, form: TakeDeck) -> export.File:
    """The deck of a month as a presentation or as PDF: of a signed one always the same file. A
    command, because what leaves the house is written down, with the digest of the file.

    Raises NoDeck, NoPango.
    """
    actor.require(Permission.DECKS_VIEW)
    row = the_deck(session, form.month)
    kept = _kept(session, row, form) if row.signed_at is not None else None
    data = kept or made(session, row, form)
    if row.signed_at is not None and kept is None:
        _keep(session, actor, row, form, data)
    audit.record(
        session,
        actor,
        audit.Action.DECKS_TAKEN,
        row,
        month=form.month,
        file=form.kind,
        digest=sha256(data).hexdigest(),
    )
    name = export.file_name(translate(form.language, NAME), form.month, f".{form.kind}")
    return export.File(name, data)


def keep(session: Session, actor: Actor, form: TakeDeck) -> int:
    """Make a file of a signed deck and keep it; returns how many are new.

    Raises NoDeck, NoPango.
    """
    actor.require(Permission.DATA_SWEEP)
    row = the_deck(session, form.month)
    if row.signed_at is None or _kept(session, row, form) is not None:
        return 0
    _keep(session, actor, row, form, made(session, row, form))
    return 1


def told(session: Session, row: ComplaintDeck, language: str) -> reports.Deck:
    """The slides of a deck in a language, signed by whoever signed it."""
    signer = load(session, User, row.signed_by_id).name if row.signed_by_id is not None else ""
    return telling.deck(row, language, signer)


def made(session: Session, row: ComplaintDeck, form: TakeDeck) -> bytes:
    return MAKERS[form.kind](told(session, row, form.language))


def _kept(session: Session, row: ComplaintDeck, form: TakeDeck) -> bytes | None:
    query = select(col(DeckFile.sha256)).where(
        col(DeckFile.deck_id) == row.id,
        col(DeckFile.kind) == form.kind,
        col(DeckFile.language) == form.language,
    )
    digest = session.execute(query).scalar_one_or_none()
    return storage.content_of(session, digest) if digest is not None else None


def _keep(session: Session, actor: Actor, row: ComplaintDeck, form: TakeDeck, data: bytes) -> None:
    digest = storage.keep(session, data)
    session.add(
        DeckFile(
            deck_id=row.id,
            kind=form.kind,
            language=form.language,
            size=len(data),
            sha256=digest,
            made_at=clock.now(),
        )
    )
    audit.record(
        session,
        actor,
        audit.Action.DECKS_KEPT,
        row,
        month=form.month,
        file=form.kind,
        digest=digest,
    )
