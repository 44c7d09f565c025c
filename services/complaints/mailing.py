"""A mail that becomes a complaint: what of it goes into which field of the form (C25)."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlmodel import Session, col

from db.models import Customer
from services.complaints.filing import PaperTooLarge
from services.core import clock, mails, normal, parameters
from services.core.access import Actor, Permission
from services.core.errors import InvalidInput
from services.core.mails import Mail
from services.core.normal import InvalidValue
from services.core.uploads import MB
from services.core.words import N_
from services.customers import policy

MOST: Final = 10_000
"""Characters of what the customer says, in the form."""
CUT: Final = "\n[…]"
"""The end of words that were longer: in no language."""
OLDEST: Final = timedelta(days=365)
_LONGEST_NAME: Final = 80
_MARKS: Final = frozenset({"Me", "Mn"})


class NothingSaid(InvalidInput):
    msgid = N_("{name} says nothing: it has neither a subject nor a text")


@dataclass(frozen=True, slots=True)
class MailRead:
    """A mail as the form takes it. `received_at` None: its date lies ahead, is older than a year or
    not there; `customer_id`: whose address it is, if it is one customer's alone."""

    words: str
    was_cut: bool
    person: str
    received_at: datetime | None
    customer_id: int | None
    has_more: bool
    """More than text hangs on it, which is only in the mail itself."""


def read_mail(session: Session, actor: Actor, name: str, content: bytes, store_id: int) -> MailRead:
    """What a mail says, for whoever registers it; nothing is kept of it yet.

    Raises PaperTooLarge, NotAMail, MailTooMuch, NothingSaid, TooOften.
    """
    actor.require(Permission.COMPLAINTS_REGISTER)
    most = int(parameters.value(session, parameters.FILE_SIZE, store_id=store_id))
    if len(content) > most * MB:
        raise PaperTooLarge(name=name, most=most)
    mail = mails.read(name, content)
    words, was_cut = _words(mail)
    if not words:
        raise NothingSaid(name=name)
    return MailRead(
        words=words,
        was_cut=was_cut,
        person=_clean(mail.sender, lines=False)[:_LONGEST_NAME] or mail.address[:_LONGEST_NAME],
        received_at=_plausible(mail.sent_at),
        customer_id=_whose(session, actor, mail.address),
        has_more=mail.has_more,
    )


def _words(mail: Mail) -> tuple[str, bool]:
    """Subject and text as the field takes them, and whether something had to be left out."""
    text = mail.text[: 2 * MOST]
    said = [_clean(mail.subject, lines=False), _clean(text, lines=True)]
    words = "\n\n".join(filter(None, said))
    if len(words) <= MOST and len(text) == len(mail.text):
        return words, False
    return words[: MOST - len(CUT)].rstrip() + CUT, True


def _clean(text: str, *, lines: bool) -> str:
    """As a field would take it: what it refuses in a person's typing is left out of a stranger's
    mail."""
    kept = normal.storable(text if lines else " ".join(text.split()))
    try:
        return normal.clean_text(kept, lines=lines)
    except InvalidValue:
        told = "\n".join(kept.splitlines())
        plain = "".join(sign for sign in told if _is_plain(sign))
        return normal.clean_text(plain, lines=lines)


def _is_plain(sign: str) -> bool:
    return sign in "\n\t" or (sign.isprintable() and unicodedata.category(sign) not in _MARKS)


def _plausible(sent_at: datetime | None) -> datetime | None:
    now = clock.now()
    return sent_at if sent_at is not None and now - OLDEST <= sent_at <= now else None


def _whose(session: Session, actor: Actor, address: str) -> int | None:
    """The one customer in the actor's sight who has this address."""
    try:
        written = normal.email(address)
    except InvalidValue:
        return None
    policy.count_guess(actor, "mail")
    query = select(col(Customer.id)).where(
        col(Customer.email) == written, col(Customer.merged_into_id).is_(None)
    )
    found = session.execute(query.limit(2)).scalars().all()
    return found[0] if len(found) == 1 else None
