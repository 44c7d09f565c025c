"""A mail that becomes a complaint: what stands in the form, and the mail among the papers (C25)."""

from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest

from db.models import ComplaintChannel, Draft
from services import complaints
from services.complaints.filing import PaperTooLarge
from services.complaints.mailing import CUT, MOST, NothingSaid
from services.core import clock, parameters
from services.core.errors import NotPermitted
from services.core.mails import NotAMail
from services.core.run import fetch
from services.core.uploads import MB
from tests.dealer import Dealer
from tests.services.complaint_deeds import FRIDAY, register
from tests.services.papers import HTML, MAIL


@pytest.fixture(autouse=True)
def on_a_friday_evening(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: FRIDAY)


def mail(
    text: str = "空调一直在响",
    *,
    sender: str = "王小明 <Wang@Example.cn>",
    subject: str = "异响",
    sent_at: datetime = FRIDAY - timedelta(hours=3),
) -> bytes:
    made = EmailMessage()
    made["From"], made["Subject"], made["Date"] = sender, subject, sent_at
    made.set_content(text)
    return bytes(made)


def read(dealer: Dealer, content: bytes, who: str = "service") -> complaints.MailRead:
    return fetch(complaints.read_mail, dealer.caller(who), "a.eml", content, 1)


def test_it_fills_in_the_form(dealer: Dealer):
    found = read(dealer, mail())
    assert found.words == "异响\n\n空调一直在响"
    assert (found.person, found.was_cut, found.has_more) == ("王小明", False, False)
    assert found.received_at == FRIDAY - timedelta(hours=3)
    assert found.customer_id is None
    assert dealer.rows(Draft) == []


@pytest.mark.parametrize(
    ("sent_at", "is_taken"),
    [
        (FRIDAY, True),
        (FRIDAY + timedelta(minutes=1), False),
        (FRIDAY - timedelta(days=365), True),
        (FRIDAY - timedelta(days=366), False),
        (datetime(1, 1, 1, tzinfo=UTC), False),
    ],
)
def test_a_date_that_cannot_be_right_is_not_taken(
    dealer: Dealer, sent_at: datetime, is_taken: bool
):
    assert read(dealer, mail(sent_at=sent_at)).received_at == (sent_at if is_taken else None)


def test_what_is_too_long_is_cut_and_said_so(dealer: Dealer):
    found = read(dealer, mail("响" * 30_000))
    assert found.was_cut
    assert found.words.endswith(CUT)
    assert len(found.words) <= MOST
    whole = read(dealer, mail("响" * (MOST - len("异响\n\n"))))
    assert (whole.was_cut, len(whole.words)) == (False, MOST)
    assert register(dealer, words=found.words).id  # the form takes what stands in it


@pytest.mark.parametrize(
    "odd", ["a\x07b\x00c", "\u202e反", "e" + "\u0301" * 40, "a\r\nb\tc", "\ufdd0"]
)
def test_what_the_form_refuses_is_left_out(dealer: Dealer, odd: str):
    found = read(dealer, mail(f"响{odd}", subject="x"))
    assert register(dealer, words=found.words, person=found.person).id


def test_whose_address_it_is(dealer: Dealer):
    key = dealer.customer("王小明", email="wang@example.cn")
    assert read(dealer, mail()).customer_id == key
    other = dealer.customer("江", store=2, owner="sales2", email="jiang@example.cn")
    assert read(dealer, mail(sender="jiang@example.cn")).customer_id is None
    assert read(dealer, mail(sender="jiang@example.cn"), "sales2").customer_id == other
    dealer.customer("王小红", email="wang@example.cn")
    assert read(dealer, mail()).customer_id is None  # two have it


def test_without_a_name_the_address_stands_for_it(dealer: Dealer):
    assert read(dealer, mail(sender="wang@example.cn")).person == "wang@example.cn"


def test_what_is_none_is_refused(dealer: Dealer):
    with pytest.raises(NotAMail):
        read(dealer, HTML)
    with pytest.raises(NothingSaid):
        read(dealer, mail(" ", subject=""))
    with pytest.raises(NotPermitted):
        read(dealer, mail(), "guest")
    with pytest.raises(PaperTooLarge) as refused:
        read(dealer, MAIL + b"a" * (20 * MB))
    most = parameters.PARAMETERS[parameters.FILE_SIZE].default
    assert refused.value.params == {"name": "a.eml", "most": most}


def test_the_mail_itself_is_a_paper(dealer: Dealer):
    files = ({"name": "a.eml", "content": mail()},)
    about = {"channel": ComplaintChannel.EMAIL, "files": files}
    key = register(dealer, received_at=FRIDAY - timedelta(hours=3), **about).id
    case = fetch(complaints.case, dealer.caller("service"), key)
    assert [(one.name, one.media_type) for one in case.files] == [("a.eml", "message/rfc822")]
    assert case.values["received_at"] == FRIDAY - timedelta(hours=3)
