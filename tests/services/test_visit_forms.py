"""Visit forms and promises: one transaction, scored, corrected for a day, followed up."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from pydantic import ValidationError

from db.models import (
    AuditEntry,
    CallAttempt,
    CallResult,
    Notice,
    Promise,
    PromiseState,
    Revision,
    StoredFile,
    TaskState,
    Touch,
    TouchKind,
    Trigger,
    VisitForm,
    VisitKind,
    VisitPaper,
    VisitTask,
)
from services import promises, sweeping, visits
from services.complaints.promising import PromisedPast
from services.core import clock
from services.core.access import System
from services.core.errors import NotFound, NotPermitted, StaleRecord
from services.core.run import fetch, perform
from services.promises import making
from services.visits import FeedbackCode, calling, printing, writing
from tests.dealer import Dealer
from tests.services.complaint_deeds import laid
from tests.services.test_visits import planned

MONDAY = datetime(2026, 6, 8, 8, 0, tzinfo=UTC)
"""16:00 where the dealer works."""
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
SYSTEM = System("tests")
PHOTO = {"name": "院子.jpg", "content": b"\xff\xd8\xff yard"}
ANSWERS = {
    "needs": "车队计划年底再添两台厢式货车",
    "rivals": "对面的店交车只要三天，还送首保",
    "gap": "我们的备件到货要等一个星期",
    "improvement": "常用备件先备到店里，周五前报数量",
    "feedback": "对上次的保养速度很满意，嫌价格高",
    "strategy": "每月上门检查一次，主动报保养计划",
}
SEEN = (date(2026, 1, 1), date(2026, 12, 31))


@pytest.fixture(autouse=True)
def on_monday(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    now = [MONDAY]
    monkeypatch.setattr(clock, "now", lambda: now[0])
    return now


def a_visit(dealer: Dealer, who: str = "sales", **more: Any) -> int:
    return planned(dealer, who, kind=VisitKind.VISIT, **more)


def values(task: int, version: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "request_id": uuid4(),
        "task_id": task,
        "version": version,
        "visited_place": "城东物流园",
        "started_at": clock.now() - 2 * HOUR,
        "ended_at": clock.now() - HOUR,
        "met": "车队队长",
        "improve_on": date(2026, 6, 12),
        "next_on": date(2026, 7, 8),
        "next_purpose": "看新车报价",
        **ANSWERS,
        **more,
    }


def write(dealer: Dealer, task: int, who: str = "sales", **more: Any) -> Any:
    form = visits.WriteForm(**values(task, **more))
    return perform(visits.write_form, dealer.caller(who), form)


def correct(dealer: Dealer, form_id: int, who: str = "sales", **more: Any) -> Any:
    told = {
        key: value for key, value in values(1).items() if key in visits.CorrectForm.model_fields
    }
    told |= {"form_id": form_id, "version": dealer.row(VisitForm, form_id).version, **more}
    return perform(visits.correct_form, dealer.caller(who), visits.CorrectForm(**told))


# ---- written


def test_the_form_is_the_result_of_the_visit_in_one_go(dealer: Dealer):
    """V19, V20, V30: timeline, next contact, promise and photo come with it."""
    task = a_visit(dealer)
    receipt = write(
        dealer,
        task,
        companion_id=dealer.user_id("service"),
        codes=("intent", "price", "intent"),
        promise="周五前给报价",
        promised_at=MONDAY + 4 * DAY,
        files=(PHOTO, PHOTO),
    )
    assert (receipt.quality, receipt.state) == (12, TaskState.DONE)
    [row] = dealer.rows(VisitForm)
    assert row.number == f"BF-{dealer.user_id('sales'):03d}-0001"
    assert row.codes == ["intent", "price"]
    [touch] = dealer.rows(Touch)
    assert (touch.kind, touch.at) == (TouchKind.VISIT, MONDAY - HOUR)
    assert ANSWERS["needs"] in touch.summary
    [attempt] = dealer.rows(CallAttempt)
    assert (attempt.result, attempt.touch_id) == (CallResult.CONNECTED, touch.id)
    [agreed] = [one for one in dealer.rows(VisitTask) if one.trigger is Trigger.NEXT_DATE]
    assert (agreed.purpose, agreed.due_from) == ("看新车报价", date(2026, 7, 8))
    [promised] = dealer.rows(Promise)
    assert (promised.what, promised.task_id) == ("周五前给报价", task)
    assert [paper.name for paper in dealer.rows(VisitPaper)] == ["院子.jpg"]
    told = [one.action for one in dealer.rows(AuditEntry) if one.action.startswith("visits:w")]
    assert told == ["visits:written"]


def test_each_person_has_a_book_of_his_own(dealer: Dealer):
    numbers = [write(dealer, a_visit(dealer)).number for _ in range(2)]
    other = write(dealer, a_visit(dealer, "service"), "service").number
    assert [number[-4:] for number in (*numbers, other)] == ["0001", "0002", "0001"]
    assert other.split("-")[1] != numbers[0].split("-")[1]


@pytest.mark.parametrize(
    ("form", "refusal"),
    [
        ({"next_on": None, "next_purpose": None}, calling.NextMissing),
        ({"next_purpose": None}, writing.PurposeMissing),
        ({"next_on": date(2026, 6, 8)}, calling.NextPast),
        ({"ended_at": MONDAY + HOUR}, writing.VisitAhead),
        ({"started_at": MONDAY}, writing.VisitTurned),
        ({"started_at": MONDAY - 3 * DAY}, writing.VisitTurned),
        ({"improve_on": date(2026, 6, 7)}, writing.ImprovedBefore),
        ({"companion_id": 10_000}, writing.NoCompanion),
        ({"promise": "送一次检查"}, making.PromiseIncomplete),
        ({"promise": "送一次检查", "promised_at": MONDAY - HOUR}, PromisedPast),
    ],
)
def test_what_is_refused_leaves_nothing(dealer: Dealer, form: dict[str, Any], refusal: Any):
    task = a_visit(dealer)
    with pytest.raises(refusal):
        write(dealer, task, files=(PHOTO,), **form)
    assert dealer.row(VisitTask, task).state is TaskState.PLANNED
    for model in (VisitForm, VisitPaper, Promise, Touch, CallAttempt, StoredFile):
        assert dealer.rows(model) == [], model


@pytest.mark.parametrize("name", visits.ANSWERS)
def test_none_of_the_six_is_left_empty(name: str):
    with pytest.raises(ValidationError):
        visits.WriteForm(**values(1, **{name: "  "}))


def test_nothing_more_follows_with_a_reason(dealer: Dealer):
    task = a_visit(dealer)
    write(dealer, task, next_on=None, next_purpose=None, no_more="车队已解散")
    assert dealer.row(VisitTask, task).reason == "车队已解散"
    assert [one.state for one in dealer.rows(VisitTask)] == [TaskState.DONE]


def test_a_call_has_no_form_and_a_visit_no_other_result(dealer: Dealer):
    with pytest.raises(writing.NoVisit):
        write(dealer, planned(dealer, "sales"))
    task = a_visit(dealer)
    form = visits.RecordCall(
        request_id=uuid4(), task_id=task, version=1, result=CallResult.CONNECTED, words="见了",
        no_more="没有了",
    )  # fmt: skip
    with pytest.raises(calling.FormNeeded):
        perform(visits.record_call, dealer.caller("sales"), form)
    nobody = form.model_copy(update={"result": CallResult.NO_ANSWER, "request_id": uuid4()})
    perform(visits.record_call, dealer.caller("sales"), nobody)
    assert dealer.row(VisitTask, task).attempts == 1


def test_sent_twice_it_is_written_once_and_stale_not_at_all(dealer: Dealer):
    task = a_visit(dealer)
    with pytest.raises(StaleRecord):
        write(dealer, task, version=7)
    form = visits.WriteForm(**values(task))
    for _twice in range(2):
        perform(visits.write_form, dealer.caller("sales"), form)
    with pytest.raises(calling.TaskEnded):
        write(dealer, task)
    assert len(dealer.rows(VisitForm)) == 1


def test_anothers_visit_is_not_mine_to_write_about(dealer: Dealer):
    task = a_visit(dealer, "service")
    with pytest.raises(NotPermitted):
        write(dealer, task, "sales")
    with pytest.raises(NotFound):
        write(dealer, task, "sales2")
    write(dealer, task, "manager")
    assert dealer.rows(VisitForm)[0].writer_id == dealer.user_id("manager")


# ---- how good


def test_copied_words_lower_the_quality(dealer: Dealer):
    """B5."""
    first = write(dealer, a_visit(dealer))
    copied = write(dealer, a_visit(dealer))
    own = write(dealer, a_visit(dealer, "service"), "service")
    assert (first.quality, copied.quality, own.quality) == (12, 6, 12)
    assert fetch(visits.visit_form, dealer.caller("sales"), copied.id).quality == 1.0
    [sales, service] = sorted(
        fetch(visits.books, dealer.caller("manager"), *SEEN), key=lambda line: line.forms
    )[::-1]
    assert (sales.forms, sales.quality, service.quality) == (2, 1.5, 2.0)


def test_a_form_handed_in_days_later_is_late(dealer: Dealer):
    on_time = write(dealer, a_visit(dealer))
    late = write(
        dealer, a_visit(dealer), started_at=MONDAY - 3 * DAY, ended_at=MONDAY - 3 * DAY + HOUR
    )
    found = fetch(visits.forms, dealer.caller("sales"), *SEEN, dealer.user_id("sales"))
    assert {line.id: line.is_late for line in found} == {on_time.id: False, late.id: True}
    [book] = fetch(visits.books, dealer.caller("sales"), *SEEN)
    assert (book.forms, book.late) == (2, 1)
    assert fetch(visits.books, dealer.caller("sales2"), *SEEN) == []


# ---- corrected, followed up


def test_its_writer_corrects_it_for_a_day_and_it_stands_afterwards(
    dealer: Dealer, on_monday: list[datetime]
):
    """V39."""
    form = write(dealer, a_visit(dealer))
    receipt = correct(dealer, form.id, gap="好")
    row = dealer.row(VisitForm, form.id)
    assert (row.gap, row.marks["gap"], receipt.quality) == ("好", 1, 11)
    [was] = [one for one in dealer.rows(Revision) if one.field == "gap"]
    assert (was.old, was.new) == (ANSWERS["gap"], "好")
    with pytest.raises(NotPermitted):
        correct(dealer, form.id, "manager")
    with pytest.raises(StaleRecord):
        correct(dealer, form.id, version=1)
    assert fetch(visits.visit_form, dealer.caller("sales"), form.id).open_until == MONDAY + DAY
    on_monday[0] = MONDAY + DAY + timedelta(seconds=1)
    with pytest.raises(writing.FormStands):
        correct(dealer, form.id, ended_at=MONDAY - HOUR, started_at=MONDAY - 2 * HOUR)
    assert fetch(visits.visit_form, dealer.caller("sales"), form.id).open_until is None


def test_what_is_to_be_improved_is_followed_through(dealer: Dealer, on_monday: list[datetime]):
    first, second = (write(dealer, a_visit(dealer)) for _ in range(2))

    def improve(form_id: int, version: int = 1) -> None:
        told = visits.NoteImprovement(
            request_id=uuid4(), form_id=form_id, version=version, outcome="备件到店"
        )
        perform(visits.note_improvement, dealer.caller("sales"), told)

    with pytest.raises(StaleRecord):
        improve(first.id, 5)
    on_monday[0] = MONDAY + 2 * DAY
    improve(first.id)
    on_monday[0] = MONDAY + 6 * DAY
    with pytest.raises(writing.ImprovedAlready):
        improve(first.id, 2)
    improve(second.id)  # its day was the 12th
    [book] = fetch(visits.books, dealer.caller("sales"), *SEEN)
    assert (book.due, book.followed) == (2, 1)


# ---- on paper


def test_the_paper_form_says_it_all(dealer: Dealer):
    form = write(dealer, a_visit(dealer), codes=("need",), files=(PHOTO,))
    told = fetch(visits.visit_form, dealer.caller("sales"), form.id)
    record = printing.record(told, "sales")
    said = str(record)
    for words in (form.number, "LC 16.06.302.02", *ANSWERS.values(), "看新车报价", "有需求"):
        assert words in said
    assert told.codes == (FeedbackCode.NEED,)
    file = perform(visits.take_form, dealer.caller("sales"), visits.TakeForm(form_id=form.id))
    assert file.data.startswith(b"%PDF-")
    paper = told.papers[0].id
    take = visits.TakePaper(file_id=paper)
    assert perform(visits.take_paper, dealer.caller("sales"), take).data == PHOTO["content"]
    with pytest.raises(NotFound):
        perform(visits.take_paper, dealer.caller("sales2"), take)


# ---- promises


def promise(dealer: Dealer, who: str = "sales", **more: Any) -> int:
    key = more.pop("customer_id", None) or dealer.customer(owner=who)
    form = promises.MakePromise(
        request_id=uuid4(), customer_id=key, promise="周三前回电",
        promised_at=more.pop("promised_at", MONDAY + 2 * DAY), **more,
    )  # fmt: skip
    return perform(promises.make, dealer.caller(who), form)


def close(dealer: Dealer, key: int, who: str = "sales", **more: Any) -> None:
    told = {"version": 1, "state": "kept", "told_by": "call", "reply": "已告知报价", **more}
    form = promises.ClosePromise(request_id=uuid4(), promise_id=key, **told)
    perform(promises.close, dealer.caller(who), form)


def test_a_promise_is_noted_with_a_call_and_shown_at_the_next(dealer: Dealer):
    key = dealer.customer(owner="service")
    task, later = planned(dealer, customer_id=key), planned(dealer, customer_id=key)
    form = visits.RecordCall(
        request_id=uuid4(), task_id=task, version=1, result=CallResult.CONNECTED, words="问价格",
        no_more="等报价", promise="今天给报价", promised_at=MONDAY + 2 * HOUR,
    )  # fmt: skip
    perform(visits.record_call, dealer.caller("service"), form)
    [owed] = fetch(visits.call, dealer.caller("service"), later).owed
    assert (owed.what, owed.owner_id) == ("今天给报价", dealer.user_id("service"))


def test_the_register_holds_both_kinds_the_most_overdue_first(
    dealer: Dealer, on_monday: list[datetime]
):
    mine, later = promise(dealer), promise(dealer, promised_at=MONDAY + 5 * DAY)
    key = dealer.customer(owner="sales")
    laid(dealer, customer_id=key, promised_at=MONDAY + DAY)
    on_monday[0] = MONDAY + 3 * DAY
    found = fetch(promises.register, dealer.caller("manager"))
    assert [line.promise_id for line in found.lines] == [None, mine, later]
    assert [line.is_late for line in found.lines] == [True, True, False]
    assert (found.open, found.late) == (3, 2)
    own = fetch(promises.register, dealer.caller("service"), promises.Kept.MINE)
    assert [line.promise_id for line in own.lines if line.promise_id] == []
    assert fetch(promises.register, dealer.caller("sales2")).lines == []
    assert [line.number for line in fetch(promises.of_customer, dealer.caller("sales"), key)]


def test_it_is_closed_with_what_the_customer_was_told(dealer: Dealer):
    """V11: who, when, how, in which words."""
    key = promise(dealer)
    with pytest.raises(NotPermitted):
        close(dealer, key, "service")
    with pytest.raises(StaleRecord):
        close(dealer, key, version=3)
    with pytest.raises(making.NothingBecame):
        close(dealer, key, state="open")
    with pytest.raises(making.ToldAhead):
        close(dealer, key, told_at=MONDAY + HOUR)
    close(dealer, key, told_at=MONDAY - HOUR)
    row = dealer.row(Promise, key)
    assert (row.state, row.told_by, row.reply) == (PromiseState.KEPT, TouchKind.CALL, "已告知报价")
    assert (row.closed_by_id, row.told_at) == (dealer.user_id("sales"), MONDAY - HOUR)
    with pytest.raises(making.PromiseClosed):
        close(dealer, key)
    shown = fetch(
        promises.register, dealer.caller("sales"), promises.Kept.ALL, promises.Standing.CLOSED
    )
    assert [line.promise_id for line in shown.lines] == [key]


def test_who_owes_it_is_told_before_and_whoever_leads_afterwards(
    dealer: Dealer, on_monday: list[datetime]
):
    key = promise(dealer)
    duty = sweeping.DUTIES["promises"].do
    assert duty(SYSTEM) == 0
    on_monday[0] = MONDAY + DAY + HOUR
    assert (duty(SYSTEM), duty(SYSTEM)) == (1, 0)
    [notice] = dealer.rows(Notice)
    assert notice.user_id == dealer.user_id("sales")
    on_monday[0] = MONDAY + 3 * DAY
    duty(SYSTEM)
    told = {one.user_id for one in dealer.rows(Notice) if one.cause.endswith(":late")}
    assert told >= {dealer.user_id("sales"), dealer.user_id("manager")}
    close(dealer, key)
    assert all(one.acted_at for one in dealer.rows(Notice))


def test_only_who_leads_promises_for_others(dealer: Dealer):
    with pytest.raises(NotPermitted):
        promise(dealer, owner_id=dealer.user_id("service"))
    with pytest.raises(making.NotAKeeper):
        promise(dealer, "manager", owner_id=dealer.user_id("sales2"))
    with pytest.raises(PromisedPast):
        promise(dealer, promised_at=MONDAY)
    key = promise(dealer, "manager", owner_id=dealer.user_id("service"))
    assert dealer.row(Promise, key).owner_id == dealer.user_id("service")
