"""The letter of a written apology: drafted from the case, made a paper of it, never replaced
(C10)."""

import io
from datetime import UTC, datetime
from typing import Any

import pypdf
import pytest

from db.models import (
    ActionKind,
    ComplaintEvent,
    ComplaintFile,
    CustomerKind,
    EventKind,
    Gender,
    Remedy,
    RemedyKind,
)
from services import complaints
from services.complaints.lettering import NoApology
from services.core import clock
from services.core.errors import NotFound, NotPermitted
from services.core.run import fetch, perform
from services.core.words import LANGUAGES
from tests.dealer import Dealer
from tests.services.complaint_deeds import do, investigated, register, row, triaged

NOON = datetime(2026, 6, 8, 4, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def at_noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOON)


def draft(dealer: Dealer, key: int, language: str = "zh_CN", who: str = "service") -> str:
    return fetch(complaints.letter, dealer.caller(who), key, language)


def offer(
    dealer: Dealer, key: int, kind: RemedyKind = RemedyKind.WRITTEN_APOLOGY, **more: Any
) -> Remedy:
    about = {"kind": kind, "words": "送一次保养", **more}
    do(dealer, "service", complaints.offer_remedy, complaints.OfferRemedy, key, **about)
    return dealer.rows(Remedy)[-1]


def paper(dealer: Dealer, key: int, words: str, language: str = "zh_CN") -> Any:
    return fetch(complaints.letter_paper, dealer.caller("service"), key, language, words)


def keep(dealer: Dealer, remedy: Remedy, made: Any, who: str = "service") -> None:
    form = complaints.FileLetter
    file = {"name": made.name, "content": made.data}
    do(
        dealer,
        who,
        complaints.file_letter,
        form,
        remedy.complaint_id,
        remedy_id=remedy.id,
        file=file,
    )


def text_of(data: bytes) -> str:
    pages = pypdf.PdfReader(io.BytesIO(data)).pages
    return "".join("".join(page.extract_text() for page in pages).split())


def test_the_draft_says_what_was_found_and_what_is_done(dealer: Dealer):
    key = triaged(dealer, received_at=NOON)
    investigated(dealer, key)
    offer(dealer, key)
    offer(dealer, key, RemedyKind.REPAIR)
    do(
        dealer,
        "service",
        complaints.plan_action,
        complaints.PlanAction,
        key,
        kind=ActionKind.PREVENTIVE,
        what="技术主管\n逐台复检",
        handler_id=dealer.user_id("service"),
        due_on=clock.today(),
    )
    said = draft(dealer, key).splitlines()
    number = row(dealer, key).number
    assert said[0] == "尊敬的李女士："
    assert number in said[1]
    assert "2026年6月8日" in said[1]
    assert "经核查，您反映的情况属实。" in said[2]
    assert said[4] == "1. 维修：送一次保养"
    assert "1. 技术主管 逐台复检" in said
    assert "service" in said[-2]
    assert not [line for line in said if "书面道歉" in line]


def test_in_english_too(dealer: Dealer):
    key = triaged(dealer, received_at=NOON)
    investigated(dealer, key)
    said = draft(dealer, key, "en")
    assert said.startswith("Dear 李女士,")
    assert "2026-06-08" in said
    assert "We found that you are right." in said


@pytest.mark.parametrize(
    ("values", "salutation"),
    [
        ({"gender": Gender.FEMALE}, "尊敬的程思远女士："),
        ({"gender": Gender.MALE}, "尊敬的程思远先生："),
        ({"gender": None}, "尊敬的程思远："),
        ({"gender": Gender.MALE, "kind": CustomerKind.COMPANY}, "尊敬的程思远："),
    ],
)
def test_a_gentleman_or_a_lady_only_where_the_file_says_so(
    dealer: Dealer, values: dict[str, Any], salutation: str
):
    customer = dealer.customer("程思远", owner="service", **values)
    key = register(dealer, received_at=NOON, person="", customer_id=customer).id
    assert draft(dealer, key).splitlines()[0] == salutation


def test_what_is_not_known_is_left_out(dealer: Dealer):
    said = draft(dealer, register(dealer, received_at=NOON).id)
    assert "经核查" not in said
    assert "落实" not in said
    assert "{" not in said


def test_what_waits_for_a_second_person_is_not_told(dealer: Dealer):
    key = triaged(dealer, received_at=NOON)
    offer(dealer, key, RemedyKind.COMPENSATION, amount="300")
    assert "300" not in draft(dealer, key)


def test_the_letter_is_a_paper_of_the_case(dealer: Dealer):
    key = triaged(dealer, received_at=NOON)
    remedy = offer(dealer, key)
    made = paper(dealer, key, "尊敬的李女士：\n非常抱歉。")
    number = row(dealer, key).number
    assert made.name == f"致歉信 {number} 2026-06-08.pdf"
    said = text_of(made.data)
    for words in ("致歉信", "尊敬的李女士：", "非常抱歉。", "2026年6月8日", number):
        assert words in said, words
    keep(dealer, remedy, made)
    [file] = dealer.rows(ComplaintFile)
    assert (file.name, file.media_type) == (made.name, "application/pdf")
    [event] = [one for one in dealer.rows(ComplaintEvent) if one.kind is EventKind.FILED]
    assert (event.note, event.details["is_letter"]) == (made.name, True)
    form = complaints.TakeFile(file_id=file.id)
    assert perform(complaints.take_file, dealer.caller("manager"), form).data == made.data


def test_a_second_letter_is_a_second_paper(dealer: Dealer):
    key = triaged(dealer, received_at=NOON)
    remedy = offer(dealer, key)
    for words in ("第一封", "第二封"):
        keep(dealer, remedy, paper(dealer, key, words))
    names = [one.name for one in dealer.rows(ComplaintFile)]
    assert len(names) == 2
    assert names[1] == names[0].replace(".pdf", " (2).pdf")


def test_the_same_letter_makes_the_same_bytes(dealer: Dealer):
    key = triaged(dealer, received_at=NOON)
    assert paper(dealer, key, "同一封").data == paper(dealer, key, "同一封").data


def test_markup_in_it_is_text(dealer: Dealer):
    key = triaged(dealer, received_at=NOON)
    made = paper(dealer, key, "<img src='https://evil.example.com/a.png'>\x00 & <b>")
    assert "<b>" in text_of(made.data)


def test_only_a_written_apology_has_one(dealer: Dealer):
    key = triaged(dealer, received_at=NOON)
    made = paper(dealer, key, "抱歉")
    with pytest.raises(NoApology):
        keep(dealer, offer(dealer, key, RemedyKind.REPAIR), made)
    other = triaged(dealer, received_at=NOON)
    theirs = offer(dealer, other)
    with pytest.raises(NotFound):
        do(
            dealer,
            "service",
            complaints.file_letter,
            complaints.FileLetter,
            key,
            remedy_id=theirs.id,
            file={"name": made.name, "content": made.data},
        )
    assert dealer.rows(ComplaintFile) == []


def test_it_is_written_by_those_in_whose_hands_it_is(dealer: Dealer):
    key = triaged(dealer, received_at=NOON)
    remedy, made = offer(dealer, key), paper(dealer, key, "抱歉")
    with pytest.raises(NotPermitted):
        keep(dealer, remedy, made, "sales")
    for who, may in (("service", True), ("manager", True), ("sales", False)):
        found = fetch(complaints.case, dealer.caller(who), key)
        assert found.remedies[0].may_write is may, who
    keep(dealer, remedy, made, "manager")


def test_every_language_has_every_part():
    from services.complaints.lettering import _template

    keys = [set(_template(language)) for language in LANGUAGES]
    assert keys[0] == keys[1]
