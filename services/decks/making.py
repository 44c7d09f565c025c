"""Freezing a month's deck, and taking it along as a file (C04)."""

import re
from hashlib import sha256
from typing import Annotated, Any, Final, Literal

from pydantic import PlainValidator
from sqlalchemy import select
from sqlmodel import Session, col

from db.models import ComplaintDeck, User
from services import reports
from services.core import audit, clock, export
from services.core.access import Actor, Permission, load
from services.core.errors import Conflict, NotFound
from services.core.fields import refused
from services.core.inputs import Input
from services.core.normal import InvalidValue
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
    month: Month


class TakeDeck(Input):
    month: Month
    kind: Literal["pptx", "pdf"]
    language: Literal["zh_CN", "en"]


class MonthNotOver(Conflict):
    msgid = N_("The month {month} is not over yet")


class NoDeck(NotFound):
    msgid = N_("There is no presentation of {month}")


def freeze(session: Session, actor: Actor, form: FreezeDeck) -> int:
    """Keep the figures of a month that is over as they are now; returns the deck's id. Frozen once:
    later it changes nothing. Raises MonthNotOver."""
    actor.require(Permission.DATA_SWEEP)
    if gathering.month_of(form.month).end > clock.now():
        raise MonthNotOver(month=form.month)
    known = _deck(session, form.month)
    if known is not None:
        return known.id
    content = gathering.gather(session, actor, form.month)
    content["corrections"] = _corrections(session, actor, form.month)
    row = ComplaintDeck(month=form.month, frozen_at=clock.now(), content=audit.plain(content))
    session.add(row)
    session.flush()
    audit.record(session, actor, audit.Action.DECKS_FROZEN, row, month=form.month)
    return row.id


def take(session: Session, actor: Actor, form: TakeDeck) -> export.File:
    """The deck of a month as a presentation or as PDF. A command, because what leaves the house is
    written down, with the digest of the file. Raises NoDeck, NoPango."""
    actor.require(Permission.DECKS_VIEW)
    row = _deck(session, form.month)
    if row is None:
        raise NoDeck(month=form.month)
    signer = load(session, User, row.signed_by_id).name if row.signed_by_id is not None else ""
    told = telling.deck(row, form.language, signer)
    data = MAKERS[form.kind](told)
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


def _deck(session: Session, month: str) -> ComplaintDeck | None:
    query = select(ComplaintDeck).where(col(ComplaintDeck.month) == month)
    return session.execute(query).scalar_one_or_none()


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
