"""Whose complaints are sought: by name, phone or plate, as customers are (C03)."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Final

from sqlalchemy import ColumnElement, or_, select
from sqlmodel import Session, col

from db.models import Complaint
from services import customers
from services.complaints.narrowing import Filters, elsewhere
from services.core import normal
from services.core.access import Actor, Permission
from services.core.normal import InvalidValue

MOST: Final = 50
"""Customers, and callers without a file, of whom the best are looked for."""


def wanted(
    session: Session, actor: Actor, filters: Filters
) -> tuple[Filters, list[ColumnElement[bool]]]:
    """What the text asks for where it is no number of a complaint: those of customers whom
    `customers.find` finds for it, and those of callers without a file by name or whole phone. The
    filters come back without it."""
    if not filters.text.strip() or filters.is_number:
        return filters, []
    text = filters.elsewhere  # what a database can be asked
    found = [elsewhere(filters)]
    if actor.may(Permission.CUSTOMERS_VIEW):
        people = [row.id for row in customers.find(session, actor, text, MOST)]
        found += [col(Complaint.customer_id).in_(people)] if people else []
    strangers = _strangers(session, text)
    found += [col(Complaint.id).in_(strangers)] if strangers else []
    return replace(filters, text=""), [or_(*found)]


def _strangers(session: Session, text: str) -> Sequence[int]:
    """The latest complaints of callers who have no file."""
    his = [col(Complaint.person).contains(text, autoescape=True)]
    with suppress(InvalidValue):  # a name is no phone
        his.append(col(Complaint.phone) == normal.phone(text))
    query = select(col(Complaint.id)).where(col(Complaint.customer_id).is_(None), or_(*his))
    return session.execute(query.order_by(col(Complaint.id).desc()).limit(MOST)).scalars().all()
