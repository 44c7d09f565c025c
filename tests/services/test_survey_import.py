"""Lists of answered surveys through the importer: each once, by the version of their day, nobody
twice in a quarter, and taken back."""

from datetime import UTC, datetime

import pytest

from db.models import (
    Complaint,
    ItemKind,
    ResponseSource,
    RowOutcome,
    RowState,
    SurveyAnswer,
    SurveyChannel,
    SurveyItem,
    SurveyResponse,
)
from services import imports, surveys
from services.core import clock
from services.core.run import fetch
from services.imports import of_orders, of_surveys, plans
from services.imports.undo import USED
from tests.dealer import Dealer
from tests.services.test_imports import bring, check, doing, outcomes, reasons, rows_of, table
from tests.services.test_surveys import asking, do, of, on_monday

__all__ = ["asking", "on_monday"]

N, SAME, SKIP, WRONG = (RowOutcome(name) for name in ("new", "same", "skipped", "wrong"))
GOOD = {
    "survey": "csi", "surveyed_at": "2026-06-02", "phone": "13857116208", "answer_1": "9",
    "answer_2": "10", "answer_3": "9", "answer_4": "8", "answer_5": "10", "answer_6": "9",
}  # fmt: skip


@pytest.fixture
def known(asking: Dealer) -> Dealer:
    """A dealer who has a customer of whom the lists speak."""
    asking.customer("王小明", owner="service", phone="+8613857116208")
    asking.customer("李静", owner="sales", phone="+8613900001111")
    return asking


def of_list(dealer: Dealer) -> list[SurveyResponse]:
    return sorted(dealer.rows(SurveyResponse), key=lambda row: row.id)


def test_a_row_is_an_answered_survey(known: Dealer):
    more = {"answer_7": "还没想好", "answer_8": "停车位太少", "survey_channel": "微信"}
    key = bring(known, "surveys", table({**GOOD, **more}))
    assert outcomes(known, key) == [N]
    [row] = of_list(known)
    assert (row.score, row.nps, row.is_low) == (92.2, 9, False)
    assert (row.source, row.channel) == (ResponseSource.IMPORT, SurveyChannel.ONLINE)
    assert (row.store_id, row.user_id, row.task_id) == (1, None, None)
    assert row.owner_id == known.user_id("service")
    assert clock.day_of(row.at).isoformat() == "2026-06-02"
    items = {item.id: item for item in known.rows(SurveyItem)}
    said = {items[one.item_id].code: one for one in known.rows(SurveyAnswer)}
    assert len(said) == 8
    assert (said["return"].value, said["improve"].words) == (1, "停车位太少")


def test_a_list_in_gbk_of_a_survey_tool(known: Dealer, tmp_path):
    """Headings as such tools write them, in the encoding of a Chinese Excel."""
    head = "问卷名称,调查日期,车主姓名,手机,调查方式,第1题,第2题,第3题,第4题,第5题,第6题,第8题"
    lines = [
        "售后服务满意度调查（CSI）,2026-06-02,王小明,13857116208,电话回访,9,10,9,3,10,7,等待太久",
        "售后服务满意度调查（CSI）,2026-06-03,李静,13900001111,扫码,10,10,10,10,10,10,",
    ]
    data = "\r\n".join([head, *lines]).encode("gbk")
    seen = fetch(
        imports.preview,
        known.caller("manager"),
        kind="surveys",
        data=data,
        file_name="list.csv",
    )
    assert seen.encoding in {"gbk", "gb18030"}
    mapped = {column.name: column.field for column in seen.columns}
    assert mapped["问卷名称"] == "survey"
    assert (mapped["第4题"], mapped["调查日期"]) == ("answer_4", "surveyed_at")
    key = bring(known, "surveys", imports.read_table(data, "list.csv"))
    assert outcomes(known, key) == [N, N]
    assert [row.is_low for row in of_list(known)] == [True, False]
    assert of_surveys.IS_LOW in [reason[1] for reason in rows_of(known, key)[2].reasons]
    assert known.rows(Complaint) == []  # listed, and taken up by hand
    part = surveys.Part("csi", clock.today().replace(day=1), clock.today())
    assert fetch(surveys.results, known.caller("manager"), part).untreated == 1


def test_the_same_list_again_makes_nothing(known: Dealer):
    bring(known, "surveys", table(GOOD))
    key = bring(known, "surveys", table(GOOD))
    assert outcomes(known, key) == [SAME]
    assert len(of_list(known)) == 1


def test_nobody_twice_in_a_quarter_neither_on_file_nor_in_the_list(known: Dealer):
    days = ("2026-05-10", "2026-05-11", "2026-02-09", "2026-05-10")
    key = bring(known, "surveys", table(*({**GOOD, "surveyed_at": day} for day in days)))
    assert outcomes(known, key) == [N, SKIP, N, SKIP]
    assert reasons(known, key, 3)[0][1] == of_surveys.ASKED_LATELY
    assert reasons(known, key, 5)[0][1] == plans.SAME_AS
    later = {**GOOD, "survey": "nps", "surveyed_at": "2026-06-02"}
    nps = {name: value for name, value in later.items() if not name.startswith("answer_")}
    key = bring(known, "surveys", table({**nps, "answer_1": "9"}))
    assert outcomes(known, key) == [SKIP]
    assert len(of_list(known)) == 2


@pytest.mark.parametrize(
    ("more", "field", "msgid"),
    [
        ({"survey": "别的"}, "survey", of_surveys.NO_SUCH_SURVEY),
        ({"surveyed_at": "2026-06-30"}, "surveyed_at", None),
        ({"answer_1": "11"}, "answer_1", of_surveys.ON_SCALE),
        ({"answer_1": "0"}, "answer_1", of_surveys.ON_SCALE),
        ({"answer_1": "好"}, "answer_1", of_surveys.ON_SCALE),
        ({"answer_7": "也许"}, "answer_7", of_surveys.CHOSEN),
        ({"answer_9": "1"}, "answer_9", of_surveys.NO_SUCH_QUESTION),
        ({"phone": "13700000000"}, "phone", of_orders.NOBODY),
        ({"phone": ""}, "phone", of_orders.NAME_WHO),
    ],
)
def test_a_row_is_refused_with_its_reason(known: Dealer, more, field, msgid):
    key = check(known, "surveys", table({**GOOD, **more}))
    assert outcomes(known, key) == [WRONG]
    [reason] = rows_of(known, key)[2].reasons
    assert reason[0] == field
    assert msgid in {reason[1], None}


def test_what_was_left_open_is_no_fault_but_an_empty_row_is(known: Dealer):
    few = {name: GOOD[name] for name in ("survey", "surveyed_at", "phone", "answer_4")}
    key = bring(known, "surveys", table(few))
    assert outcomes(known, key) == [N]
    assert of_list(known)[0].score == 77.8  # 7 / 9 of the one that was answered
    none = {**{name: few[name] for name in ("survey", "surveyed_at")}, "phone": "13900001111"}
    key = check(known, "surveys", table({**none, "answer_1": ""}))
    assert reasons(known, key, 2) == [("answer_1", of_surveys.NOTHING_SAID)]


def test_a_customer_of_another_store_is_not_told(known: Dealer):
    known.customer("赵敏", store=2, phone="+8613711112222")
    key = check(known, "surveys", table({**GOOD, "phone": "13711112222"}))
    assert outcomes(known, key) == [SKIP]
    assert reasons(known, key, 2)[0][1] == plans.ELSEWHERE


def test_by_the_questions_of_that_day(known: Dealer, on_monday):
    csi = of(known, "csi")
    do(known, "manager", surveys.next_version, surveys.NextVersion, survey_id=csi.id)
    draft = of(known, "csi")
    first = surveys.ItemForm(code="quality", kind=ItemKind.SCALE, wording="质量", weight=1)
    do(
        known, "manager", surveys.edit, surveys.EditSurvey, survey_id=draft.id,
        version=draft.version, name=draft.name, items=(first,),
    )  # fmt: skip
    draft = of(known, "csi")
    do(
        known, "director", surveys.approve, surveys.ApproveSurvey, survey_id=draft.id,
        version=draft.version, from_on=clock.today(),
    )  # fmt: skip
    on_monday[0] = datetime(2026, 9, 20, 2, 0, tzinfo=UTC)
    short = {name: GOOD[name] for name in ("survey", "phone", "answer_1")}
    rows = [{**short, "surveyed_at": day} for day in ("2026-03-01", "2026-06-01", "2026-09-10")]
    bring(known, "surveys", table(*rows))
    assert [row.survey_id for row in of_list(known)] == [csi.id, csi.id, draft.id]


def test_taken_back_unless_somebody_took_it_up(known: Dealer):
    bad = {**GOOD, "phone": "13900001111", "answer_1": "2"}
    key = bring(known, "surveys", table(GOOD, bad))
    low = next(row for row in of_list(known) if row.is_low)
    do(known, "manager", surveys.raise_complaint, surveys.RaiseComplaint, response_id=low.id)
    imports.undo_all(doing(known), key)
    assert [row.id for row in of_list(known)] == [low.id]
    states = {number: row.state for number, row in rows_of(known, key).items()}
    assert states == {2: RowState.REVERSED, 3: RowState.KEPT}
    assert USED in [reason[1] for reason in rows_of(known, key)[3].reasons]
    assert {one.response_id for one in known.rows(SurveyAnswer)} == {low.id}
    again = bring(known, "surveys", table(GOOD))
    assert outcomes(known, again) == [N]


def test_the_template_says_how(known: Dealer):
    file = fetch(imports.template, known.caller("manager"), "surveys", "zh_CN")
    what = imports.read_table(file.data, file.name)
    assert len(what.columns) == len(of_surveys.FIELDS)
    key = check(known, "surveys", what)
    assert rows_of(known, key)[2].reasons == []
