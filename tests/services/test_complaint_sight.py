"""Whose complaints one sees: those of where he works, those in his hands, those in which he is
named; a legal case only who is named in it (C29). Both walls say the same."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from db.engine import BEYOND_SCOPE, read_transaction
from db.models import Complaint, ComplaintEvent, ComplaintPerson, PartIn
from services.core import clock
from services.core.access import identify
from tests.dealer import Dealer
from tests.services.complaint_deeds import laid

SEES = {
    "director": {"here", "there", "lent", "member", "asked"},
    "steward": {"here", "there", "lent", "member", "asked"},
    "manager": {"here", "member", "asked"},
    "manager2": {"there", "lent"},
    "sales": {"here", "lent", "member", "asked"},
    "service": {"here", "legal_named", "member", "asked"},
    "data": {"here", "member", "asked"},
    "sales2": {"there", "lent"},
    "club_manager": {"member"},
    "club": {"member"},
    "admin": set(),
    "guest": {"asked"},
}
CASES: dict[str, dict[str, Any]] = {
    "here": {},
    "there": {"store_id": 2, "handler": "sales2"},
    "lent": {"store_id": 2, "handler": "sales"},
    "legal": {"is_legal": True},
    "legal_named": {"is_legal": True, "named": "service"},
    "member": {"of_member": True},
    "asked": {"asked": "guest"},
}


@pytest.fixture
def complaints(dealer: Dealer) -> Dealer:
    member = dealer.customer("会员", is_member=True)
    for serial, (name, wish) in enumerate(CASES.items(), start=1):
        key = laid(
            dealer,
            f"TS-202606-{serial:04d}",
            wish.get("handler", "service"),
            words=name,
            store_id=wish.get("store_id", 1),
            customer_id=member if wish.get("of_member") else None,
            is_legal=wish.get("is_legal", False),
        )
        for part in (PartIn.NAMED, PartIn.ASKED):
            if guest := wish.get(part.value):
                dealer.add(
                    ComplaintPerson(
                        complaint_id=key,
                        user_id=dealer.user_id(guest),
                        part=part,
                        since=clock.now(),
                    )
                )
    return dealer


def seen(dealer: Dealer, who: str, column: Any, **options: Any) -> set[str]:
    with read_transaction() as session:
        identify(session, dealer.caller(who))
        rows = session.execute(select(column), execution_options=options)
        return set(rows.scalars())


@pytest.mark.parametrize("who", SEES)
def test_whose_complaints_one_sees(complaints: Dealer, who: str):
    assert seen(complaints, who, col(Complaint.words)) == SEES[who]
    assert seen(complaints, who, col(ComplaintEvent.note)) == SEES[who]


@pytest.mark.parametrize("who", SEES)
def test_the_second_wall_shows_the_same(complaints: Dealer, who: str):
    """Past the first wall: on SQLite, which has no second one, everything is there."""
    beyond = {BEYOND_SCOPE: True}
    there = SEES[who] if complaints.url.startswith("postgresql") else set(CASES)
    assert seen(complaints, who, col(Complaint.words), **beyond) == there
    assert seen(complaints, who, col(ComplaintEvent.note), **beyond) == there
