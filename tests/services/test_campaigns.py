"""Campaigns: written, approved by a second person, contacted once each, answered, ended, counted
(V08, V14, V26, V33, V35, V36)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from db.engine import write_transaction
from db.models import (
    Appointment,
    AppointmentSource,
    AppointmentState,
    AuditEntry,
    CallResult,
    Campaign,
    CampaignAnswer,
    CampaignKind,
    CampaignState,
    Consent,
    Customer,
    CustomerSummary,
    Desk,
    Hold,
    Lifecycle,
    OrderKind,
    Purpose,
    Rsvp,
    TaskState,
    TouchKind,
    Trigger,
    User,
    ValueClass,
    VisitKind,
    VisitTask,
    WorkKind,
)
from services import campaigns, customers, sweeping, visits
from services.campaigns import answering, making, writing
from services.core import audit, clock
from services.core.access import System
from services.core.errors import NotFound, NotPermitted, StaleRecord
from services.core.run import fetch, perform
from services.visits import scripts
from tests.core.test_words import catalogue
from tests.dealer import Dealer, as_system
from tests.services.complaint_deeds import laid

MONDAY = datetime(2026, 6, 8, 2, 0, tzinfo=UTC)
TODAY = date(2026, 6, 8)
DAY = timedelta(days=1)
SYSTEM = System("tests")
WEEK: dict[str, Any] = {"from_on": TODAY, "until_on": TODAY + 6 * DAY}


@pytest.fixture(autouse=True)
def on_monday(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    now = [MONDAY]
    monkeypatch.setattr(clock, "now", lambda: now[0])
    return now


def do(dealer: Dealer, command: Any, form: Any, who: str = "manager", **values: Any) -> Any:
    return perform(command, dealer.caller(who), form(request_id=uuid4(), **values))


def draft(dealer: Dealer, who: str = "manager", store: int | None = 1, **values: Any) -> int:
    """A draft as somebody wrote it."""
    first = {"name": "夏季活动", "kind": CampaignKind.NEWS, "desk": Desk.SALES}
    first |= {name: values[name] for name in first if name in values}
    first["channel"] = values.get("channel", VisitKind.CALL)
    key = do(dealer, campaigns.begin, campaigns.BeginCampaign, who, store_id=store, **first)
    return edit(dealer, key, who, **{**first, "script": "{customer}您好", **WEEK, **values})


def edit(dealer: Dealer, key: int, who: str = "manager", **values: Any) -> int:
    row = dealer.row(Campaign, key)
    before = {name: getattr(row, name) for name in writing._KEPT}
    shown = {"campaign_id": key, "version": row.version}
    return do(dealer, campaigns.edit, campaigns.EditCampaign, who, **{**before, **shown, **values})


def on(dealer: Dealer, key: int) -> dict[str, int]:
    return {"campaign_id": key, "version": dealer.row(Campaign, key).version}


def approve(dealer: Dealer, key: int, who: str = "director") -> int:
    return do(dealer, campaigns.approve, campaigns.WorkOnCampaign, who, **on(dealer, key))


def running(dealer: Dealer, **values: Any) -> int:
    return approve(dealer, draft(dealer, **values))


def invitation(dealer: Dealer, **values: Any) -> int:
    whole = {"kind": CampaignKind.INVITATION, "event_on": TODAY + 10 * DAY, **values}
    return running(dealer, **whole)


def sweep() -> int:
    return sweeping.DUTIES["visits"].do(SYSTEM)


def tasks(dealer: Dealer, **wanted: Any) -> list[VisitTask]:
    rows = [row for row in dealer.rows(VisitTask) if row.trigger is Trigger.CAMPAIGN]
    return [row for row in rows if all(getattr(row, k) == v for k, v in wanted.items())]


def of(dealer: Dealer, customer: int) -> VisitTask:
    [task] = tasks(dealer, customer_id=customer)
    return task


def call(dealer: Dealer, customer: int, who: str = "sales", **values: Any) -> visits.Receipt:
    task = of(dealer, customer)
    said = {"result": CallResult.CONNECTED, "words": "说好了", "no_more": "无需再联系", **values}
    shown = {"task_id": task.id, "version": task.version}
    receipt: visits.Receipt = do(
        dealer, visits.record_call, visits.RecordCall, who, **shown, **said
    )
    return receipt


def results(dealer: Dealer, key: int, who: str = "manager") -> campaigns.Results:
    found = fetch(campaigns.campaign_file, dealer.caller(who), key).results
    assert found is not None
    return found


def consent(dealer: Dealer, customer: int, purpose: Purpose, *, withdrawn: bool) -> None:
    dealer.add(
        Consent(
            customer_id=customer,
            store_id=1,
            purpose=purpose,
            given_at=MONDAY - 30 * DAY,
            withdrawn_at=MONDAY - DAY if withdrawn else None,
        )
    )


# ---- drafts and dual control


def test_delivered_campaigns_are_drafts_in_both_languages_and_without_an_author(dealer: Dealer):
    assert do(dealer, campaigns.adopt, campaigns.AdoptCampaigns, "director") == 5
    assert do(dealer, campaigns.adopt, campaigns.AdoptCampaigns, "director") == 0
    assert do(dealer, campaigns.adopt, campaigns.AdoptCampaigns, "manager") == 5
    kinds = set()
    for row in dealer.rows(Campaign):
        assert row.state is CampaignState.DRAFT
        assert row.author_id is None
        assert row.name
        assert row.name_en
        scripts.check(row.script, row.script_en)
        assert row.script_en
        kinds.add(row.kind)
    assert kinds == {
        *(CampaignKind.ANNUAL_CARE, CampaignKind.GREETING, CampaignKind.INVITATION),
        CampaignKind.WIN_BACK,
    }
    assert {row.store_id for row in dealer.rows(Campaign)} == {None, 1}


def test_nobody_approves_what_he_wrote_while_somebody_else_can(dealer: Dealer):
    key = draft(dealer)
    with pytest.raises(writing.OwnCampaign):
        approve(dealer, key, "manager")
    assert approve(dealer, key, "director") == key
    row = dealer.row(Campaign, key)
    assert row.state is CampaignState.APPROVED
    assert row.approved_by_id == dealer.user_id("director")


def test_who_edits_a_draft_is_its_author(dealer: Dealer):
    key = draft(dealer)
    edit(dealer, key, "director", name="秋季活动")
    with pytest.raises(writing.OwnCampaign):
        approve(dealer, key, "director")
    approve(dealer, key, "manager")


def test_the_only_director_approves_his_own_campaign_of_the_group(dealer: Dealer):
    key = draft(dealer, "director", store=None)
    assert fetch(campaigns.campaign_file, dealer.caller("director"), key).may_approve
    approve(dealer, key)


def test_a_second_director_takes_that_away(dealer: Dealer):
    key = draft(dealer, "director", store=None)
    second = dealer.row(User, dealer.user_id("director"))
    values = {
        name: getattr(second, name)
        for name in ("role", "store_id", "password_hash", "must_change_password")
    }
    now = clock.now()
    dealer.add(User(username="boss", name="boss", created_at=now, updated_at=now, **values))
    found = fetch(campaigns.campaign_file, dealer.caller("director"), key)
    assert (found.may_approve, found.is_own) == (False, True)
    with pytest.raises(writing.OwnCampaign):
        approve(dealer, key)
    approve(dealer, key, "boss")


def test_a_campaign_of_the_group_is_the_directors_alone(dealer: Dealer):
    key = draft(dealer, "director", store=None)
    found = fetch(campaigns.campaign_file, dealer.caller("manager"), key)
    assert (found.may_lead, found.may_approve) == (False, False)
    for deed in (campaigns.approve, campaigns.discard):
        with pytest.raises(NotPermitted):
            do(dealer, deed, campaigns.WorkOnCampaign, "manager", **on(dealer, key))
    with pytest.raises(NotPermitted):
        edit(dealer, key, "manager", name="别的")
    with pytest.raises(NotPermitted):
        draft(dealer, "manager", store=None)
    with pytest.raises(NotPermitted):
        draft(dealer, "manager", store=2)


def test_another_store_neither_sees_nor_approves_it(dealer: Dealer):
    key = draft(dealer)
    assert fetch(campaigns.campaigns, dealer.caller("manager2")) == []
    for query in (campaigns.campaign_file, campaigns.outlook):
        with pytest.raises(NotFound):
            fetch(query, dealer.caller("manager2"), key)
    with pytest.raises(NotFound):
        approve(dealer, key, "manager2")
    [line] = fetch(campaigns.campaigns, dealer.caller("sales"))
    assert (line.id, line.store) == (key, "杭州西湖店")


def test_a_draft_is_whole_before_it_is_approved(dealer: Dealer):
    key = draft(dealer, kind=CampaignKind.INVITATION, from_on=None, until_on=None, script="")
    file = fetch(campaigns.campaign_file, dealer.caller("director"), key)
    assert file.lacking == [writing.DAYS, writing.SCRIPT, writing.EVENT]
    assert not file.may_approve
    with pytest.raises(writing.DraftLacks):
        approve(dealer, key)


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"until_on": TODAY - DAY}, writing.DatesTurned),
        ({"kind": CampaignKind.INVITATION, "event_on": TODAY}, writing.EventTooEarly),
        ({"event_on": TODAY + 9 * DAY}, writing.EventWithoutInvitation),
        ({"capacity": 9}, writing.EventWithoutInvitation),
        ({"script": "{name}您好"}, scripts.UnknownPlace),
    ],
)
def test_what_does_not_fit_is_refused(dealer: Dealer, values: dict[str, Any], error: Any):
    key = draft(dealer)
    with pytest.raises(error):
        edit(dealer, key, **values)


def test_it_does_not_begin_in_the_past_and_runs_unchanged(
    dealer: Dealer, on_monday: list[datetime]
):
    key = draft(dealer)
    on_monday[0] += DAY
    with pytest.raises(writing.BeginsInPast):
        approve(dealer, key)
    edit(dealer, key, from_on=TODAY + DAY)
    shown = on(dealer, key)
    approve(dealer, key)
    with pytest.raises(StaleRecord):
        do(dealer, campaigns.approve, campaigns.WorkOnCampaign, "director", **shown)
    with pytest.raises(writing.NoDraft):
        edit(dealer, key, name="别的")
    with pytest.raises(writing.NoDraft):
        do(dealer, campaigns.discard, campaigns.WorkOnCampaign, **on(dealer, key))


def test_a_draft_is_thrown_away(dealer: Dealer):
    key = draft(dealer)
    do(dealer, campaigns.discard, campaigns.WorkOnCampaign, **on(dealer, key))
    assert dealer.rows(Campaign) == []
    with pytest.raises(writing.NotRunning):
        key = draft(dealer)
        end(dealer, key)


# ---- contacts


def test_each_customer_once_however_often_it_is_swept(dealer: Dealer):
    people = [dealer.customer(f"客户{n}") for n in range(5)]
    key = running(dealer)
    sweep()
    sweep()
    assert sorted(task.customer_id for task in tasks(dealer)) == people
    assert {task.trigger_key for task in tasks(dealer)} == {f"campaign:{key}:{n}" for n in people}
    assert sweep() == 0


def test_killed_half_way_it_goes_on(dealer: Dealer, monkeypatch: pytest.MonkeyPatch):
    people = [dealer.customer(f"客户{n}") for n in range(5)]
    running(dealer)
    monkeypatch.setattr(making, "MOST", 2)
    perform(campaigns.make, SYSTEM, campaigns.MakeContacts())
    assert len(tasks(dealer)) == 2
    sweep()
    assert sorted(task.customer_id for task in tasks(dealer)) == people


def test_the_database_itself_takes_none_twice(dealer: Dealer):
    dealer.customer()
    key = running(dealer)
    sweep()
    [task] = tasks(dealer)
    again = {name: getattr(task, name) for name in VisitTask.model_fields if name != "id"}
    with pytest.raises(Exception, match=r"(?i)unique"):
        dealer.add(VisitTask(**again))
    assert len(tasks(dealer, campaign_id=key)) == 1


def test_only_whom_its_filters_match(dealer: Dealer):
    quiet = {"lifecycle": Lifecycle.EXISTING, "value_class": ValueClass.IMPORTANT}
    match = dealer.customer("对", **quiet)
    dealer.customer("潜在", value_class=ValueClass.IMPORTANT)
    dealer.customer("普通", lifecycle=Lifecycle.EXISTING)
    dealer.customer("归档", is_archived=True, **quiet)
    dealer.customer("宁波", store=2, owner="sales2", **quiet)
    spoken = dealer.customer("刚联系", **quiet)
    dealer.touch(spoken, at=MONDAY - 10 * DAY)
    long_ago = dealer.customer("久未联系", **quiet)
    dealer.touch(long_ago, at=MONDAY - 30 * DAY)
    running(dealer, **quiet, quiet_days=30)
    sweep()
    assert sorted(task.customer_id for task in tasks(dealer)) == [match, long_ago]


def test_only_files_that_lack_something(dealer: Dealer):
    lacking = dealer.customer("缺资料")
    running(dealer, lacks_fields=True)
    sweep()
    [task] = tasks(dealer)
    assert task.customer_id == lacking
    assert task.lacked != 0


def test_a_campaign_of_the_group_reaches_every_store(dealer: Dealer):
    dealer.customer("杭州")
    dealer.customer("宁波", store=2, owner="sales2")
    approve(dealer, draft(dealer, "director", store=None))
    sweep()
    assert {(task.store_id, task.owner_id) for task in tasks(dealer)} == {
        (1, dealer.user_id("sales")),
        (2, dealer.user_id("sales2")),
    }


def test_contacts_are_spread_and_tried_until_the_last_day(dealer: Dealer):
    for n in range(12):
        dealer.customer(f"客户{n}")
    running(dealer, from_on=TODAY, until_on=TODAY + 8 * DAY)
    sweep()
    days = [task.due_from for task in tasks(dealer)]
    assert {days.count(TODAY + n * DAY) for n in range(6)} == {2}
    assert {task.expires_on for task in tasks(dealer)} == {TODAY + 8 * DAY}


def test_another_desks_customer_is_the_desks_and_a_car_is_named(dealer: Dealer):
    who = dealer.customer()
    car = dealer.vehicle(who)
    running(dealer, desk=Desk.SERVICE)
    sweep()
    task = of(dealer, who)
    assert (task.owner_id, task.desk, task.vehicle_id) == (None, Desk.SERVICE, car)


def test_it_begins_two_weeks_ahead_and_makes_none_once_it_is_over(
    dealer: Dealer, on_monday: list[datetime]
):
    dealer.customer()
    running(dealer, from_on=TODAY + 15 * DAY, until_on=TODAY + 20 * DAY)
    sweep()
    assert tasks(dealer) == []
    on_monday[0] += DAY
    sweep()
    [task] = tasks(dealer)
    assert task.due_from >= TODAY + 15 * DAY
    dealer.customer("后来")
    on_monday[0] = MONDAY + 21 * DAY
    sweep()
    [task] = tasks(dealer)
    assert task.state is TaskState.MISSED


def test_budget_consent_and_complaints_hold_for_it(dealer: Dealer):
    reached = dealer.customer("昨天联系过")
    dealer.touch(reached, at=MONDAY - DAY)
    silent = dealer.customer("勿扰", do_not_contact_until=TODAY + 30 * DAY)
    refuses = dealer.customer("撤回同意")
    consent(dealer, refuses, Purpose.MARKETING, withdrawn=True)
    waits = dealer.customer("在等答复")
    complaint(dealer, waits)
    free = dealer.customer("可联系")
    running(dealer, is_marketing=True, until_on=TODAY + 2 * DAY)
    sweep()
    held = {task.customer_id: task.hold for task in tasks(dealer)}
    assert held[reached] is Hold.SPACING
    assert held[silent] is Hold.DO_NOT_CONTACT
    assert held[refuses] is Hold.NO_CONSENT
    assert held[waits] is Hold.OPEN_COMPLAINT
    assert held[free] is None


def complaint(dealer: Dealer, customer: int) -> None:
    laid(dealer, f"TS-202606-{customer:04d}", customer_id=customer)


def test_the_outlook_counts_what_the_budget_would_bar(dealer: Dealer):
    dealer.customer("可联系")
    dealer.customer("晚些", do_not_contact_until=TODAY + 2 * DAY)
    dealer.customer("勿扰", do_not_contact_until=TODAY + 30 * DAY)
    for purpose in (Purpose.MARKETING, Purpose.SERVICE_CALLS):
        consent(dealer, dealer.customer("撤回"), purpose, withdrawn=True)
    again = dealer.customer("又同意")
    for is_over in (True, False):
        consent(dealer, again, Purpose.MARKETING, withdrawn=is_over)
    waits = dealer.customer("在等答复", do_not_contact_until=TODAY + 30 * DAY)
    complaint(dealer, waits)
    key = draft(dealer, is_marketing=True, until_on=TODAY + 4 * DAY)
    found = fetch(campaigns.outlook, dealer.caller("manager"), key)
    assert found.matching == 7
    assert found.barred == {
        Hold.DO_NOT_CONTACT: 1,
        Hold.NO_CONSENT: 2,
        Hold.OPEN_COMPLAINT: 1,
    }
    assert (found.free, found.days) == (3, 5)
    [place] = found.places
    assert (place.rule, place.people) == (3 / 5, 1)
    assert place.capacity > 0
    edit(dealer, key, is_marketing=False)
    found = fetch(campaigns.outlook, dealer.caller("manager"), key)
    assert found.barred == {Hold.DO_NOT_CONTACT: 2, Hold.NO_CONSENT: 1}


# ---- the call


def test_a_call_says_why_and_what(dealer: Dealer):
    who = dealer.customer("王小明")
    running(dealer, name_en="Summer", script="{customer}您好，{car}，{me}，{store}")
    sweep()
    found = fetch(visits.call, dealer.caller("sales"), of(dealer, who).id)
    assert (found.row.purpose, found.row.purpose_en) == ("夏季活动", "Summer")
    assert found.why == [("夏季活动", "Summer")]
    assert found.script == "王小明您好，您的爱车，sales 某，杭州西湖店"
    assert found.row.phone == dealer.row(Customer, who).phone
    assert found.invitation is None
    [row] = fetch(visits.day, dealer.caller("sales")).rows or [found.row]
    assert row.purpose == "夏季活动"


def test_together_with_another_contact_both_are_said_and_the_invitation_answered(dealer: Dealer):
    who = dealer.customer(owner="sales")
    key = invitation(dealer, from_on=TODAY, until_on=TODAY)
    dealer.add(
        VisitTask(
            store_id=1,
            owner_id=dealer.user_id("sales"),
            customer_id=who,
            desk=Desk.SALES,
            kind=VisitKind.CALL,
            trigger=Trigger.BIRTHDAY,
            trigger_key="birthday:1",
            purpose="生日",
            priority=9,
            due_from=TODAY,
            due_to=TODAY,
            expires_on=TODAY + DAY,
            created_at=MONDAY,
        )
    )
    sweep()
    merged = of(dealer, who)
    assert merged.state is TaskState.MERGED
    leader = dealer.row(VisitTask, merged.merged_into_id)
    found = fetch(visits.call, dealer.caller("sales"), leader.id)
    assert ("夏季活动", "") in found.why
    assert found.invitation is not None
    do(
        dealer,
        visits.record_call,
        visits.RecordCall,
        "sales",
        task_id=leader.id,
        version=leader.version,
        result=CallResult.CONNECTED,
        words="来",
        no_more="已约",
        campaign_id=key,
        rsvp=Rsvp.COMES,
        people=2,
    )
    [answer] = dealer.rows(CampaignAnswer)
    assert (answer.answer, answer.people, answer.customer_id) == (Rsvp.COMES, 2, who)
    assert results(dealer, key).reached == 1


def test_an_answer_rides_along_with_the_call_and_changes_later(
    dealer: Dealer, on_monday: list[datetime]
):
    who = dealer.customer()
    key = invitation(dealer, capacity=10)
    sweep()
    on_monday[0] += 5 * DAY
    found = fetch(visits.call, dealer.caller("sales"), of(dealer, who).id).invitation
    assert found is not None
    assert (found.room, found.rsvp) == (10, None)
    receipt = call(dealer, who, campaign_id=key, rsvp=Rsvp.COMES, people=3)
    assert receipt.said is not None
    assert (receipt.said.is_waiting, receipt.said.room) == (False, 7)
    said = say(dealer, key, who, Rsvp.COMES, 8)
    assert (said.is_waiting, said.room) == (False, 2)
    said = say(dealer, key, who, Rsvp.UNDECIDED)
    assert (said.people, said.room) == (0, 10)
    [row] = dealer.rows(CampaignAnswer)
    assert (row.answer, row.version) == (Rsvp.UNDECIDED, 3)
    deeds = [one.action for one in dealer.rows(AuditEntry)]
    assert deeds.count("campaigns:answered") == 3


def say(
    dealer: Dealer, key: int, who: int, rsvp: Rsvp, people: int | None = None, by: str = "sales"
) -> campaigns.Said:
    values = {"campaign_id": key, "customer_id": who, "rsvp": rsvp, "people": people}
    said: campaigns.Said = do(dealer, campaigns.answer, campaigns.AnswerInvitation, by, **values)
    return said


def test_what_was_agreed_at_an_invitation_asks_again(dealer: Dealer, on_monday: list[datetime]):
    who = dealer.customer()
    key = invitation(dealer)
    sweep()
    on_monday[0] += 5 * DAY
    later = TODAY + 7 * DAY
    call(dealer, who, campaign_id=key, rsvp=Rsvp.UNDECIDED, next_on=later, no_more=None)
    [agreed] = [row for row in dealer.rows(VisitTask) if row.trigger is Trigger.NEXT_DATE]
    found = fetch(visits.call, dealer.caller("sales"), agreed.id)
    assert found.invitation is not None
    assert found.invitation.rsvp is Rsvp.UNDECIDED
    assert results(dealer, key).planned == 1


def test_an_answer_needs_a_reached_customer_a_number_and_an_invitation(
    dealer: Dealer, on_monday: list[datetime]
):
    who = dealer.customer()
    key = invitation(dealer)
    news = running(dealer)
    sweep()
    on_monday[0] += 5 * DAY
    task = next(one for one in tasks(dealer, customer_id=who) if one.campaign_id == key)
    said = {"words": "好", "no_more": "无需再联系", "task_id": task.id, "version": task.version}

    def tried(**values: Any) -> None:
        do(dealer, visits.record_call, visits.RecordCall, "sales", **said, **values)

    with pytest.raises(answering.NobodyInvited):
        tried(result=CallResult.BUSY, campaign_id=key, rsvp=Rsvp.COMES, people=1)
    with pytest.raises(answering.HowMany):
        tried(result=CallResult.CONNECTED, campaign_id=key, rsvp=Rsvp.COMES)
    with pytest.raises(answering.NotInvited):
        tried(result=CallResult.CONNECTED, campaign_id=news, rsvp=Rsvp.COMES_NOT)
    assert dealer.rows(CampaignAnswer) == []
    with pytest.raises(answering.NotInvited):
        say(dealer, news, who, Rsvp.COMES_NOT)
    on_monday[0] += 10 * DAY
    with pytest.raises(answering.EventOver):
        say(dealer, key, who, Rsvp.COMES, 1)


def test_when_it_is_full_he_waits_until_somebody_calls_off(dealer: Dealer):
    first, second = dealer.customer("先"), dealer.customer("后")
    key = invitation(dealer, capacity=4)
    assert not say(dealer, key, first, Rsvp.COMES, 3).is_waiting
    said = say(dealer, key, second, Rsvp.COMES, 2)
    assert (said.is_waiting, said.room) == (True, 1)
    assert results(dealer, key).on_waiting == 1
    say(dealer, key, first, Rsvp.COMES_NOT)
    assert not say(dealer, key, second, Rsvp.COMES, 2).is_waiting
    listed = fetch(campaigns.campaign_file, dealer.caller("manager"), key).guests
    assert [one.customer for one in listed] == ["后", "先"]
    found = results(dealer, key)
    assert (found.accepted, found.people, found.declined, found.room) == (1, 2, 1, 2)


def test_room_is_shared_by_the_stores_of_a_group(dealer: Dealer):
    here, there = dealer.customer(), dealer.customer(store=2, owner="sales2")
    whole = {"kind": CampaignKind.INVITATION, "event_on": TODAY + 9 * DAY, "capacity": 3}
    key = approve(dealer, draft(dealer, "director", store=None, **whole))
    say(dealer, key, there, Rsvp.COMES, 2, by="sales2")
    assert say(dealer, key, here, Rsvp.COMES, 2).is_waiting
    found = results(dealer, key)
    assert (found.accepted, found.on_waiting, found.room) == (0, 1, 1)
    with pytest.raises(NotFound):
        say(dealer, key, there, Rsvp.COMES_NOT)


def test_an_invitation_of_one_store_is_not_another_stores(dealer: Dealer):
    key = invitation(dealer)
    there = dealer.customer(store=2, owner="sales2")
    with pytest.raises(NotFound):
        say(dealer, key, there, Rsvp.COMES, 1, by="sales2")
    with pytest.raises(answering.NotInvited):
        say(dealer, key, there, Rsvp.COMES, 1, by="director")


def test_a_guest_is_marked_on_the_day(dealer: Dealer, on_monday: list[datetime]):
    who = dealer.customer()
    key = invitation(dealer)
    said = say(dealer, key, who, Rsvp.COMES, 1)
    mark = {"answer_id": said.id, "version": 1}
    with pytest.raises(answering.EventAhead):
        do(dealer, campaigns.arrive, campaigns.MarkArrival, "service", **mark)
    on_monday[0] += 10 * DAY
    do(dealer, campaigns.arrive, campaigns.MarkArrival, "service", **mark)
    with pytest.raises(StaleRecord):
        do(dealer, campaigns.arrive, campaigns.MarkArrival, "service", **mark)
    with pytest.raises(answering.CameAlready):
        do(dealer, campaigns.arrive, campaigns.MarkArrival, "service", **mark | {"version": 2})
    assert results(dealer, key).came == 1


def test_a_file_that_moves_takes_its_answers_along(dealer: Dealer):
    who = dealer.customer()
    whole = {"kind": CampaignKind.INVITATION, "event_on": TODAY + 9 * DAY}
    key = approve(dealer, draft(dealer, "director", store=None, **whole))
    say(dealer, key, who, Rsvp.COMES, 2)
    do(
        dealer,
        customers.assign,
        customers.AssignCustomer,
        "director",
        customer_id=who,
        version=dealer.row(Customer, who).version,
        store_id=2,
        owner_id=dealer.user_id("sales2"),
        reason="客户搬到宁波",
    )
    assert say(dealer, key, who, Rsvp.COMES_NOT, by="sales2").people == 0
    [row] = dealer.rows(CampaignAnswer)
    assert row.store_id == 2


# ---- the end


def end(dealer: Dealer, key: int, who: str = "manager") -> int:
    values = on(dealer, key) | {"reason": "场地取消"}
    count: int = do(dealer, campaigns.end, campaigns.EndCampaign, who, **values)
    return count


def test_what_is_open_ends_with_it_and_what_was_made_stays(
    dealer: Dealer, on_monday: list[datetime]
):
    made, waits = dealer.customer("已联系"), dealer.customer("未联系")
    key = invitation(dealer)
    sweep()
    on_monday[0] += 5 * DAY
    call(dealer, made, campaign_id=key, rsvp=Rsvp.COMES, people=1)
    assert end(dealer, key) == 1
    assert of(dealer, made).state is TaskState.DONE
    task = of(dealer, waits)
    assert (task.state, task.reason) == (TaskState.CANCELLED, making.ENDED)
    assert making.ENDED in catalogue()
    row = dealer.row(Campaign, key)
    assert (row.state, row.end_reason) == (CampaignState.ENDED, "场地取消")
    with pytest.raises(answering.NotInvited):
        say(dealer, key, waits, Rsvp.COMES, 1)
    sweep()
    assert len(tasks(dealer)) == 2


def test_the_sweep_cancels_the_rest_of_many(dealer: Dealer, monkeypatch: pytest.MonkeyPatch):
    for n in range(5):
        dealer.customer(f"客户{n}")
    key = running(dealer)
    sweep()
    monkeypatch.setattr(making, "MOST", 2)
    assert end(dealer, key) == 2
    sweep()
    assert {task.state for task in tasks(dealer)} == {TaskState.CANCELLED}


def test_another_store_does_not_end_it(dealer: Dealer):
    key = running(dealer)
    with pytest.raises(NotFound):
        end(dealer, key, "manager2")
    group = approve(dealer, draft(dealer, "director", store=None))
    with pytest.raises(NotPermitted):
        end(dealer, group, "manager")


# ---- results


def test_results_of_an_event_by_hand(dealer: Dealer, on_monday: list[datetime]):
    """Eight invited: two not reached, one refuses; of the five others three accept (one of them
    waits), one is undecided, one declines. Of all, four come: one is marked, one had an
    appointment, one walked in, one left his car; an appointment that was missed is none."""
    people = [dealer.customer(f"客户{n}") for n in range(8)]
    key = invitation(dealer, capacity=5, from_on=TODAY, until_on=TODAY)
    sweep()
    answers = [(Rsvp.COMES, 3), (Rsvp.COMES, 2), (Rsvp.COMES, 1), (Rsvp.UNDECIDED, None)]
    for who, (rsvp, count) in zip(people, [*answers, (Rsvp.COMES_NOT, None)], strict=False):
        call(dealer, who, campaign_id=key, rsvp=rsvp, people=count)
    call(dealer, people[5], result=CallResult.REFUSED)
    on_monday[0] += 10 * DAY
    sweep()
    event = TODAY + 10 * DAY
    marked = next(a for a in dealer.rows(CampaignAnswer) if a.customer_id == people[0])
    mark = {"answer_id": marked.id, "version": marked.version}
    do(dealer, campaigns.arrive, campaigns.MarkArrival, "sales", **mark)
    for who, state in (
        (people[1], AppointmentState.ARRIVED),
        (people[4], AppointmentState.NO_SHOW),
    ):
        dealer.add(appointment(who, state))
    dealer.touch(people[3], kind=TouchKind.WALK_IN, is_inbound=True, at=clock.now())
    dealer.order(people[6], kind=OrderKind.REPAIR, ordered_on=event)
    dealer.order(people[7], kind=OrderKind.REPAIR, ordered_on=event - DAY)
    found = results(dealer, key)
    assert (found.planned, found.reached, found.refused, found.lost, found.waiting) == (
        8,
        6,
        1,
        2,
        0,
    )
    assert (found.accepted, found.people, found.on_waiting) == (2, 5, 1)
    assert (found.undecided, found.declined, found.room) == (1, 1, 0)
    assert found.came == 4
    assert found.converted == 0
    [line] = fetch(campaigns.campaigns, dealer.caller("manager"))
    assert (line.planned, line.reached) == (8, 6)


def appointment(customer: int, state: AppointmentState) -> Appointment:
    return Appointment(
        customer_id=customer,
        store_id=1,
        work=WorkKind.MAINTENANCE,
        starts_at=clock.now(),
        minutes=30,
        source=AppointmentSource.CALL,
        state=state,
        arrived_at=clock.now() if state is AppointmentState.ARRIVED else None,
    )


def test_results_of_an_offer_by_hand(dealer: Dealer):
    """Of four who were reached two bring money within 30 days: the day itself and the thirtieth
    count, the day after and the day before do not."""
    people = [dealer.customer(f"客户{n}") for n in range(5)]
    key = running(dealer, kind=CampaignKind.OFFER, from_on=TODAY, until_on=TODAY)
    sweep()
    for who in people[:4]:
        call(dealer, who)
    for who, days in zip(people, (0, 30, 31, -1, 5), strict=True):
        dealer.order(who, kind=OrderKind.REPAIR, ordered_on=TODAY + days * DAY)
    found = results(dealer, key)
    assert (found.reached, found.converted) == (4, 2)


def test_annual_care_counts_its_three_goals(dealer: Dealer, on_monday: list[datetime]):
    """Three customers, all files lacking something; two are reached, one of them important, and
    one file is completed."""
    whole = {"lifecycle": Lifecycle.EXISTING}
    done = dealer.customer("完善", value_class=ValueClass.IMPORTANT, **whole)
    half = dealer.customer("未完善", **whole)
    dealer.customer("没打通", value_class=ValueClass.IMPORTANT, **whole)
    key = running(dealer, kind=CampaignKind.ANNUAL_CARE, **whole)
    sweep()
    on_monday[0] += 5 * DAY
    call(dealer, done)
    call(dealer, half)
    complete(dealer, done)
    found = results(dealer, key)
    assert (found.reached, found.lacking, found.completed) == (2, 3, 1)
    assert (found.important, found.important_reached) == (2, 1)


def complete(dealer: Dealer, customer: int) -> None:
    """His file lacks nothing any more."""
    with write_transaction() as session:
        actor = as_system(session)
        summary = session.get(CustomerSummary, customer)
        assert summary is not None
        summary.missing = 0
        audit.record(session, actor, audit.Action.DATA_LOADED, "customer_summaries")
