"""The papers of a complaint: filed whole or not at all, once, seen with it, written down when they
leave (ASVS 5.2.1-5.3.2, 8.2.2)."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from pydantic import ValidationError
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlmodel import col

from db import storage
from db.engine import act_for, read_transaction
from db.models import (
    AuditEntry,
    Complaint,
    ComplaintEvent,
    ComplaintFile,
    EventKind,
    ParameterValue,
    StoredFile,
)
from services import complaints, verification
from services.complaints.filing import PaperTooLarge, TooManyPapers
from services.complaints.stages import NotNext
from services.core import clock, parameters
from services.core.access import System
from services.core.errors import NotFound, NotPermitted, RequestReused
from services.core.export import File
from services.core.run import fetch, perform
from tests.dealer import Dealer, owner
from tests.services.complaint_deeds import closed, do, laid, register, triaged
from tests.services.papers import JPEG, LIARS, PAPERS, PDF, PNG
from tests.services.test_complaint_helping import ask
from tests.services.test_complaint_naming import flag

MB = 2**20


def paper(name: str, content: bytes) -> dict[str, Any]:
    return {"name": name, "content": content}


PHOTO = paper("划痕.jpg", JPEG)
LETTER = paper("投诉信.pdf", PDF)


def add(dealer: Dealer, key: int, *papers: dict[str, Any], who: str = "service") -> Any:
    return do(dealer, who, complaints.add_files, complaints.AddFiles, key, files=papers)


def case(dealer: Dealer, key: int, who: str = "service") -> complaints.Case:
    return fetch(complaints.case, dealer.caller(who), key)


def take(dealer: Dealer, file_id: int, who: str = "service") -> File:
    return perform(complaints.take_file, dealer.caller(who), complaints.TakeFile(file_id=file_id))


def counts(dealer: Dealer) -> tuple[int, int, int]:
    """How many papers, contents, and events that one was added."""
    added = [one for one in dealer.rows(ComplaintEvent) if one.kind is EventKind.FILED]
    return len(dealer.rows(ComplaintFile)), len(dealer.rows(StoredFile)), len(added)


def decide(dealer: Dealer, key: str, value: str) -> None:
    day, now = clock.today() - timedelta(days=1), clock.now()
    dealer.add(ParameterValue(key=key, value=value, from_on=day, created_at=now, reason="试行"))


def test_papers_are_filed_listed_and_taken_as_they_came(dealer: Dealer):
    key = triaged(dealer)
    add(dealer, key, PHOTO, LETTER)
    seen = case(dealer, key, "manager")
    assert [(one.name, one.media_type, one.size, one.added_by) for one in seen.files] == [
        ("划痕.jpg", "image/jpeg", len(JPEG), "service 某"),
        ("投诉信.pdf", "application/pdf", len(PDF), "service 某"),
    ]
    told = [(one.kind, one.note, one.actor) for one in seen.events[:2]]
    assert told == [
        (EventKind.FILED, "投诉信.pdf", "service 某"),
        (EventKind.FILED, "划痕.jpg", "service 某"),
    ]
    assert take(dealer, seen.files[1].id, "manager") == File("投诉信.pdf", PDF)
    entries = {row.action: row for row in dealer.rows(AuditEntry)}
    filed, taken = entries["complaints:filed"], entries["complaints:file_taken"]
    assert filed.details["sha256"] == taken.details["sha256"] == storage.digest_of(PDF)
    assert (taken.actor_name, taken.subject_id) == ("manager 某", key)
    assert "投诉信" not in str([row.details for row in entries.values()])


def test_every_kind_comes_back_byte_for_byte(dealer: Dealer):
    key = laid(dealer)
    add(dealer, key, *(paper(name, content) for name, content in PAPERS.items()))
    found = {one.name: take(dealer, one.id).data for one in case(dealer, key).files}
    assert found == {name: PAPERS[name] for name in found}
    assert len(found) == len(set(PAPERS.values()))


def test_one_paper_is_filed_once(dealer: Dealer):
    key, other = triaged(dealer), triaged(dealer)
    form = complaints.AddFiles(request_id=uuid4(), complaint_id=key, files=(PHOTO,))
    for _click in range(2):
        perform(complaints.add_files, dealer.caller("service"), form)
    add(dealer, key, PHOTO, paper("again.jpeg", JPEG), LETTER, LETTER)
    assert [one.name for one in case(dealer, key).files] == ["划痕.jpg", "投诉信.pdf"]
    assert counts(dealer) == (2, 2, 2)
    add(dealer, other, PHOTO)
    assert counts(dealer) == (3, 2, 3)


def test_a_request_with_another_content_is_another(dealer: Dealer):
    key, request = triaged(dealer), uuid4()
    for content, refused in ((JPEG, False), (JPEG + b"2", True)):
        files = (paper("a.jpg", content),)
        form = complaints.AddFiles(request_id=request, complaint_id=key, files=files)
        if refused:
            with pytest.raises(RequestReused):
                perform(complaints.add_files, dealer.caller("service"), form)
        else:
            perform(complaints.add_files, dealer.caller("service"), form)
    assert counts(dealer) == (1, 1, 1)


def test_a_complaint_is_registered_with_its_papers(dealer: Dealer):
    taken = register(dealer, files=(PHOTO, LETTER))
    seen = case(dealer, taken.id)
    assert [one.name for one in seen.files] == ["划痕.jpg", "投诉信.pdf"]
    assert [one.kind for one in seen.events] == [*[EventKind.FILED] * 2, EventKind.REGISTERED]
    assert seen.version == taken.version
    assert verify() == (2, 0)


# ---- nothing is half saved


def test_a_liar_takes_the_others_with_it(dealer: Dealer):
    key = laid(dealer)
    for name, content in LIARS.items():
        files = (PHOTO, paper(name, content))
        with pytest.raises(ValidationError):
            add(dealer, key, *files)
        with pytest.raises(ValidationError):
            register(dealer, files=files)
    assert counts(dealer) == (0, 0, 0)
    assert len(dealer.rows(Complaint)) == 1


def test_too_large_a_paper_takes_the_others_with_it(dealer: Dealer):
    decide(dealer, parameters.FILE_SIZE, "1")
    key = laid(dealer)
    exact = paper("b.jpg", JPEG + b"\0" * (MB - len(JPEG)))
    large = paper("c.jpg", exact["content"] + b"\0")
    with pytest.raises(PaperTooLarge) as refusal:
        add(dealer, key, PHOTO, large)
    assert refusal.value.params == {"name": "c.jpg", "most": 1}
    with pytest.raises(PaperTooLarge):
        register(dealer, files=(PHOTO, large))
    assert counts(dealer) == (0, 0, 0)
    add(dealer, key, PHOTO, exact)
    assert [one.size for one in case(dealer, key).files] == [len(JPEG), MB]
    number = register(dealer).number
    assert number.endswith("-0001")  # the refused one has left no gap
    assert fetch(complaints.file_megabytes, dealer.caller("guest"), 1) == 1


def test_a_complaint_holds_so_many_papers(dealer: Dealer):
    decide(dealer, parameters.FILE_COUNT, "2")
    key = laid(dealer)
    with pytest.raises(TooManyPapers):
        add(dealer, key, PHOTO, LETTER, paper("c.png", PNG))
    assert counts(dealer) == (0, 0, 0)
    add(dealer, key, PHOTO, LETTER)
    add(dealer, key, PHOTO)  # is there already
    with pytest.raises(TooManyPapers):
        add(dealer, key, paper("c.png", PNG))
    assert counts(dealer) == (2, 2, 2)


def test_none_is_too_few(dealer: Dealer):
    with pytest.raises(ValidationError):
        add(dealer, laid(dealer))


# ---- who and when


def test_whoever_is_asked_files_what_he_has(dealer: Dealer):
    key, other = triaged(dealer), triaged(dealer)
    with pytest.raises(NotFound):
        add(dealer, key, PHOTO, who="guest")
    ask(dealer, key, due_on=clock.today() + timedelta(days=1))
    assert case(dealer, key, "guest").deeds == {EventKind.FILED}
    add(dealer, key, PHOTO, who="guest")
    [one] = case(dealer, key, "guest").files
    assert (one.added_by, take(dealer, one.id, "guest").data) == ("guest 某", JPEG)
    with pytest.raises(NotFound):
        add(dealer, other, PHOTO, who="guest")


def test_who_only_looks_files_nothing(dealer: Dealer):
    member = dealer.customer("会员", is_member=True)
    key = laid(dealer, customer_id=member)
    assert case(dealer, key, "club").deeds == frozenset()
    with pytest.raises(NotPermitted):
        add(dealer, key, PHOTO, who="club")
    with pytest.raises(NotFound):
        add(dealer, key, PHOTO, who="sales2")
    assert counts(dealer) == (0, 0, 0)
    add(dealer, key, PHOTO, who="sales")  # takes the letter to a colleague's case
    assert EventKind.FILED in case(dealer, key, "sales").deeds
    [one] = case(dealer, key, "club").files
    assert take(dealer, one.id, "club").data == JPEG


def test_a_letter_may_come_after_the_closing(dealer: Dealer):
    key = closed(dealer)
    add(dealer, key, LETTER)
    assert len(case(dealer, key).files) == 1
    other = triaged(dealer)
    form = complaints.WithdrawComplaint
    do(dealer, "service", complaints.withdraw, form, other, words="不投诉了")
    with pytest.raises(NotNext):
        add(dealer, other, PHOTO)


# ---- who sees them: both walls


def contents(dealer: Dealer, who: str) -> set[str]:
    """The digests of what somebody sees of the contents; on PostgreSQL past the first wall too."""
    with read_transaction() as session:
        act_for(session, dealer.actor(who))
        found = set(session.execute(select(col(StoredFile.sha256))).scalars())
        if session.get_bind().dialect.name == "postgresql":
            plain = text("SELECT sha256 FROM stored_files")
            assert set(session.connection().execute(plain).scalars()) == found, who
        return found


def test_the_papers_of_a_legal_case_are_for_those_named(dealer: Dealer):
    key, open_one = triaged(dealer), triaged(dealer)
    add(dealer, key, PHOTO, LETTER)
    add(dealer, open_one, LETTER)
    photo, letter = (storage.digest_of(content) for content in (JPEG, PDF))
    assert contents(dealer, "sales") == {photo, letter}
    flag(dealer, key, is_legal=True)
    [first, second] = case(dealer, key).files
    for who in ("sales", "steward", "sales2", "club", "guest"):
        for one in (first, second):
            with pytest.raises(NotFound):
                take(dealer, one.id, who)
        with pytest.raises(NotFound):
            take(dealer, first.id + 1000, who)
    assert contents(dealer, "sales") == contents(dealer, "steward") == {letter}
    assert contents(dealer, "service") == contents(dealer, "director") == {photo, letter}
    assert contents(dealer, "sales2") == contents(dealer, "guest") == set()
    taken = [row for row in dealer.rows(AuditEntry) if row.action == "complaints:file_taken"]
    assert taken == []


@pytest.mark.parametrize("model", [ComplaintFile, StoredFile])
def test_evidence_is_added_and_never_changed(dealer: Dealer, model: Any):
    add(dealer, triaged(dealer), PHOTO)
    for statement in (delete(model), update(model).values(size=1)):
        with pytest.raises(DBAPIError, match="append-only"), owner().begin() as connection:
            connection.execute(statement)


# ---- verify


def verify() -> tuple[int, int]:
    found = fetch(verification.verify, System("tests"), "papers")
    return found.checked, found.wrong


def change_content(digest: str) -> None:
    """Somebody with the owner's rights changes what was kept under this digest."""
    here = owner()
    guard = {
        "sqlite": "DROP TRIGGER stored_files_no_update",
        "postgresql": "DROP TRIGGER stored_files_append_only ON stored_files",
    }
    changed = update(StoredFile).where(col(StoredFile.sha256) == digest)
    with here.begin() as connection:
        connection.execute(text(guard[here.dialect.name]))
        connection.execute(changed.values(content=PNG))


def test_a_content_that_was_changed_is_named(dealer: Dealer):
    key = triaged(dealer)
    add(dealer, key, PHOTO, LETTER)
    assert verify() == (2, 0)
    change_content(storage.digest_of(JPEG))
    found = fetch(verification.verify, System("tests"), "papers")
    assert (found.wrong, [each.says for each in found.first]) == (1, ["its content was changed"])
