"""The written apology: drafted from the case and a template, changed by whoever writes it, made a
paper of the case (C10)."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select
from sqlmodel import Session, col

from db.models import (
    CauseAction,
    Complaint,
    ComplaintFile,
    Customer,
    CustomerKind,
    EventKind,
    Gender,
    Remedy,
    RemedyKind,
    RemedyState,
    Store,
    User,
)
from services import reports
from services.complaints import events, filing, trees
from services.complaints.events import Receipt
from services.complaints.inputs import FileLetter
from services.complaints.remedies import READY
from services.core import clock, export, normal
from services.core.access import Actor, Permission, load
from services.core.choices import choice_label
from services.core.errors import Conflict, NotFound, NotPermitted
from services.core.recorded import names_of
from services.core.words import N_, choose_language, translate

TEMPLATES: Final = Path(__file__).with_name("letters.toml")
AGREED: Final = READY | {RemedyState.DONE}
"""What the customer may be told of: nothing that waits for a second person."""
LONGEST: Final = 10_000
_FEN: Final = 100


class NoApology(Conflict):
    msgid = N_("Only a written apology that is promised or made has a letter")


def letter(session: Session, actor: Actor, complaint_id: int, language: str) -> str:
    """The draft: a line for each paragraph, in Chinese unless `language` says otherwise.

    Raises NotFound.
    """
    actor.require(Permission.COMPLAINTS_HANDLE)
    complaint = load(session, Complaint, complaint_id)
    tongue = choose_language(language)
    return "\n".join(_paragraphs(session, complaint, tongue, _template(tongue)))


def letter_paper(
    session: Session, actor: Actor, complaint_id: int, language: str, words: str
) -> export.File:
    """These words as the PDF of a letter of the store, of today. A query, because making it takes
    its time and nobody is to wait for it; `file_letter` keeps it. Raises NotFound, NoPango."""
    actor.require(Permission.COMPLAINTS_HANDLE)
    complaint = load(session, Complaint, complaint_id)
    tongue = choose_language(language)
    template, today = _template(tongue), clock.today()
    told = reports.Letter(
        language=tongue,
        sender=load(session, Store, complaint.store_id).name,
        title=template["title"],
        reference=template["reference"].format(number=complaint.number),
        words=normal.storable(words[:LONGEST]),
        day=_day(template, today),
    )
    about = f"{template['file']} {complaint.number}"
    count = sum(name.startswith(f"{about} {today}") for name in _names(session, complaint))
    nth = f" ({count + 1})" if count else ""
    name = export.file_name(about, f"{today}{nth}", ".pdf")
    return export.File(name, reports.letter_pdf(told))


def file_letter(session: Session, actor: Actor, form: FileLetter) -> Receipt:
    """Keep a letter among the papers of the case, for those in whose hands it is. Another letter
    is another paper: none is ever replaced.

    Raises NoApology, PaperTooLarge, TooManyPapers, NotPermitted (not in his hands).
    """
    actor.require(Permission.COMPLAINTS_HANDLE)
    complaint = load(session, Complaint, form.complaint_id, lock=True)
    if not events.in_hands(actor, complaint):
        raise NotPermitted(complaint=complaint.number)
    events.hold(session, actor, form, EventKind.FILED)
    remedy = load(session, Remedy, form.remedy_id)
    if remedy.complaint_id != complaint.id:
        raise NotFound(record="Remedy", id=form.remedy_id)
    if remedy.kind is not RemedyKind.WRITTEN_APOLOGY or remedy.state not in AGREED:
        raise NoApology
    return filing.keep_files(session, actor, complaint, [form.file], is_letter=True)


def has_letter(remedy: Remedy) -> bool:
    """Whether a letter may be written for it."""
    return remedy.kind is RemedyKind.WRITTEN_APOLOGY and remedy.state in AGREED


@cache
def _template(language: str) -> Mapping[str, str]:
    found: Mapping[str, str] = tomllib.loads(TEMPLATES.read_text(encoding="utf-8"))[language]
    return found


def _paragraphs(
    session: Session, complaint: Complaint, language: str, template: Mapping[str, str]
) -> Iterator[str]:
    nodes = trees.named(session)

    def heading(key: int) -> str:
        node = nodes[key]
        return (node.path_en if language == "en" else node.path)[-1]

    yield _salutation(session, complaint, template)
    yield template["opening"].format(
        day=_day(template, clock.day_of(complaint.received_at)),
        matter=heading(complaint.category_id),
        number=complaint.number,
    )
    finding = template[complaint.finding.value] if complaint.finding is not None else ""
    if complaint.cause_id is not None:
        yield template["cause"].format(finding=finding, cause=heading(complaint.cause_id)).strip()
    elif finding:
        yield finding
    yield from _listed(template, "remedies", _remedies(session, complaint, language, template))
    yield from _listed(template, "actions", _actions(session, complaint))
    yield _contact(session, complaint, template)
    yield template["closing"]


def _salutation(session: Session, complaint: Complaint, template: Mapping[str, str]) -> str:
    """To whoever complains; as a gentleman or a lady only where his own file says so."""
    if complaint.person:
        return template["person"].format(name=complaint.person)
    query = select(Customer).where(col(Customer.id) == complaint.customer_id)
    customer = session.execute(query).scalar_one_or_none()
    if customer is None:
        return template["nobody"]
    known = {Gender.MALE: "male", Gender.FEMALE: "female"}
    is_person = customer.kind is CustomerKind.PERSON and customer.gender is not None
    key = known[customer.gender] if is_person and customer.gender else "person"
    return template[key].format(name=customer.name)


def _remedies(
    session: Session, complaint: Complaint, language: str, template: Mapping[str, str]
) -> Iterator[str]:
    """What was agreed to; the apology itself is this letter."""
    query = select(Remedy).where(
        col(Remedy.complaint_id) == complaint.id, col(Remedy.state).in_(AGREED)
    )
    for one in session.execute(query.order_by(col(Remedy.id))).scalars():
        if one.kind in {RemedyKind.WRITTEN_APOLOGY, RemedyKind.SPOKEN_APOLOGY}:
            continue
        told: dict[str, Any] = {
            "kind": translate(language, choice_label(one.kind)),
            "words": " ".join(one.words.split()),
        }
        if one.amount_fen is None:
            yield template["remedy"].format(**told)
        else:
            yuan = f"{one.amount_fen / _FEN:,.2f}".removesuffix(".00")
            yield template["money"].format(yuan=yuan, **told)


def _actions(session: Session, complaint: Complaint) -> Iterator[str]:
    query = select(col(CauseAction.what)).where(col(CauseAction.complaint_id) == complaint.id)
    for what in session.execute(query.order_by(col(CauseAction.id))).scalars():
        yield " ".join(what.split())


def _listed(template: Mapping[str, str], title: str, items: Iterable[str]) -> Iterator[str]:
    for nth, what in enumerate(items, start=1):
        if nth == 1:
            yield template[title]
        yield template["item"].format(nth=nth, what=what)


def _contact(session: Session, complaint: Complaint, template: Mapping[str, str]) -> str:
    store = load(session, Store, complaint.store_id).name
    people = names_of(session, User, {complaint.accountable_id})
    person = people.get(complaint.accountable_id)
    key = "contact" if person else "contact_store"
    return template[key].format(store=store, person=person)


def _day(template: Mapping[str, str], day: date) -> str:
    return template["day"].format(year=day.year, month=day.month, day=day.day)


def _names(session: Session, complaint: Complaint) -> list[str]:
    query = select(col(ComplaintFile.name)).where(col(ComplaintFile.complaint_id) == complaint.id)
    return list(session.execute(query).scalars())
