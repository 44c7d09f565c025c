"""Rules of contact as people write them: versions, checks, approval, estimates, proposals."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlmodel import select

from db.engine import write_transaction
from db.models import (
    AuditEntry,
    Cadence,
    CadenceState,
    CadenceStep,
    CallResult,
    Desk,
    Lifecycle,
    Notice,
    OrderKind,
    ProposalState,
    ScriptProposal,
    Trigger,
    User,
    ValueClass,
    VisitKind,
    VisitTask,
)
from services import surveys, sweeping, visits
from services.core import audit, clock
from services.core.access import Permission, System
from services.core.errors import InvalidInput, NotFound, NotPermitted, StaleRecord
from services.core.run import fetch, perform
from services.surveys.versions import NoSuchSurvey
from services.visits import proposals, rules, scripts, versions
from tests.dealer import Dealer, as_system

MONDAY = datetime(2026, 6, 8, 2, 0, tzinfo=UTC)
TODAY = date(2026, 6, 8)
DAY = timedelta(days=1)
SYSTEM = System("tests")


@pytest.fixture(autouse=True)
def on_monday(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    now = [MONDAY]
    monkeypatch.setattr(clock, "now", lambda: now[0])
    return now


@pytest.fixture
def ruled(dealer: Dealer) -> Dealer:
    """A dealer whose delivered rules hold since the beginning of May."""
    perform(visits.adopt, dealer.caller("director"), visits.AdoptCadences(request_id=uuid4()))
    with write_transaction() as session:
        actor = as_system(session)
        for cadence in session.execute(select(Cadence)).scalars():
            cadence.state, cadence.from_on = CadenceState.APPROVED, date(2026, 5, 1)
        audit.record(session, actor, audit.Action.DATA_LOADED, "cadences")
    return dealer


def surveys_in_force(dealer: Dealer) -> None:
    """The delivered surveys ask from today on."""
    lead = dealer.caller("director")
    perform(surveys.adopt, dealer.caller("manager"), surveys.AdoptSurveys(request_id=uuid4()))
    for one in fetch(surveys.surveys, lead):
        form = surveys.ApproveSurvey(
            request_id=uuid4(), survey_id=one.id, version=one.version, from_on=clock.today()
        )
        perform(surveys.approve, lead, form)


def of_code(dealer: Dealer, code: str) -> Cadence:
    """The latest version of a rule."""
    return max(
        (one for one in dealer.rows(Cadence) if one.code == code), key=lambda one: one.number
    )


def steps(dealer: Dealer, cadence: int) -> list[CadenceStep]:
    found = [one for one in dealer.rows(CadenceStep) if one.cadence_id == cadence]
    return sorted(found, key=lambda one: one.nth)


def begin(dealer: Dealer, code: str, who: str = "manager") -> int:
    form = visits.BeginVersion(request_id=uuid4(), cadence_id=of_code(dealer, code).id)
    return perform(visits.begin, dealer.caller(who), form)


def put(dealer: Dealer, draft: int, who: str = "manager", **more: Any) -> int:
    values = {
        "offset_days": 20,
        "window_days": 2,
        "expiry_days": 25,
        "kind": VisitKind.CALL,
        "purpose": "再次回访",
        "purpose_en": "Once more",
        "script": "{customer}您好",
        "script_en": "Hello {customer}",
        "version": dealer.row(Cadence, draft).version,
        **more,
    }
    form = visits.PutStep(request_id=uuid4(), cadence_id=draft, **values)
    return perform(visits.put_step, dealer.caller(who), form)


def approve(dealer: Dealer, draft: int, who: str = "director", from_on: date = TODAY) -> int:
    form = visits.ApproveCadence(
        request_id=uuid4(),
        cadence_id=draft,
        version=dealer.row(Cadence, draft).version,
        from_on=from_on,
    )
    return perform(visits.approve, dealer.caller(who), form)


def rule_file(dealer: Dealer, cadence: int, who: str = "manager") -> visits.RuleFile:
    return fetch(visits.rule_file, dealer.caller(who), cadence)


def grave(dealer: Dealer, cadence: int) -> list[str]:
    return [one.msgid for one in rule_file(dealer, cadence).troubles if one.is_grave]


def tasks(dealer: Dealer, **wanted: Any) -> list[VisitTask]:
    rows = dealer.rows(VisitTask)
    return [row for row in rows if all(getattr(row, k) == v for k, v in wanted.items())]


def sweep() -> int:
    return sweeping.DUTIES["visits"].do(SYSTEM)


# ---- drafts


def test_a_new_version_is_a_copy_and_one_at_a_time(ruled: Dealer):
    draft = begin(ruled, "new_car")
    made = ruled.row(Cadence, draft)
    assert (made.number, made.state, made.from_on) == (2, CadenceState.DRAFT, None)
    assert made.author_id == ruled.user_id("manager")
    before = next(one for one in ruled.rows(Cadence) if one.code == "new_car" and one.number == 1)
    told = [(s.nth, s.offset_days, s.script, s.script_en) for s in steps(ruled, draft)]
    assert told == [(s.nth, s.offset_days, s.script, s.script_en) for s in steps(ruled, before.id)]
    with pytest.raises(versions.RuleDraftThere):
        begin(ruled, "new_car", "director")


def test_steps_stand_in_the_order_of_their_days(ruled: Dealer):
    draft = begin(ruled, "after_repair")
    put(ruled, draft)
    put(ruled, draft, offset_days=0, window_days=0, expiry_days=0, purpose="交车当日")
    assert [s.purpose for s in steps(ruled, draft)] == ["交车当日", "维修三日回访", "再次回访"]
    form = visits.DropStep(
        request_id=uuid4(), cadence_id=draft, version=ruled.row(Cadence, draft).version, nth=2
    )
    perform(visits.drop_step, ruled.caller("manager"), form)
    assert [(s.nth, s.purpose) for s in steps(ruled, draft)] == [(1, "交车当日"), (2, "再次回访")]
    put(ruled, draft, nth=2, offset_days=5, window_days=1, expiry_days=9)
    assert [s.offset_days for s in steps(ruled, draft)] == [0, 5]
    with pytest.raises(NotFound):
        put(ruled, draft, nth=3)


def test_a_step_keeps_its_survey_and_gets_another(ruled: Dealer):
    perform(surveys.adopt, ruled.caller("manager"), surveys.AdoptSurveys(request_id=uuid4()))
    draft = begin(ruled, "after_repair")
    [copied] = steps(ruled, draft)
    assert copied.survey_code == "csi"
    put(ruled, draft, survey_code="ssi")
    put(ruled, draft, nth=1, offset_days=1)
    assert [one.survey_code for one in steps(ruled, draft)] == [None, "ssi"]
    changed = rule_file(ruled, draft).differences
    assert [(one.old, one.new) for one in changed if one.field == "survey_code"] == [("csi", None)]
    with pytest.raises(NoSuchSurvey):
        put(ruled, draft, survey_code="nothing")


def test_reminders_of_maintenance_may_come_before_it(ruled: Dealer):
    draft = begin(ruled, "maintenance")
    assert steps(ruled, draft)[0].offset_days == -30
    assert rule_file(ruled, draft).troubles == []


def test_two_who_edit_one_draft_do_not_overwrite_each_other(ruled: Dealer):
    draft = begin(ruled, "after_repair")
    shown = ruled.row(Cadence, draft).version
    put(ruled, draft, version=shown)
    assert ruled.row(Cadence, draft).version > shown
    with pytest.raises(StaleRecord):
        put(ruled, draft, version=shown)


def test_what_holds_is_not_edited(ruled: Dealer):
    held = of_code(ruled, "new_car")
    with pytest.raises(rules.NotADraft):
        put(ruled, held.id)
    form = visits.WorkOnDraft(request_id=uuid4(), cadence_id=held.id, version=held.version)
    with pytest.raises(rules.NotADraft):
        perform(visits.discard, ruled.caller("director"), form)


def test_a_draft_is_thrown_away_with_its_steps(ruled: Dealer):
    draft = begin(ruled, "new_car")
    form = visits.WorkOnDraft(request_id=uuid4(), cadence_id=draft, version=1)
    perform(visits.discard, ruled.caller("manager"), form)
    assert of_code(ruled, "new_car").number == 1
    assert steps(ruled, draft) == []
    assert begin(ruled, "new_car")  # and another one can be begun


def test_who_does_not_lead_edits_nothing(ruled: Dealer):
    for who in ("service", "steward", "data"):
        with pytest.raises(NotPermitted):
            begin(ruled, "new_car", who)


def test_a_rule_of_ones_own(dealer: Dealer):
    form = visits.BeginRule(
        request_id=uuid4(), name="试驾回访", desk=Desk.SALES, trigger=Trigger.DELIVERY
    )
    draft = perform(visits.begin_rule, dealer.caller("manager"), form)
    assert any("no step" in one for one in grave(dealer, draft))
    with pytest.raises(rules.NotSound):
        approve(dealer, draft)
    put(dealer, draft)
    edit = visits.EditDraft(
        request_id=uuid4(),
        cadence_id=draft,
        version=dealer.row(Cadence, draft).version,
        name="试驾后回访",
        name_en="After a test drive",
        desk=Desk.SALES,
        trigger=Trigger.DELIVERY,
        value_class=ValueClass.IMPORTANT,
        is_marketing=True,
    )
    perform(visits.edit, dealer.caller("manager"), edit)
    approve(dealer, draft)
    row = dealer.row(Cadence, draft)
    assert (row.name_en, row.value_class, row.is_marketing, row.state) == (
        *("After a test drive", ValueClass.IMPORTANT, True),
        CadenceState.APPROVED,
    )


# ---- checks


def test_a_step_is_tried_at_least_while_it_is_in_time(ruled: Dealer):
    draft = begin(ruled, "after_repair")
    with pytest.raises(versions.EndsEarly):
        put(ruled, draft, offset_days=20, window_days=6, expiry_days=25)


@pytest.mark.parametrize(
    ("script", "error"),
    [
        ("您好，{name}", scripts.UnknownPlace),
        ("{customer.__class__}", scripts.UnknownPlace),
        ("{}", scripts.UnknownPlace),
        ("您好，{customer", scripts.StrayBrace),
        ("{{customer}}", scripts.StrayBrace),
    ],
)
def test_scripts_name_only_what_can_be_filled_in(
    ruled: Dealer, script: str, error: type[InvalidInput]
):
    draft = begin(ruled, "after_repair")
    with pytest.raises(error):
        put(ruled, draft, script=script)
    with pytest.raises(error):
        put(ruled, draft, script_en=script)


def test_a_script_is_filled_in_with_plain_values():
    values = {"customer": "王{store}", "store": "西湖店", "me": "", "car": ""}
    said = scripts.filled("{customer}，{car}在{store}，{me}，{x}", "en", values)
    assert said == "王{store}，your car在西湖店，customer service，{x}"


def test_steps_that_overlap_are_not_approved(ruled: Dealer):
    draft = begin(ruled, "after_repair")  # day 1 to 3, tried until 15
    put(ruled, draft, offset_days=3, window_days=1, expiry_days=9)
    assert any("same days" in one for one in grave(ruled, draft))
    with pytest.raises(rules.NotSound):
        approve(ruled, draft)
    put(ruled, draft, nth=2, offset_days=4, window_days=1, expiry_days=9)
    assert grave(ruled, draft) == []
    told = [one.msgid for one in rule_file(ruled, draft).troubles]
    assert any("still tried" in one for one in told)
    approve(ruled, draft)


@pytest.mark.parametrize(("every", "last"), [(0, 3), (5, 6), (7, 9), (20, 40)])
def test_a_rule_that_feeds_itself_is_not_approved(ruled: Dealer, every: int, last: int):
    """So seldom as the budget lets anybody be contacted, and not twice at once."""
    draft = begin(ruled, "important")
    put(ruled, draft, nth=1, offset_days=every, window_days=1, expiry_days=last)
    assert grave(ruled, draft)
    with pytest.raises(rules.NotSound):
        approve(ruled, draft)


def test_a_class_rule_beyond_the_budget_is_sound(ruled: Dealer):
    draft = begin(ruled, "important")
    put(ruled, draft, nth=1, offset_days=8, window_days=2, expiry_days=15)
    assert grave(ruled, draft) == []


@pytest.mark.parametrize("trigger", [Trigger.NEXT_DATE, Trigger.MANUAL])
def test_contacts_that_people_agree_on_are_no_trigger(dealer: Dealer, trigger: Trigger):
    form = visits.BeginRule(request_id=uuid4(), name="循环", desk=Desk.SALES, trigger=trigger)
    draft = perform(visits.begin_rule, dealer.caller("manager"), form)
    put(dealer, draft)
    assert any("feed itself" in one for one in grave(dealer, draft))
    with pytest.raises(rules.NotSound):
        approve(dealer, draft)


def test_nothing_is_due_before_it_happened(ruled: Dealer):
    draft = begin(ruled, "after_repair")
    put(ruled, draft, nth=1, offset_days=-3, window_days=1, expiry_days=0)
    assert any("before anybody knows" in one for one in grave(ruled, draft))
    of_date = begin(ruled, "insurance")
    assert grave(ruled, of_date) == []


def test_every_delivered_rule_is_sound_and_speaks_both_languages(dealer: Dealer):
    perform(visits.adopt, dealer.caller("director"), visits.AdoptCadences(request_id=uuid4()))
    asking = [step.cadence_id for step in dealer.rows(CadenceStep) if step.survey_code]
    for cadence in dealer.rows(Cadence):
        found = [(one.params, one.is_grave) for one in rule_file(dealer, cadence.id).troubles]
        assert len(found) == asking.count(cadence.id), found  # its surveys ask nobody yet
    surveys_in_force(dealer)
    for cadence in dealer.rows(Cadence):
        assert rule_file(dealer, cadence.id).troubles == [], cadence.code
    for step in dealer.rows(CadenceStep):
        scripts.check(step.script, step.script_en)


# ---- approval


def test_nobody_approves_what_he_wrote_while_there_is_somebody_else(ruled: Dealer):
    draft = begin(ruled, "new_car", "director")
    assert rule_file(ruled, draft, "director").is_own
    with pytest.raises(rules.OwnRule):
        approve(ruled, draft, "director")
    assert rule_file(ruled, draft, "manager").may_approve
    approve(ruled, draft, "manager")
    assert ruled.row(Cadence, draft).approved_by_id == ruled.user_id("manager")


def test_whoever_edited_it_last_is_its_author(ruled: Dealer):
    draft = begin(ruled, "after_repair", "director")
    put(ruled, draft, "manager")
    with pytest.raises(rules.OwnRule):
        approve(ruled, draft, "manager")
    approve(ruled, draft, "director")


def test_who_is_alone_approves_his_own(ruled: Dealer):
    draft = begin(ruled, "new_car", "director")
    with write_transaction() as session:
        actor = as_system(session)
        for user in session.execute(select(User)).scalars():
            if user.username in {"manager", "manager2"}:
                user.is_active = False
        audit.record(session, actor, audit.Action.DATA_LOADED, "users")
    approve(ruled, draft, "director")


def test_the_version_before_ends_the_day_before(ruled: Dealer):
    draft = begin(ruled, "after_repair")
    approve(ruled, draft, from_on=TODAY + 3 * DAY)
    one, two = sorted(
        (each for each in ruled.rows(Cadence) if each.code == "after_repair"),
        key=lambda each: each.number,
    )
    assert (one.state, one.until_on) == (CadenceState.APPROVED, TODAY + 2 * DAY)
    assert (two.from_on, two.until_on) == (TODAY + 3 * DAY, None)
    third = begin(ruled, "after_repair")
    with pytest.raises(rules.TooEarly):
        approve(ruled, third, from_on=TODAY + 3 * DAY)
    with pytest.raises(rules.FromPast):
        approve(ruled, third, from_on=TODAY - DAY)


def test_what_happened_before_goes_on_by_the_version_before(
    ruled: Dealer, on_monday: list[datetime]
):
    """Each event is followed by one version, its later steps too."""
    draft = begin(ruled, "after_repair")
    put(ruled, draft, nth=1, offset_days=2, window_days=2, expiry_days=15)
    approve(ruled, draft, from_on=TODAY)
    key = ruled.customer(lifecycle=Lifecycle.EXISTING)
    ruled.order(key, kind=OrderKind.REPAIR, closed_on=TODAY - DAY)
    ruled.order(key, kind=OrderKind.REPAIR, closed_on=TODAY)
    on_monday[0] = MONDAY + DAY
    sweep()
    found = {one.trigger_key: one for one in tasks(ruled, trigger=Trigger.REPAIR)}
    assert sorted(one.due_from for one in found.values()) == [TODAY, TODAY + 2 * DAY]
    assert sweep() == 0


def test_dates_to_come_are_not_followed_twice(ruled: Dealer, on_monday: list[datetime]):
    """What the version before has made ahead is not made again by the next one."""
    key = ruled.customer(
        lifecycle=Lifecycle.EXISTING, value_class=ValueClass.IMPORTANT, birthday=date(1990, 6, 15)
    )
    ruled.vehicle(key, insurance_until=TODAY + 40 * DAY, inspection_due_on=TODAY + 35 * DAY)
    ruled.touch(key, at=MONDAY - 20 * DAY)
    sweep()
    count = len(tasks(ruled))
    assert {one.trigger for one in tasks(ruled)} >= {
        *(Trigger.INSURANCE, Trigger.INSPECTION, Trigger.BIRTHDAY, Trigger.CLASS),
    }
    for code in ("insurance", "inspection", "birthday", "important"):
        approve(ruled, begin(ruled, code), from_on=TODAY)
    sweep()
    assert len(tasks(ruled)) == count
    on_monday[0] = MONDAY + 30 * DAY
    sweep()
    later = tasks(ruled, trigger=Trigger.INSURANCE)
    assert len({(one.trigger_key, one.due_from) for one in later}) == len(later)
    assert TODAY + 25 * DAY in {one.due_from for one in later}  # of the last step, in the new one


def test_a_class_rule_makes_nothing_after_its_end(ruled: Dealer, on_monday: list[datetime]):
    key = ruled.customer(lifecycle=Lifecycle.EXISTING, value_class=ValueClass.IMPORTANT)
    ruled.touch(key, at=MONDAY - 5 * DAY)  # its day is in 25 days
    draft = begin(ruled, "important")
    put(ruled, draft, nth=1, offset_days=60, window_days=2, expiry_days=100)
    approve(ruled, draft, from_on=TODAY + DAY)
    on_monday[0] = MONDAY + 26 * DAY
    sweep()
    assert tasks(ruled, trigger=Trigger.CLASS) == []
    on_monday[0] = MONDAY + 56 * DAY
    sweep()
    assert len(tasks(ruled, trigger=Trigger.CLASS)) == 1


# ---- what changed, what came of it


def test_what_changed_since_the_version_before(ruled: Dealer):
    draft = begin(ruled, "new_car")
    assert rule_file(ruled, draft).differences == []
    first = steps(ruled, draft)[0]
    put(
        ruled,
        draft,
        nth=1,
        offset_days=1,
        window_days=0,
        expiry_days=2,
        purpose=first.purpose,
        purpose_en=first.purpose_en,
        script=first.script,
        script_en="Thank you, {customer}",
        priority=6,
    )
    put(ruled, draft, offset_days=200, window_days=1, expiry_days=210)
    form = visits.DropStep(
        request_id=uuid4(), cadence_id=draft, version=ruled.row(Cadence, draft).version, nth=2
    )
    perform(visits.drop_step, ruled.caller("manager"), form)
    found = rule_file(ruled, draft)
    told = {(one.step, one.field) for one in found.differences}
    assert told == {(1, "window_days"), (1, "script_en"), (5, None), (2, None)}
    assert found.before is not None
    assert found.before.number == 1


def test_what_came_of_each_version(ruled: Dealer):
    key = ruled.customer(owner="service", lifecycle=Lifecycle.EXISTING)
    ruled.order(key, kind=OrderKind.REPAIR, closed_on=TODAY - 2 * DAY)
    sweep()
    [task] = tasks(ruled, trigger=Trigger.REPAIR)
    form = visits.RecordCall(
        request_id=uuid4(),
        task_id=task.id,
        version=task.version,
        result=CallResult.CONNECTED,
        words="用车正常",
        no_more="客户一切正常",
    )
    perform(visits.record_call, ruled.caller("service"), form)
    [outcome] = rule_file(ruled, of_code(ruled, "after_repair").id).outcomes
    assert (outcome.number, outcome.made, outcome.ended) == (1, 1, 1)
    assert (outcome.reached, outcome.done, outcome.declined, outcome.missed) == (1, 1, 0, 0)


# ---- the call


def test_the_call_says_the_script_in_both_languages(ruled: Dealer):
    key = ruled.customer("王小明", owner="service", lifecycle=Lifecycle.EXISTING)
    car = ruled.vehicle(key, model="Aurora 5")
    ruled.order(key, kind=OrderKind.REPAIR, closed_on=TODAY - DAY, vehicle_id=car)
    sweep()
    [task] = tasks(ruled, trigger=Trigger.REPAIR)
    call = fetch(visits.call, ruled.caller("service"), task.id)
    for said in (call.script, call.script_en):
        assert all(word in said for word in ("王小明", "Aurora 5", "service 某", "杭州西湖店"))
        assert "{" not in said
    assert call.script_en.startswith("Good day")
    assert "{customer}" in call.template


# ---- estimates


def simulated(dealer: Dealer, cadence: int, who: str = "manager") -> visits.Simulation:
    return fetch(visits.simulated, dealer.caller(who), cadence)


def test_an_estimate_counts_what_is_known_and_expects_what_was_usual(ruled: Dealer):
    """Repairs: 13 Mondays of the last 90 days had one, one more was yesterday."""
    key = ruled.customer(lifecycle=Lifecycle.EXISTING)
    other = ruled.customer(store=2, owner="sales2", lifecycle=Lifecycle.EXISTING)
    mondays = [TODAY - 7 * n * DAY for n in range(1, 13)]
    for day in mondays:
        ruled.order(key, kind=OrderKind.REPAIR, closed_on=day)
    ruled.order(key, kind=OrderKind.REPAIR, closed_on=TODAY - DAY)
    ruled.order(other, kind=OrderKind.REPAIR, closed_on=TODAY - DAY)
    found = simulated(ruled, of_code(ruled, "after_repair").id)
    by_day = dict(zip(found.days, found.rule, strict=True))
    assert found.days[0] == TODAY
    assert len(found.days) == 28
    assert by_day[TODAY] == 1  # of yesterday, whose step is due after one day
    assert by_day[TODAY + DAY] == pytest.approx(12 / 12)  # today is a Monday: one is usual
    assert by_day[TODAY + 2 * DAY] == 0
    sunday = by_day[TODAY + 7 * DAY]
    assert 0 < sunday < 0.1  # one Sunday of thirteen
    assert (found.people, found.capacity) == (1, 40)
    assert [one.store for one in found.places] == ["杭州西湖店"]
    assert [one.store for one in simulated(ruled, of_code(ruled, "after_repair").id, "director")
            .places] == ["杭州西湖店", "宁波江北店"]  # fmt: skip


def test_an_estimate_of_dates_and_of_classes_is_counted(ruled: Dealer):
    for n in range(4):
        key = ruled.customer(lifecycle=Lifecycle.EXISTING, value_class=ValueClass.IMPORTANT)
        ruled.touch(key, at=MONDAY - 25 * DAY)  # due in 5 days, and not again within 28
        ruled.vehicle(key, insurance_until=TODAY + (15 + n) * DAY)
    ordinary = ruled.customer(lifecycle=Lifecycle.EXISTING, value_class=ValueClass.ORDINARY)
    ruled.touch(ordinary, at=MONDAY - 25 * DAY)
    found = simulated(ruled, of_code(ruled, "important").id)
    assert {day: n for day, n in zip(found.days, found.rule, strict=True) if n} == {
        TODAY + 5 * DAY: 4
    }
    insured = simulated(ruled, of_code(ruled, "insurance").id)
    assert insured.rule[:5] == [1, 1, 1, 1, 0]  # the last step, 15 days before
    assert insured.others[5] == 4  # the important customers' rule is the same desk's
    assert found.kept is None


def test_an_estimate_writes_nothing_and_is_for_who_leads(ruled: Dealer):
    key = of_code(ruled, "after_repair").id
    before = len(ruled.rows(AuditEntry))
    simulated(ruled, key)
    assert len(ruled.rows(AuditEntry)) == before
    with pytest.raises(NotPermitted):
        simulated(ruled, key, "service")


# ---- proposals


def propose(dealer: Dealer, who: str = "service", code: str = "after_repair", **more: Any) -> int:
    step = steps(dealer, min(c.id for c in dealer.rows(Cadence) if c.code == code))[0]
    values = {"step_id": step.id, "script": "{customer}您好，车开着还顺手吗？", "reason": "更自然"}
    form = visits.ProposeScript(request_id=uuid4(), **values | more)
    return perform(visits.propose, dealer.caller(who), form)


def told(dealer: Dealer, who: str, kind: str) -> list[Notice]:
    rows = dealer.rows(Notice)
    return [one for one in rows if (one.user_id, one.kind) == (dealer.user_id(who), kind)]


def test_a_proposal_is_taken_over_into_a_draft(ruled: Dealer):
    key = propose(ruled)
    assert len(told(ruled, "manager", "script_proposed")) == 1
    form = visits.TakeProposal(request_id=uuid4(), proposal_id=key, version=1)
    draft = perform(visits.take_over, ruled.caller("manager"), form)
    row = ruled.row(Cadence, draft)
    assert (row.number, row.state, row.author_id) == (
        *(2, CadenceState.DRAFT),
        ruled.user_id("manager"),
    )
    assert steps(ruled, draft)[0].script == "{customer}您好，车开着还顺手吗？"
    assert ruled.row(ScriptProposal, key).state is ProposalState.TAKEN
    assert len(told(ruled, "service", "script_answered")) == 1
    assert told(ruled, "manager", "script_proposed")[0].acted_at is not None
    with pytest.raises(proposals.NotOpen):
        perform(
            visits.take_over,
            ruled.caller("director"),
            visits.TakeProposal(request_id=uuid4(), proposal_id=key, version=1),
        )


def test_two_proposals_meet_in_one_draft(ruled: Dealer):
    first, second = propose(ruled), propose(ruled, is_english=True, script="How is it going?")
    drafts = {
        perform(
            visits.take_over,
            ruled.caller("manager"),
            visits.TakeProposal(request_id=uuid4(), proposal_id=key, version=1),
        )
        for key in (first, second)
    }
    [draft] = drafts
    [step] = steps(ruled, draft)
    assert (step.script, step.script_en) == ("{customer}您好，车开着还顺手吗？", "How is it going?")


def test_a_declined_proposal_is_answered(ruled: Dealer):
    key = propose(ruled)
    form = visits.DeclineProposal(request_id=uuid4(), proposal_id=key, version=1, answer="过于随意")
    perform(visits.decline, ruled.caller("manager"), form)
    [notice] = told(ruled, "service", "script_answered")
    assert notice.params["answer"] == "过于随意"
    assert of_code(ruled, "after_repair").number == 1  # no draft was begun
    found = rule_file(ruled, of_code(ruled, "after_repair").id).proposals
    assert [(one.state, one.answer) for one in found] == [(ProposalState.DECLINED, "过于随意")]


def test_what_cannot_be_proposed(ruled: Dealer):
    draft = begin(ruled, "new_car")
    with pytest.raises(NotFound):  # a draft's script is edited, not proposed
        propose(ruled, step_id=steps(ruled, draft)[0].id)
    with pytest.raises(scripts.UnknownPlace):
        propose(ruled, script="{price}")
    now = steps(ruled, of_code(ruled, "after_repair").id)[0].script
    with pytest.raises(proposals.NothingNew):
        propose(ruled, script=now)


def test_a_proposal_for_a_step_that_is_gone_says_so(ruled: Dealer):
    key = propose(ruled)
    draft = begin(ruled, "after_repair")
    put(ruled, draft)
    form = visits.DropStep(
        request_id=uuid4(), cadence_id=draft, version=ruled.row(Cadence, draft).version, nth=1
    )
    perform(visits.drop_step, ruled.caller("manager"), form)
    with pytest.raises(proposals.StepGone):
        perform(
            visits.take_over,
            ruled.caller("manager"),
            visits.TakeProposal(request_id=uuid4(), proposal_id=key, version=1),
        )
    assert ruled.row(ScriptProposal, key).state is ProposalState.OPEN


def test_only_who_makes_contacts_proposes(ruled: Dealer):
    with pytest.raises(NotPermitted):
        propose(ruled, "club_manager")
    assert fetch(visits.waiting, ruled.caller("manager")) == {}
    propose(ruled)
    assert fetch(visits.waiting, ruled.caller("manager")) == {"after_repair": 1}
    assert Permission.VISITS_LEAD not in ruled.actor("service").grants
