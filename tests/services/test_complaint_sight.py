"""Whose complaints one sees: those of where he works, those in his hands, those in which he is
named; a legal case only who is named in it (C29). Both walls say the same."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlmodel import col

from db.engine import BEYOND_SCOPE, read_transaction
from db.models import Complaint, ComplaintEvent, ComplaintPerson, PartIn
from services import complaints as ledger
from services import customers
from services.core import clock
from services.core.access import identify
from services.core.errors import NotFound, NotPermitted
from services.core.run import fetch, perform
from tests.dealer import Dealer
from tests.services.complaint_deeds import laid, triaged
from tests.services.test_complaint_helping import ask

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


# ---- the phone of the file, on the case

WHOLE, MASKED = "+8613857116208", "138 **** 6208"
PHONES = {
    "director": WHOLE,
    "steward": WHOLE,
    "manager": WHOLE,
    "service": WHOLE,  # whose customer he is
    "sales": MASKED,
    "data": MASKED,
    "club_manager": WHOLE,
    "club": MASKED,
    "guest": "",
    "sales2": "",
    "manager2": "",
}


def phone_of(dealer: Dealer, who: str, key: int) -> str:
    phone: str = fetch(ledger.case, dealer.caller(who), key).values["customer_phone"]
    return phone


@pytest.mark.parametrize("who", PHONES)
def test_the_phone_of_the_file_stands_on_the_case_as_the_file_shows_it(dealer: Dealer, who: str):
    customer = dealer.customer("程思远", owner="service", phone=WHOLE, is_member=True)
    key = laid(dealer, customer_id=customer)
    asked = {"guest", "sales2", "manager2"}
    for each in asked:
        dealer.add(
            ComplaintPerson(
                complaint_id=key,
                user_id=dealer.user_id(each),
                part=PartIn.ASKED,
                since=clock.now(),
            )
        )
    assert phone_of(dealer, who, key) == PHONES[who]
    if who not in asked:
        assert fetch(customers.file, dealer.caller(who), customer).values["phone"] == PHONES[who]
    else:  # they see no such file
        with pytest.raises((NotFound, NotPermitted)):
            fetch(customers.file, dealer.caller(who), customer)


def test_who_handles_it_reads_the_phone_of_a_colleague_s_customer_for_a_reason(dealer: Dealer):
    customer = dealer.customer("程思远", owner="service", phone=WHOLE)
    key = laid(dealer, who="sales", customer_id=customer, phone="+8613900001111")
    assert fetch(ledger.case, dealer.caller("sales"), key).values["phone"] == "+8613900001111"
    assert phone_of(dealer, "sales", key) == MASKED
    form = customers.RevealField(
        request_id=uuid4(), customer_id=customer, field="phone", reason="回访"
    )
    perform(customers.reveal, dealer.caller("sales"), form)
    assert phone_of(dealer, "sales", key) == WHOLE
    assert phone_of(dealer, "data", key) == MASKED


def test_whoever_is_sent_to_him_sees_the_phone_given_here_and_no_file(dealer: Dealer):
    customer = dealer.customer("程思远", owner="service", phone=WHOLE)
    key = triaged(dealer, customer_id=customer, phone="13900001111")
    ask(dealer, key, due_on=clock.today(), is_errand=True)
    values = fetch(ledger.case, dealer.caller("guest"), key).values
    assert (values["phone"], values["customer_phone"]) == ("+8613900001111", "")


def test_where_there_is_no_file_there_is_no_phone_of_it(dealer: Dealer):
    assert phone_of(dealer, "director", laid(dealer, phone=WHOLE)) == ""
