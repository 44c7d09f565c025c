"""The monthly deck: frozen, corrected in the next, without anybody's data; and what it is told."""

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from lxml import etree
from pptx import Presentation
from pydantic import ValidationError
from typer.testing import CliRunner

from commands import app
from db.models import (
    AuditEntry,
    CauseAction,
    ComplaintDeck,
    DeckFile,
    EventKind,
    Notice,
    OrderKind,
    Severity,
)
from services import decks, verification
from services.core import clock
from services.core.access import System
from services.core.errors import NotPermitted, StaleRecord
from services.core.run import fetch, perform
from services.decks import (
    AlreadySigned,
    CommentDeck,
    FreezeDeck,
    MonthNotOver,
    NoDeck,
    SignDeck,
    TakeDeck,
    gathering,
)
from tests.dealer import Dealer
from tests.services.test_complaint_figures import story  # noqa: F401 - a fixture
from tests.services.test_complaint_filing import change_content

MAY = datetime(2026, 5, 12, 2, 0, tzinfo=UTC)
JUNE = datetime(2026, 6, 1, 1, 0, tzinfo=UTC)
"""The first of June, 9:00 where the dealer works."""
JULY = datetime(2026, 7, 1, 1, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
K = EventKind
SYSTEM = System("tests")

Story = Callable[..., int]


@pytest.fixture(autouse=True)
def in_june(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: JUNE)


def freeze(month: str = "2026-05") -> int:
    return decks.freeze_month(SYSTEM, month)


def take(
    dealer: Dealer, who: str = "director", language: str = "en", month: str = "2026-05"
) -> str:
    """All words of the presentation."""
    form = TakeDeck.model_validate({"month": month, "kind": "pptx", "language": language})
    file = perform(decks.take, dealer.caller(who), form)
    shapes = [
        shape for slide in Presentation(io.BytesIO(file.data)).slides for shape in slide.shapes
    ]
    texts = [shape.text_frame.text for shape in shapes if shape.has_text_frame]
    texts += [
        cell.text
        for shape in shapes
        if shape.has_table
        for row in shape.table.rows
        for cell in row.cells
    ]
    return "\n".join(texts)


def value(dealer: Dealer, key: int, code: str) -> Any:
    return dealer.row(ComplaintDeck, key).content["figures"]["now"][code]["value"]


def test_a_month_that_is_not_over_is_not_frozen(dealer: Dealer):
    with pytest.raises(MonthNotOver):
        freeze("2026-06")
    assert dealer.rows(ComplaintDeck) == []


@pytest.mark.parametrize(
    "month", ["", "2026", "2026-13", "2026-00", "2026-5", "9999-12", "2026-05x"]
)
def test_what_is_no_month_is_refused(month: str):
    with pytest.raises(ValidationError):
        FreezeDeck(month=month, content={})


def test_an_empty_month_has_its_deck(dealer: Dealer):
    freeze()
    words = take(dealer)
    assert "Complaints 2026-05" in words
    assert "0 complaints came in, 0 in the month before" in words


def test_frozen_figures_stay_and_the_next_deck_corrects_them(
    dealer: Dealer,
    story: Story,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
):
    """C5."""
    story((HOUR, K.ACKNOWLEDGED), (DAY, K.CLOSED), at=MAY)
    key = freeze()
    assert value(dealer, key, "CLOSURE") == 1
    story((HOUR, K.ACKNOWLEDGED), at=MAY)  # written down later
    assert freeze() == key
    assert value(dealer, key, "CLOSURE") == 1
    assert "1 complaints came in" in take(dealer)
    monkeypatch.setattr(clock, "now", lambda: JULY)
    june = dealer.row(ComplaintDeck, freeze("2026-06")).content
    corrected = {line["code"]: (line["was"], line["now"]) for line in june["corrections"]}
    assert corrected["CLOSURE"] == (1, 0.5)
    assert "2026-05, Closure rate: 100.0 % was shown, 50.0 % is right" in take(
        dealer, month="2026-06"
    )


def test_a_month_without_corrections_says_nothing(
    dealer: Dealer,
    story: Story,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
):
    """What happens in June is no correction of May."""
    story((HOUR, K.ACKNOWLEDGED), (25 * DAY, K.CLOSED), at=MAY)
    freeze()
    monkeypatch.setattr(clock, "now", lambda: JULY)
    assert dealer.row(ComplaintDeck, freeze("2026-06")).content["corrections"] == []
    assert "Corrections" not in take(dealer, month="2026-06")


def test_cases_are_told_without_anybodys_data(dealer: Dealer, story: Story):  # noqa: F811
    owner = dealer.customer("欧阳小明", phone="+8613857116209")
    car = dealer.vehicle(owner, plate="浙A12345", vin="LSVAA4182E2000009")
    key = story(
        (HOUR, K.ACKNOWLEDGED),
        (DAY, K.CLOSED),
        at=MAY,
        customer_id=owner,
        vehicle_id=car,
        words="欧阳小明说浙A12345又坏了，电话138 5711 6209，朋友的苏B7788X也一样",
        whys="没有复检\n欧阳小明催得急",
    )
    dealer.add(
        CauseAction(
            complaint_id=key, kind="corrective", what="回访 13857116209", owner_id=1,
            due_on=MAY.date(), check_on=MAY.date(),
        )
    )  # fmt: skip
    freeze()
    words = take(dealer, language="zh_CN")
    assert "又坏了" in words
    assert "回访" in words
    assert "没有复检" in words
    for secret in ("欧阳", "12345", "5711", "7788", "6209", "LSVAA"):
        assert secret not in words, secret


def test_legal_cases_are_counted_and_never_told(dealer: Dealer, story: Story):  # noqa: F811
    story((DAY, K.CLOSED), at=MAY, is_legal=True, words="诉讼", severity=Severity.L4)
    key = freeze()
    assert dealer.row(ComplaintDeck, key).content["cases"] == []
    assert "1 complaints came in" in take(dealer)
    assert "诉讼" not in take(dealer)


def test_every_slide_is_told_in_both_languages(dealer: Dealer, story: Story):  # noqa: F811
    owner = dealer.customer()
    dealer.order(owner, kind=OrderKind.REPAIR, closed_on=MAY.date())
    for serial in range(7):
        story((HOUR, K.ACKNOWLEDGED), (DAY, K.CLOSED), at=MAY + serial * HOUR)
    freeze()
    english, chinese = take(dealer), take(dealer, language="zh_CN")
    for said, gesagt in (
        ("The month in figures", "本月关键指标"),
        ("By department", "按部门"),
        ("Cases of the month (5/5)", "本月案例 (5/5)"),
        ("Actions against causes", "针对原因的措施"),
    ):
        assert said in english
        assert gesagt in chinese


def test_who_takes_it_is_written_down_with_the_digest(dealer: Dealer):
    freeze()
    take(dealer, "manager")
    entry = dealer.rows(AuditEntry)[-1]
    assert (entry.action, entry.actor_id) == ("decks:taken", dealer.user_id("manager"))
    assert len(entry.details["digest"]) == 64
    with pytest.raises(NotPermitted):
        take(dealer, "service")
    with pytest.raises(NoDeck):
        take(dealer, month="2026-04")


def test_the_same_deck_is_the_same_file(dealer: Dealer):
    freeze()
    form = TakeDeck(month="2026-05", kind="pptx", language="en")
    first, second = (perform(decks.take, dealer.caller("director"), form) for _ in range(2))
    assert first.data == second.data


@pytest.mark.parametrize(
    ("words", "left"),
    [
        ("王小明的车", "****的车"),
        ("电话+86 138 1234 5678", "电话+86 ****"),
        ("固话057112345678转3", "固话****转3"),
        ("车架号LSVAA4182E2183294", "车架号****"),
        ("沪AD12345到店", "****到店"),
        ("等了3次，花了1200元", "等了3次，花了1200元"),
    ],
)
def test_what_tells_of_somebody_is_hidden(words: str, left: str):
    assert gathering.hidden(words, ["王小明"]) == left


def test_the_command_writes_three_files_whose_digests_it_tells(dealer: Dealer, tmp_path: Path):
    folder = tmp_path / "slides"
    asked = ["export", "complaints-deck", "--month", "2026-05", "--out", str(folder)]
    done = CliRunner().invoke(app, asked)
    assert done.exit_code == 0, done.output
    assert sorted(path.suffix for path in folder.iterdir()) == [".pdf", ".pptx", ".xlsx"]
    wrong = CliRunner().invoke(app, [*asked[:3], "2026-13", *asked[4:]])
    assert wrong.exit_code == 2


# ---- what is said of it, who signs it


def comment(dealer: Dealer, who: str = "manager", *, version: int = 1, **said: str) -> int:
    words = {"about_month": "", "about_decisions": ""} | said
    form = CommentDeck(request_id=uuid4(), month="2026-05", version=version, **words)
    return perform(decks.comment, dealer.caller(who), form)


def sign(dealer: Dealer, who: str = "director", *, version: int = 1) -> int:
    form = SignDeck(request_id=uuid4(), month="2026-05", version=version)
    return perform(decks.sign, dealer.caller(who), form)


def test_what_the_editors_say_stands_on_slides_of_its_own(dealer: Dealer):
    freeze()
    before = len(fetch(decks.slides, dealer.caller("steward"), "2026-05", "en"))
    version = comment(dealer, about_month="Rain\nand hail", about_decisions="A second wash bay")
    words = take(dealer)
    assert "What the month says" in words
    assert "A second wash bay" in words
    assert len(fetch(decks.slides, dealer.caller("steward"), "2026-05", "en")) == before + 2
    comment(dealer, version=version)
    assert "What the month says" not in take(dealer)


def test_of_two_editors_the_second_is_told(dealer: Dealer):
    freeze()
    comment(dealer, about_month="first")
    with pytest.raises(StaleRecord):
        comment(dealer, "director", about_month="second")
    with pytest.raises(StaleRecord):
        sign(dealer)
    assert dealer.rows(ComplaintDeck)[0].about_month == "first"


def test_signed_nothing_changes_any_more(dealer: Dealer):
    freeze()
    with pytest.raises(NotPermitted):
        sign(dealer, "manager")
    with pytest.raises(NotPermitted):
        comment(dealer, "steward")
    version = sign(dealer)
    for again in (sign, comment):
        with pytest.raises(AlreadySigned):
            again(dealer, "director", version=version)
    view = fetch(decks.deck, dealer.caller("manager"), "2026-05")
    assert (view.signed_at, view.signed_by) == (JUNE, "director 某")
    assert "director 某" in take(dealer, "manager")


def test_a_signed_deck_is_handed_out_as_it_was(dealer: Dealer, monkeypatch: pytest.MonkeyPatch):
    freeze()
    take(dealer)
    assert dealer.rows(DeckFile) == []
    sign(dealer)
    form = TakeDeck(month="2026-05", kind="pptx", language="en")
    first = perform(decks.take, dealer.caller("director"), form)
    monkeypatch.setattr(decks.making, "made", lambda *_: b"made anew by a later version")
    second = perform(decks.take, dealer.caller("steward"), form)
    assert second.data == first.data
    [paper] = fetch(decks.deck, dealer.caller("steward"), "2026-05").papers
    assert (paper.kind, paper.language, paper.size) == ("pptx", "en", len(first.data))
    assert dealer.rows(AuditEntry)[-1].details["digest"] == paper.sha256


def test_slides_are_images_that_any_reader_of_xml_can_read(dealer: Dealer, story: Story):  # noqa: F811
    story((HOUR, K.ACKNOWLEDGED), (DAY, K.CLOSED), at=MAY, words='<b> & "1" ]]>')
    freeze()
    comment(dealer, about_month="<script>alert(1)</script> & co")
    for language in ("en", "zh_CN"):
        drawn = fetch(decks.slides, dealer.caller("manager"), "2026-05", language)
        assert len(drawn) == 12
        for picture in drawn:
            assert etree.fromstring(picture).get("width") == "1280"
            assert "<script" not in picture


# ---- what is due


def due() -> int:
    return decks.keep_up(SYSTEM)


def test_a_month_is_frozen_when_work_begins_in_the_next(
    dealer: Dealer,
    story: Story,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
):
    """The first of June 2026 is a Monday; they open at nine."""
    story((HOUR, K.ACKNOWLEDGED), at=MAY)
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 6, 1, 0, 59, tzinfo=UTC))
    assert due() == 0
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 6, 1, 1, 1, tzinfo=UTC))
    told = [dealer.user_id(who) for who in ("director", "manager", "manager2")]
    assert due() == 1 + 1
    assert due() == 0
    assert [row.month for row in dealer.rows(ComplaintDeck)] == ["2026-05"]
    assert sorted(row.user_id for row in dealer.rows(Notice)) == sorted(told)


def test_the_first_deck_is_of_the_last_month_that_is_due(
    dealer: Dealer,
    story: Story,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
):
    """In the night before work begins in July, that is May and not yet June."""
    story((HOUR, K.ACKNOWLEDGED), at=MAY)
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 7, 1, 0, 59, tzinfo=UTC))
    due()
    assert [row.month for row in dealer.rows(ComplaintDeck)] == ["2026-05"]
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 7, 1, 1, 1, tzinfo=UTC))
    due()
    assert [row.month for row in dealer.rows(ComplaintDeck)] == ["2026-05", "2026-06"]


def test_a_dealer_without_complaints_has_no_decks(dealer: Dealer):
    assert due() == 0
    assert dealer.rows(ComplaintDeck) == []


def test_after_months_of_standing_still_every_month_has_its_deck(
    dealer: Dealer,
    story: Story,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
):
    story((HOUR, K.ACKNOWLEDGED), at=MAY)
    freeze()
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 9, 20, 4, 0, tzinfo=UTC))
    due()
    months = [row.month for row in dealer.rows(ComplaintDeck)]
    assert months == ["2026-05", "2026-06", "2026-07", "2026-08"]


def test_who_signs_late_is_told_and_who_signed_is_not(
    dealer: Dealer, monkeypatch: pytest.MonkeyPatch
):
    """Frozen on Monday, to be signed by Wednesday's end."""
    freeze()
    due()
    by = fetch(decks.deck, dealer.caller("director"), "2026-05").sign_by
    assert by.astimezone(clock.SHANGHAI).date().isoformat() == "2026-06-03"
    monkeypatch.setattr(clock, "now", lambda: by)
    assert due() == 0
    monkeypatch.setattr(clock, "now", lambda: by + HOUR)
    assert due() == 1
    kinds = {row.kind for row in dealer.rows(Notice) if row.acted_at is None}
    assert kinds == {"deck_frozen", "deck_to_sign", "deck_late"}
    sign(dealer)
    over = {row.kind for row in dealer.rows(Notice) if row.acted_at is not None}
    assert over == {"deck_to_sign", "deck_late"}


def test_a_signed_deck_is_kept_in_every_form(dealer: Dealer):
    freeze()
    due()
    sign(dealer)
    assert due() == 4
    assert due() == 0
    papers = fetch(decks.deck, dealer.caller("manager"), "2026-05").papers
    assert {(one.kind, one.language) for one in papers} == {
        *(("pptx", "en"), ("pptx", "zh_CN"), ("pdf", "en"), ("pdf", "zh_CN"))
    }


def test_a_kept_deck_that_was_changed_is_named(dealer: Dealer):
    freeze()
    sign(dealer)
    take(dealer)
    [kept] = dealer.rows(DeckFile)
    assert fetch(verification.verify, SYSTEM, "papers").wrong == 0
    change_content(kept.sha256)
    [found] = fetch(verification.verify, SYSTEM, "papers").first
    assert (found.table, found.id) == ("deck_files", kept.id)
