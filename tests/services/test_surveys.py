"""Surveys: versions that nobody edits any more, answers written down with the call, bad ones taken
up at once."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from pydantic import ValidationError
from sqlmodel import select

from db.engine import write_transaction
from db.models import (
    AuditEntry,
    Cadence,
    CallAttempt,
    CallResult,
    Complaint,
    ComplaintChannel,
    ComplaintKind,
    Heading,
    ItemKind,
    Lifecycle,
    OrderKind,
    Role,
    Survey,
    SurveyAnswer,
    SurveyItem,
    SurveyKind,
    SurveyResponse,
    SurveyState,
    TaskState,
    Touch,
    Trigger,
    User,
    VisitTask,
)
from services import complaints, kpi, surveys, sweeping, visits
from services.complaints import registering
from services.core import audit, clock
from services.core.access import System
from services.core.errors import NotFound, NotPermitted, RequestReused, StaleRecord
from services.core.run import fetch, perform
from services.surveys import answering, versions, wording
from services.surveys.results import SurveyEndsEarly
from services.surveys.versions import NoSuchSurvey
from services.visits import calling
from tests.dealer import Dealer, as_system
from tests.nasty import Case, cases
from tests.services.complaint_deeds import laid
from tests.services.test_nasty_commands import faults

MONDAY = datetime(2026, 6, 8, 2, 0, tzinfo=UTC)
DAY = timedelta(days=1)
GOOD = {"appointment": 9, "reception": 10, "explained": 9, "waiting": 8, "quality": 10}
REACHED: dict[str, Any] = {"words": "用车正常", "next_on": date(2026, 12, 8), "seconds": 90}


@pytest.fixture(autouse=True)
def on_monday(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The moment, which a test may set: `on_monday[0] = …`."""
    now = [MONDAY]
    monkeypatch.setattr(clock, "now", lambda: now[0])
    return now


def do(dealer: Dealer, who: str, command: Any, model: Any, **values: Any) -> Any:
    form = model(request_id=values.pop("request_id", None) or uuid4(), **values)
    return perform(command, dealer.caller(who), form)


def adopted(dealer: Dealer) -> int:
    return do(dealer, "manager", surveys.adopt, surveys.AdoptSurveys)


def of(dealer: Dealer, code: str, number: int | None = None) -> Any:
    """The latest version of a survey, or the one with a number."""
    found = [one for one in fetch(surveys.surveys, dealer.caller("director")) if one.code == code]
    return next(one for one in found if number in {None, one.number})


def approved(dealer: Dealer, code: str, who: str = "director", **more: Any) -> Any:
    line = of(dealer, code)
    values = {"survey_id": line.id, "version": line.version, "from_on": clock.today(), **more}
    do(dealer, who, surveys.approve, surveys.ApproveSurvey, **values)
    return of(dealer, code)


@pytest.fixture
def asking(dealer: Dealer) -> Dealer:
    """A dealer whose rules of contact and surveys are in force since May."""
    do(dealer, "director", visits.adopt, visits.AdoptCadences)
    adopted(dealer)
    with write_transaction() as session:
        as_system(session)
        rows = [
            *session.execute(select(Cadence)).scalars(),
            *session.execute(select(Survey)).scalars(),
        ]
        for row in rows:
            row.state, row.from_on = "approved", date(2026, 5, 1)
        audit.record(session, as_system(session), audit.Action.DATA_LOADED, "surveys")
    return dealer


def repaired(dealer: Dealer, **customer: Any) -> int:
    """A customer whose car was repaired; the contact that follows."""
    key = dealer.customer(owner="service", lifecycle=Lifecycle.EXISTING, **customer)
    return contact(dealer, key)


def contact(dealer: Dealer, key: int) -> int:
    order = dealer.order(key, kind=OrderKind.REPAIR, closed_on=clock.today() - 2 * DAY)
    sweeping.DUTIES["visits"].do(System("tests"))
    return next(one.id for one in dealer.rows(VisitTask) if one.order_id == order)


def answers(form: Any, **values: Any) -> tuple[surveys.Answer, ...]:
    """Of a questionnaire, by the codes of its questions: numbers or words."""
    items = {item.code: item for item in form.items}
    return tuple(
        surveys.Answer(
            item_id=items[code].id,
            **({"words": said} if isinstance(said, str) else {"value": said}),
        )
        for code, said in values.items()
    )


def call(dealer: Dealer, task: int, who: str = "service", **values: Any) -> Any:
    """Reach somebody, and write down what he answered to the survey of the contact."""
    form = fetch(visits.call, dealer.caller(who), task).asking.form
    more: dict[str, Any] = {"version": dealer.row(VisitTask, task).version, **REACHED}
    more["result"] = values.pop("result", CallResult.CONNECTED)
    if form is not None:
        more |= {"survey_id": form.id, "answers": answers(form, **values)}
    return do(dealer, who, visits.record_call, visits.RecordCall, task_id=task, **more)


# ---- versions


def test_delivered_ones_are_taken_over_once_and_as_drafts(dealer: Dealer):
    assert (adopted(dealer), adopted(dealer)) == (3, 0)
    found = fetch(surveys.surveys, dealer.caller("service"))
    assert {one.code for one in found} == {"ssi", "csi", "nps"}
    assert all(one.state is SurveyState.DRAFT and one.items for one in found)
    assert not any(one.may_approve for one in found)  # he does not lead
    known = {row.code for row in dealer.rows(Heading)}
    assert {item.heading for one in found for item in one.items} <= known | {""}
    assert all(item.wording and item.wording_en for one in found for item in one.items)


def test_a_draft_is_approved_and_never_edited_again(dealer: Dealer):
    adopted(dealer)
    line = approved(dealer, "csi")
    assert (line.state, line.from_on, line.approver) == (
        SurveyState.APPROVED,
        clock.today(),
        dealer.actor("director").name,
    )
    for command, kind, more in (
        (surveys.edit, surveys.EditSurvey, {"name": "x", "items": forms_of(line)}),
        (surveys.approve, surveys.ApproveSurvey, {"from_on": clock.today()}),
    ):
        with pytest.raises(versions.SurveyNotADraft):
            do(dealer, "director", command, kind, survey_id=line.id, version=line.version, **more)


def forms_of(line: Any, **changes: Any) -> tuple[surveys.ItemForm, ...]:
    names = surveys.ItemForm.model_fields
    return tuple(
        surveys.ItemForm(
            **{name: getattr(item, name) for name in names if name != "choices"}
            | {"choices": surveys.choices_text(item.choices)}
            | changes.get(item.code, {})
        )
        for item in line.items
    )


def test_a_later_version_takes_the_place_of_the_one_before(
    dealer: Dealer, on_monday: list[datetime]
):
    adopted(dealer)
    first = approved(dealer, "csi")
    made = do(dealer, "manager", surveys.next_version, surveys.NextVersion, survey_id=first.id)
    with pytest.raises(versions.DraftThere):
        do(dealer, "manager", surveys.next_version, surveys.NextVersion, survey_id=first.id)
    draft = of(dealer, "csi")
    assert (draft.id, draft.number, draft.state) == (made.id, 2, SurveyState.DRAFT)
    assert [item.code for item in draft.items] == [item.code for item in first.items]
    values = {"name": draft.name, "items": forms_of(draft, waiting={"weight": 40})[::-1]}
    do(
        dealer, "manager", surveys.edit, surveys.EditSurvey,
        survey_id=draft.id, version=draft.version, **values,
    )  # fmt: skip
    changed = of(dealer, "csi")
    assert [item.code for item in changed.items] == [item.code for item in first.items][::-1]
    assert next(item.weight for item in changed.items if item.code == "waiting") == 40
    approved(dealer, "csi", from_on=clock.today() + 3 * DAY)
    before = of(dealer, "csi", 1)
    assert (before.state, before.until_on) == (SurveyState.APPROVED, clock.today() + 2 * DAY)
    for days, number in ((0, 1), (2, 1), (3, 2)):
        with write_transaction() as session:
            as_system(session)
            there = versions.in_force(session, "csi", clock.today() + days * DAY)
            assert there is not None
            assert there.number == number


def test_nobody_approves_what_he_wrote_while_somebody_else_could(dealer: Dealer):
    adopted(dealer)
    line = approved(dealer, "csi")
    do(dealer, "director", surveys.next_version, surveys.NextVersion, survey_id=line.id)
    draft = of(dealer, "csi")
    assert not draft.may_approve
    with pytest.raises(versions.OwnSurvey):
        approved(dealer, "csi")
    [entry] = [row for row in dealer.rows(AuditEntry) if row.action == "access:denied"]
    assert "approve" in str(entry.details)
    with write_transaction() as session:  # nobody else leads any more
        actor = as_system(session)
        for user in session.execute(select(User)).scalars():
            user.is_active = (
                user.is_active
                and (user.role is not Role.MANAGER and user.role is not Role.DIRECTOR)
            ) or user.username == "director"
        audit.record(session, actor, audit.Action.USERS_EDITED, "users")
    assert of(dealer, "csi").may_approve
    assert approved(dealer, "csi").state is SurveyState.APPROVED


def test_whoever_edits_is_its_author(dealer: Dealer):
    adopted(dealer)
    draft = of(dealer, "nps")
    values = {"survey_id": draft.id, "version": draft.version, "name": "推荐"}
    do(dealer, "manager", surveys.edit, surveys.EditSurvey, items=forms_of(draft), **values)
    with pytest.raises(versions.OwnSurvey):
        approved(dealer, "nps", "manager")
    with pytest.raises(StaleRecord):
        do(dealer, "manager", surveys.edit, surveys.EditSurvey, items=forms_of(draft), **values)
    assert approved(dealer, "nps").author == dealer.actor("manager").name


def test_a_day_that_has_passed_and_one_that_ends(dealer: Dealer):
    adopted(dealer)
    with pytest.raises(versions.AskedFromPast):
        approved(dealer, "csi", from_on=clock.today() - DAY)
    line = approved(dealer, "csi")
    values = {"survey_id": line.id, "version": line.version}
    do(dealer, "manager", surveys.retire, surveys.WorkOnSurvey, **values)
    assert (of(dealer, "csi").state, of(dealer, "csi").until_on) == (
        SurveyState.RETIRED,
        clock.today(),
    )
    with pytest.raises(StaleRecord):
        do(dealer, "manager", surveys.retire, surveys.WorkOnSurvey, **values)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"waiting": {"kind": ItemKind.TEXT, "weight": 0}}, wording.KindIsFixed),
        ({"return": {"choices": "会|Yes\n不会|No"}}, wording.ChoicesGone),
        ({"return": {"choices": "会|Yes"}}, wording.ChoicesMissing),
        ({"improve": {"weight": 5}}, wording.CannotCount),
        ({"waiting": {"code": "quality"}}, wording.ItemTwice),
        ({"waiting": {"code": "", "kind": ItemKind.NPS}}, wording.RecommendsTwice),
        ({"waiting": {"heading": "nowhere"}}, wording.NoSuchHeading),
    ],
)
def test_questions_that_cannot_be_told_are_refused(dealer: Dealer, changes: Any, refusal: Any):
    adopted(dealer)
    line = approved(dealer, "csi")
    do(dealer, "manager", surveys.next_version, surveys.NextVersion, survey_id=line.id)
    draft = of(dealer, "csi")
    values = {"survey_id": draft.id, "version": draft.version, "name": draft.name}
    with pytest.raises(refusal):
        do(
            dealer, "manager", surveys.edit, surveys.EditSurvey,
            items=forms_of(draft, **changes), **values,
        )  # fmt: skip
    assert of(dealer, "csi").version == draft.version


def test_a_survey_of_ones_own_counts_or_is_not_approved(dealer: Dealer):
    begun = {"kind": SurveyKind.CSI, "name": "展会调研"}
    do(dealer, "manager", surveys.begin, surveys.BeginSurvey, **begun)
    draft = of(dealer, "own1")
    values = {"survey_id": draft.id, "version": draft.version, "name": draft.name}
    items = (surveys.ItemForm(kind=ItemKind.TEXT, wording="您从哪里知道我们？"),)
    do(dealer, "manager", surveys.edit, surveys.EditSurvey, items=items, **values)
    with pytest.raises(wording.NothingCounts):
        approved(dealer, "own1")
    do(dealer, "manager", surveys.begin, surveys.BeginSurvey, **begun)
    assert of(dealer, "own2").number == 1


@pytest.mark.parametrize("case", cases("formula", "xss", "unicode", "size"), ids=lambda c: c.id)
def test_what_is_typed_is_clean_or_refused_in_words(case: Case):
    """Questions and answers stand within a form: each of their texts, whatever it is."""
    made = (
        lambda text: surveys.Answer(item_id=1, words=text).words,
        lambda text: surveys.ItemForm(kind=ItemKind.TEXT, wording=text).wording,
        lambda text: surveys.ItemForm(kind=ItemKind.TEXT, wording="x", wording_en=text).wording_en,
        lambda text: surveys.ItemForm(kind=ItemKind.CHOICE, wording="x", choices=text).choices,
        lambda text: surveys.ItemForm(kind=ItemKind.TEXT, wording="x", heading=text).heading,
    )
    for make in made:
        try:
            kept = make(case.text)
        except ValidationError as refused:
            wordless = [error for error in refused.errors() if "template" not in error["ctx"]]
        else:
            wordless = faults(kept)
        assert wordless == []


# ---- asked and answered at the call


def test_a_good_answer_is_written_down_with_the_call(asking: Dealer):
    task = repaired(asking)
    receipt = call(asking, task, **GOOD, recommend=9, improve="停车位多一些")
    assert receipt.raised is None
    [row] = asking.rows(SurveyResponse)
    # 100 * (15*8/9 + 15*9/9 + 15*8/9 + 20*7/9 + 35*9/9) / 100 = 92.22
    assert (row.score, row.nps, row.is_low) == (92.2, 9, False)
    one = asking.row(VisitTask, task)
    assert (row.task_id, row.customer_id, row.store_id, row.owner_id, row.user_id) == (
        task,
        one.customer_id,
        one.store_id,
        one.owner_id,
        asking.user_id("service"),
    )
    said = {row.item_id: row for row in asking.rows(SurveyAnswer)}
    assert len(said) == 7
    assert "停车位多一些" in [row.words for row in said.values()]
    assert len([row for row in asking.rows(AuditEntry) if row.action == "surveys:answered"]) == 1
    assert "停车位" not in str([row.details for row in asking.rows(AuditEntry)])
    assert asking.rows(Complaint) == []


def test_a_bad_answer_is_a_complaint_of_the_caller_in_the_same_deed(asking: Dealer):
    receipt = call(asking, repaired(asking), **{**GOOD, "waiting": 3}, recommend=8)
    [complaint] = asking.rows(Complaint)
    assert receipt.raised.number == complaint.number
    assert complaint.first_responder_id == asking.user_id("service")
    assert complaint.handler_id == complaint.accountable_id == asking.user_id("service")
    assert complaint.channel is ComplaintChannel.RETURN_VISIT
    assert complaint.kind is ComplaintKind.GRUMBLE
    heading = asking.row(Heading, complaint.category_id)
    assert heading.code == "time.waiting"
    assert "3/10" in complaint.words
    assert "用车正常" in complaint.words
    [row] = asking.rows(SurveyResponse)
    assert (row.is_low, row.complaint_id) == (True, complaint.id)
    case = fetch(complaints.case, asking.caller("service"), complaint.id)
    assert case.number == complaint.number


@pytest.mark.parametrize(
    ("changes", "recommend", "is_low"),
    [
        ({}, 9, False),
        ({}, 7, False),
        ({}, 6, True),  # a detractor
        ({"quality": 7}, 9, False),
        ({"quality": 6}, 9, True),
    ],
)
def test_what_is_bad_is_the_groups_rule(asking: Dealer, changes: Any, recommend: int, is_low: bool):
    call(asking, repaired(asking), **{**GOOD, **changes}, recommend=recommend)
    assert [row.is_low for row in asking.rows(SurveyResponse)] == [is_low]
    assert len(asking.rows(Complaint)) == is_low


def test_who_waits_for_an_answer_gets_no_second_case(asking: Dealer):
    task = repaired(asking)
    there = laid(asking, customer_id=asking.row(VisitTask, task).customer_id)
    receipt = call(asking, task, **{**GOOD, "quality": 1}, recommend=0)
    assert receipt.raised.complaint_id == there
    assert len(asking.rows(Complaint)) == 1


def test_nobody_is_surveyed_twice_in_a_quarter(asking: Dealer, on_monday: list[datetime]):
    task = repaired(asking)
    customer = asking.row(VisitTask, task).customer_id
    form = fetch(visits.call, asking.caller("service"), task).asking.form
    call(asking, task, **GOOD, recommend=9)
    on_monday[0] = MONDAY + 89 * DAY
    again = contact(asking, customer)
    shown = fetch(visits.call, asking.caller("service"), again).asking
    assert (shown.form, shown.rests_until) == (None, clock.today() + DAY)
    with pytest.raises(answering.AskedLately):  # it was shown before, and comes late
        do(
            asking, "service", visits.record_call, visits.RecordCall, task_id=again,
            version=asking.row(VisitTask, again).version, result=CallResult.CONNECTED,
            survey_id=form.id, answers=answers(form, **GOOD, recommend=9),
            **REACHED,
        )  # fmt: skip
    assert asking.row(VisitTask, again).state is TaskState.PLANNED
    on_monday[0] = MONDAY + 90 * DAY
    assert fetch(visits.call, asking.caller("service"), again).asking.form is not None


def test_he_rests_in_whatever_store_he_answered(asking: Dealer):
    task = repaired(asking)
    customer = asking.row(VisitTask, task).customer_id
    csi = of(asking, "csi")
    asking.add(
        SurveyResponse(
            survey_id=csi.id, customer_id=customer, store_id=2, at=MONDAY - 9 * DAY,
            channel="phone", source="import",
        )
    )  # fmt: skip
    shown = fetch(visits.call, asking.caller("service"), task).asking
    assert (shown.form, shown.rests_until) == (None, (MONDAY + 81 * DAY).date())


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"recommend": 11}, answering.OffTheScale),
        ({"quality": 0}, answering.OffTheScale),
        ({"quality": "很好"}, answering.OffTheScale),
        ({"return": 3}, answering.OffTheScale),
        ({"improve": 4}, answering.NotAsked),
        ({"quality": ""}, answering.AnswersMissing),
    ],
)
def test_what_is_no_answer_is_refused_with_the_whole_call(
    asking: Dealer, changes: Any, refusal: Any
):
    task = repaired(asking)
    with pytest.raises(refusal):
        call(asking, task, **{**GOOD, "recommend": 9, **changes})
    assert asking.row(VisitTask, task).state is TaskState.PLANNED
    assert asking.rows(SurveyResponse) == asking.rows(CallAttempt) == asking.rows(Touch) == []


def test_a_question_of_another_survey_is_none_of_this(asking: Dealer):
    task, ssi = repaired(asking), of(asking, "ssi")
    form = fetch(visits.call, asking.caller("service"), task).asking.form
    with pytest.raises(answering.NotAsked):
        do(
            asking, "service", visits.record_call, visits.RecordCall, task_id=task,
            version=asking.row(VisitTask, task).version, result=CallResult.CONNECTED,
            survey_id=form.id, answers=answers(ssi, recommend=9), **REACHED,
        )  # fmt: skip


def test_whom_nobody_reached_has_not_answered(asking: Dealer):
    with pytest.raises(calling.NobodyAnswered):
        call(asking, repaired(asking), result=CallResult.NO_ANSWER, recommend=9)
    assert asking.rows(CallAttempt) == []


def test_who_would_not_answer_is_reached_all_the_same(asking: Dealer):
    task = repaired(asking)
    call(asking, task)
    assert asking.row(VisitTask, task).state is TaskState.DONE
    assert asking.rows(SurveyResponse) == []


def test_a_draft_is_asked_by_nobody(dealer: Dealer):
    adopted(dealer)
    task = dealer.add(
        VisitTask(
            store_id=1, owner_id=dealer.user_id("service"), customer_id=dealer.customer(),
            desk="service", kind="call", trigger=Trigger.MANUAL, trigger_key="x",
            due_from=clock.today(), due_to=clock.today(), expires_on=clock.today(),
            created_at=MONDAY,
        )
    )[0]  # fmt: skip
    csi = of(dealer, "csi")
    with pytest.raises(answering.SurveyNotAsked):
        do(
            dealer, "service", visits.record_call, visits.RecordCall, task_id=task, version=1,
            result=CallResult.CONNECTED, survey_id=csi.id,
            answers=answers(csi, **GOOD, recommend=9), **REACHED,
        )  # fmt: skip


def test_a_double_click_is_one_answer_and_one_complaint(asking: Dealer):
    task = repaired(asking)
    form = fetch(visits.call, asking.caller("service"), task).asking.form
    values = {
        "request_id": uuid4(), "task_id": task, "result": CallResult.CONNECTED,
        "version": asking.row(VisitTask, task).version, "survey_id": form.id, **REACHED,
    }  # fmt: skip
    bad = visits.RecordCall(answers=answers(form, **{**GOOD, "quality": 2}, recommend=3), **values)
    first, second = (perform(visits.record_call, asking.caller("service"), bad) for _ in "12")
    assert first == second
    assert len(asking.rows(SurveyResponse)) == len(asking.rows(Complaint)) == 1
    other = visits.RecordCall(answers=answers(form, **GOOD, recommend=9), **values)
    with pytest.raises(RequestReused):
        perform(visits.record_call, asking.caller("service"), other)


def test_broken_off_in_between_nothing_is_written(asking: Dealer, monkeypatch: pytest.MonkeyPatch):
    task = repaired(asking)
    before = len(asking.rows(AuditEntry))

    def breaks(*_args: Any, **_values: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(registering, "tell_given", breaks)
    with pytest.raises(KeyboardInterrupt):
        call(asking, task, **{**GOOD, "quality": 2}, recommend=3)
    for model in (SurveyResponse, SurveyAnswer, Complaint, CallAttempt, Touch):
        assert asking.rows(model) == []
    assert len(asking.rows(AuditEntry)) == before
    assert asking.row(VisitTask, task).state is TaskState.PLANNED


def test_the_same_survey_is_shown_whoever_looks_and_worded_as_it_was_asked(asking: Dealer):
    task = repaired(asking)
    shown = fetch(visits.call, asking.caller("service"), task).asking.form
    csi = of(asking, "csi")
    made = do(asking, "manager", surveys.next_version, surveys.NextVersion, survey_id=csi.id)
    approved(asking, "csi")
    assert fetch(visits.call, asking.caller("service"), task).asking.form.id == made.id
    do(  # he had the page open already: what he asked is what counts
        asking, "service", visits.record_call, visits.RecordCall, task_id=task,
        version=asking.row(VisitTask, task).version, result=CallResult.CONNECTED,
        survey_id=shown.id, answers=answers(shown, **GOOD, recommend=9), **REACHED,
    )  # fmt: skip
    assert [row.survey_id for row in asking.rows(SurveyResponse)] == [csi.id]
    found = fetch(surveys.results, asking.caller("service"), part("csi"))
    assert found.whole.score.n == 1
    assert next(one.n for one in found.items if one.item.code == "waiting") == 1


# ---- what customers said


def part(code: str, **more: Any) -> surveys.Part:
    return surveys.Part(code, date(2026, 5, 1), date(2026, 6, 30), **more)


def said(dealer: Dealer, code: str, at: datetime, store: int = 1, **values: Any) -> int:
    """A response that is there; its id. Scores as the service makes them."""
    survey = of(dealer, code)
    items = {row.code: row for row in dealer.rows(SurveyItem) if row.survey_id == survey.id}
    given = {items[code].id: value for code, value in values.items()}
    row = SurveyResponse(
        survey_id=survey.id, customer_id=dealer.customer(store=store), store_id=store, at=at,
        channel="phone", source="call", user_id=dealer.user_id("service"),
    )  # fmt: skip
    with write_transaction() as session:
        actor = as_system(session)
        answering.keep(
            session,
            row,
            {item.id: item for item in items.values()},
            {
                key: surveys.Answer(
                    item_id=key,
                    **({"words": value} if isinstance(value, str) else {"value": value}),
                )
                for key, value in given.items()
            },
        )
        audit.record(session, actor, audit.Action.DATA_LOADED, "survey_responses")
        return row.id


def test_results_by_hand(asking: Dealer):
    for score, recommend in ((10, 10), (10, 9), (4, 5), (7, 8)):
        everything = dict.fromkeys(GOOD, score)
        said(asking, "csi", MONDAY, **everything, recommend=recommend, improve=f"说{score}")
    said(asking, "csi", MONDAY, store=2, **GOOD, recommend=10)
    said(asking, "csi", MONDAY - 60 * DAY, **GOOD, recommend=10)  # April
    found = fetch(surveys.results, asking.caller("manager"), part("csi"))
    # (100 + 100 + 33.3 + 66.7) / 4; two promoters, one detractor of four
    assert found.whole.score.n == 4
    assert found.whole.score.value == pytest.approx(75.0)
    assert (found.whole.net.value, found.whole.net.promoters, found.whole.net.detractors) == (
        0.25,
        2,
        1,
    )
    assert (found.whole.low, found.untreated) == (1, 1)
    assert [(one.name, one.score.n) for one in found.stores] == [
        (asking.actor("manager").store_name or found.stores[0].name, 4)
    ]
    waiting = next(one for one in found.items if one.item.code == "waiting")
    assert waiting.counts == {10: 2, 4: 1, 7: 1}
    assert waiting.top == 0.5
    assert waiting.mean.value == 7.75
    assert {line.words for line in found.texts} == {"说10", "说4", "说7"}
    assert [month for month, _group in found.months] == [date(2026, 6, 1)]
    assert found.before.score.n == 1
    assert fetch(surveys.results, asking.caller("director"), part("csi")).whole.score.n == 5
    of_two = fetch(surveys.results, asking.caller("director"), part("csi", store_id=2))
    assert of_two.whole.score.n == 1


def test_what_moves_the_whole_and_lacks_most_comes_first(asking: Dealer):
    for value in (1, 3, 5, 7, 9, 10):
        steady = {"quality": 9 if value > 5 else 8}
        said(asking, "csi", MONDAY, **{**GOOD, "waiting": value, **steady}, recommend=value)
    found = fetch(surveys.results, asking.caller("manager"), part("csi"))
    assert [one.item.code for one in found.drivers] == ["waiting", "quality"]  # others do not vary
    assert found.drivers[0].importance > 0.99
    assert found.drivers[0].chance > found.drivers[1].chance


def test_behind_the_figures_are_the_rows(asking: Dealer):
    task = repaired(asking)
    call(asking, task, **{**GOOD, "waiting": 2}, recommend=3, **{"return": 2})
    said(asking, "csi", MONDAY, store=2, **GOOD, recommend=10)
    page = fetch(surveys.responses, asking.caller("service"), part("csi"))
    [row] = page.rows
    assert (page.total, row.task_id, row.is_low) == (1, task, True)
    assert row.complaint == asking.rows(Complaint)[0].number
    view = fetch(surveys.response, asking.caller("service"), row.id)
    by_code = {line.item.code: line for line in view.answers}
    assert (by_code["return"].value, by_code["waiting"].value) == (2, 2)
    assert (by_code["improve"].value, by_code["improve"].words) == (None, "")
    assert not view.may_raise
    with pytest.raises(NotFound):
        fetch(surveys.response, asking.caller("sales2"), row.id)
    assert fetch(surveys.responses, asking.caller("director"), part("csi"), page=9).total == 2
    low = fetch(surveys.responses, asking.caller("director"), part("csi"), low_only=True)
    assert [one.id for one in low.rows] == [row.id]


def test_a_bad_answer_of_a_list_is_taken_up_by_hand_once(asking: Dealer):
    key = said(asking, "ssi", MONDAY, reception=2, recommend=1)
    raised = do(asking, "manager", surveys.raise_complaint, surveys.RaiseComplaint, response_id=key)
    [complaint] = asking.rows(Complaint)
    assert (raised.number, complaint.first_responder_id) == (
        complaint.number,
        asking.user_id("manager"),
    )
    with pytest.raises(answering.TakenUp):
        do(asking, "manager", surveys.raise_complaint, surveys.RaiseComplaint, response_id=key)
    good = said(asking, "ssi", MONDAY, reception=9, recommend=10)
    with pytest.raises(answering.TakenUp):
        do(asking, "manager", surveys.raise_complaint, surveys.RaiseComplaint, response_id=good)


def test_the_dictionary_has_satisfaction(asking: Dealer):
    for score, recommend in ((10, 10), (4, 5), (7, 8)):
        said(asking, "csi", MONDAY, **dict.fromkeys(GOOD, score), recommend=recommend)
    said(asking, "nps", MONDAY, recommend=9)
    said(asking, "csi", MONDAY, store=2, **GOOD, recommend=10)
    codes = ("CSI", "SSI", "NPS", "SURVEYS")
    days = (date(2026, 6, 1), date(2026, 6, 30))
    found = {
        one.metric.code: one.figure
        for one in fetch(kpi.figures, asking.caller("manager"), codes, *days)
    }
    # (100 + 33.3 + 66.7) / 3; of four marks two praise and one warns
    assert (found["CSI"].n, found["CSI"].value) == (3, pytest.approx(200 / 3))
    assert (found["NPS"].n, found["NPS"].value) == (4, 25.0)
    assert (found["SSI"].n, found["SSI"].value) == (0, None)
    assert found["SURVEYS"].value == 4
    assert found["CSI"].parts["low"] < found["CSI"].value < found["CSI"].parts["high"]
    everywhere = fetch(kpi.figures, asking.caller("director"), codes, *days, 2)
    assert everywhere[0].figure.value == pytest.approx(92.2)
    with pytest.raises(kpi.ShownElsewhere):
        fetch(kpi.behind, asking.caller("manager"), "CSI", *days)


def test_nonsense_is_answered_as_what_is_not_there(asking: Dealer):
    for code in ("", "nowhere", "a" * 900, "x\0", "\ud800"):
        with pytest.raises(NoSuchSurvey):
            fetch(surveys.results, asking.caller("manager"), part(code))
    with pytest.raises(SurveyEndsEarly):
        turned = surveys.Part("csi", date(2026, 6, 2), date(2026, 6, 1))
        fetch(surveys.results, asking.caller("manager"), turned)
    for who in ("club", "admin", "guest"):
        with pytest.raises(NotPermitted):
            fetch(surveys.surveys, asking.caller(who))
