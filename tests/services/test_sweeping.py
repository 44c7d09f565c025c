"""The sweep: done any number of times without double effect, alone, killed anywhere, days late."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from typer.testing import CliRunner

from commands import app
from db.engine import read_transaction, write_transaction
from db.locks import LockHeld, only_one
from db.models import (
    ActionKind,
    Appointment,
    AppointmentSource,
    AppointmentState,
    Approval,
    ApprovalState,
    AuditBlock,
    AuditEntry,
    CallWish,
    CauseAction,
    ComplaintDeck,
    ComplaintStep,
    Consent,
    Counter,
    CustomerSummary,
    Department,
    Desk,
    Draft,
    FileIssue,
    InboundCall,
    IssueKind,
    Job,
    JobState,
    Lifecycle,
    MailboxCheck,
    Notice,
    PostDuty,
    Promise,
    Purpose,
    SentRequest,
    Source,
    Trigger,
    Urgency,
    VisitKind,
    VisitTask,
    WorkKind,
)
from db.summaries import FORM, SERIES
from services import drafts, jobs, mailbox, sweeping, verification
from services.core import calendars, clock
from services.core.access import System
from services.core.run import fetch, perform
from services.customers import summary
from services.decks import gathering
from tests.dealer import Dealer, as_system
from tests.house import ROOT
from tests.services.complaint_deeds import laid

CALLER = System("tests")
NOTHING = dict.fromkeys(sweeping.DUTIES, 0)


def sweep() -> dict[str, int]:
    done = sweeping.sweep(CALLER)
    assert done.failed == {}
    return done.changed


def set_clock(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    monkeypatch.setattr(clock, "now", lambda: moment)


def due_work(dealer: Dealer) -> datetime:
    """Something due for every duty that finds its work in the data; returns the present."""
    now = clock.now()
    old = now - timedelta(days=400)
    key = dealer.customer()
    dealer.vehicle(key, delivered_on=clock.day_of(old))  # nobody has said when it is due
    about = laid(dealer)  # nobody has kept when it is due
    with write_transaction() as session:
        as_system(session)
        row = session.get_one(CustomerSummary, key)
        row.grams = "stale"
    dealer.add(
        Draft(user_id=dealer.user_id("sales"), form="a", values={}, updated_at=old),
        Promise(
            customer_id=key,
            what="call back",
            made_at=old,
            due_at=now + timedelta(hours=12),
            store_id=1,
            owner_id=dealer.user_id("sales"),
        ),
        SentRequest(id=str(uuid4()), command="x", digest="x", at=old),
        _job(old),
        _notice(dealer, old),
        _approval(dealer, old),
        _action(dealer, about, old),
        _question(dealer, about, old),
        _deck(now),
        _contact(key, old),
        _appointment(old),
        _call(dealer, old),
        _issue(dealer, old),
        *_looks(dealer, now),
    )
    dealer.named(PostDuty.MAILBOX, "sales", days=30)
    return now


def _looks(dealer: Dealer, now: datetime) -> list[MailboxCheck]:
    """Into the mailbox, on every day but a working one of the week before last, of which nobody has
    been told."""
    with read_transaction() as session:
        as_system(session)
        calendar = calendars.calendar(session, None)
    days = [now - timedelta(days=n) for n in range(mailbox.LOOKED_BACK)]
    missed = max(n for n, at in enumerate(days) if calendar.spans(clock.day_of(at)))
    looks = [at for n, at in enumerate(days) if n != missed]
    who = dealer.user_id("sales")
    return [MailboxCheck(at=at, user_id=who, new_count=0, made_count=0) for at in looks]


def _issue(dealer: Dealer, old: datetime) -> FileIssue:
    """Of a file that lacked something and that lacks nothing any more."""
    key = dealer.customer(
        lifecycle=Lifecycle.POTENTIAL,
        source=Source.WALK_IN,
        need="七座车",
        province="浙江",
        city="杭州",
        district="西湖",
    )
    dealer.add(
        Consent(
            customer_id=key,
            store_id=1,
            owner_id=dealer.user_id("sales"),
            purpose=Purpose.SERVICE_CALLS,
            given_at=old,
        )
    )
    dealer.summarise(key)
    return FileIssue(store_id=1, customer_id=key, field="", kind=IssueKind.MISSING, opened_at=old)


def _contact(customer_id: int, old: datetime) -> VisitTask:
    """To be made long ago, and nobody did."""
    day = clock.day_of(old)
    return VisitTask(
        store_id=1,
        customer_id=customer_id,
        desk=Desk.SERVICE,
        kind=VisitKind.CALL,
        trigger=Trigger.MANUAL,
        trigger_key="wanted",
        due_from=day,
        due_to=day,
        expires_on=day,
        created_at=old,
    )


def _appointment(old: datetime) -> Appointment:
    """To which nobody came, whom nobody can call."""
    return Appointment(
        store_id=1,
        visitor="x",
        work=WorkKind.REPAIR,
        starts_at=old,
        minutes=30,
        source=AppointmentSource.CALL,
        state=AppointmentState.BOOKED,
    )


def _call(dealer: Dealer, old: datetime) -> InboundCall:
    """Whose answer was promised long ago."""
    return InboundCall(
        store_id=1,
        at=old,
        caller="x",
        urgency=Urgency.ORDINARY,
        wish=CallWish.QUESTION,
        words="x",
        answerer_id=dealer.user_id("sales"),
        promised_at=old,
    )


def _deck(now: datetime) -> ComplaintDeck:
    """Frozen, and nobody has been told."""
    month = gathering.month_before(f"{clock.day_of(now):%Y-%m}")
    return ComplaintDeck(month=month, frozen_at=now, content={"figures": {"now": {}}})


def _job(old: datetime) -> Job:
    return Job(kind="import_run", state=JobState.DONE, asked_at=old, ended_at=old)


def _notice(dealer: Dealer, old: datetime) -> Notice:
    return Notice(
        user_id=dealer.user_id("sales"),
        cause="old",
        kind="customer_handed_on",
        created_at=old,
        show_at=old,
        acted_at=old,
    )


def _action(dealer: Dealer, complaint_id: int, old: datetime) -> CauseAction:
    return CauseAction(
        complaint_id=complaint_id,
        kind=ActionKind.CORRECTIVE,
        what="x",
        owner_id=dealer.user_id("sales"),
        due_on=old.date(),
        check_on=old.date(),
    )


def _question(dealer: Dealer, complaint_id: int, old: datetime) -> ComplaintStep:
    return ComplaintStep(
        complaint_id=complaint_id,
        department=Department.TECHNICAL,
        question="x",
        asked_of_id=dealer.user_id("sales"),
        asked_at=old,
        due_at=old,
    )


def _approval(dealer: Dealer, old: datetime) -> Approval:
    form = {
        "key": "customers.reveals_a_day.others",
        "value": "1",
        "from_on": "2026-01-01",
        "reason": "because",
    }
    return Approval(
        kind="setting",
        subject="x",
        form=form,
        needs="settings:approve",
        asked_by_id=dealer.user_id("manager"),
        asked_at=old,
        reason="because",
        expires_at=old,
    )


# ---- what is due, once


def test_all_that_is_due_is_done_once(dealer: Dealer):
    due_work(dealer)
    changed = sweep()
    beside = {"audit", "crises", "holidays"}  # the clocks of a crisis are due before it is
    one_each = {name: changed[name] for name in changed if name not in beside}
    assert one_each == dict.fromkeys(one_each, 1)
    assert changed["audit"] == len(dealer.rows(AuditEntry))
    assert sweep() == NOTHING
    assert dealer.rows(Approval)[0].state is ApprovalState.EXPIRED
    assert fetch(verification.verify, CALLER, "summaries").wrong == 0
    assert fetch(verification.verify, CALLER, "audit").wrong == 0
    for model in (Draft, SentRequest):
        assert dealer.rows(model) == []


def test_days_behind_all_is_done_at_once(dealer: Dealer, monkeypatch: pytest.MonkeyPatch):
    sweep()
    now = due_work(dealer)
    set_clock(monkeypatch, now + timedelta(days=9))
    assert sum(sweep().values()) > len(NOTHING) - 2
    assert sweep() == NOTHING


def test_with_the_clock_set_back_nothing_breaks(dealer: Dealer, monkeypatch: pytest.MonkeyPatch):
    now = due_work(dealer)
    set_clock(monkeypatch, now - timedelta(days=800))
    changed = sweep()
    assert (changed["drafts"], changed["approvals"]) == (0, 0)
    assert fetch(verification.verify, CALLER, "audit").wrong == 0
    set_clock(monkeypatch, now)
    assert fetch(sweeping.is_due, CALLER)
    changed = sweep()
    assert (changed["drafts"], changed["approvals"]) == (1, 1)


def test_when_it_is_due(dealer: Dealer, monkeypatch: pytest.MonkeyPatch):
    assert fetch(sweeping.is_due, CALLER)
    sweep()
    now = clock.now()
    assert not fetch(sweeping.is_due, CALLER)
    for moment in (now + sweeping.EVERY, now - timedelta(days=1)):
        set_clock(monkeypatch, moment)
        assert fetch(sweeping.is_due, CALLER)


def test_it_stands_among_the_jobs_for_who_looks_after_them(dealer: Dealer):
    sweep()
    [row] = dealer.rows(Job)
    assert (row.kind, row.state, row.done, row.user_id) == ("sweep", JobState.DONE, row.total, None)
    assert set(row.result["changed"]) == set(sweeping.DUTIES)


def test_of_many_good_ones_the_list_shows_the_last(dealer: Dealer):
    for _ in range(3):
        sweep()
    newest = max(row.id for row in dealer.rows(Job))
    assert [line.id for line in fetch(jobs.page, dealer.caller("admin"))] == [newest]
    assert fetch(jobs.page, dealer.caller("manager")) == []


# ---- one duty's trouble


def test_a_broken_duty_is_an_incident_and_the_others_are_done(
    dealer: Dealer, monkeypatch: pytest.MonkeyPatch
):
    due_work(dealer)

    def broken(*_: object) -> int:
        raise ZeroDivisionError

    duty = sweeping.Duty(sweeping.DUTIES["drafts"].label, broken)
    with monkeypatch.context() as broken_now:
        broken_now.setattr(sweeping, "DUTIES", {**sweeping.DUTIES, "drafts": duty})
        first, second = sweeping.sweep(CALLER), sweeping.sweep(CALLER)
    assert set(first.failed) == set(second.failed) == {"drafts"}
    assert first.changed["requests"] == 1
    told = [row for row in dealer.rows(Notice) if row.kind == "sweep_failed"]
    assert {row.user_id for row in told} == {dealer.user_id("admin"), dealer.user_id("director")}
    assert len(told) == 2  # once a day, not once a sweep
    assert [row.state for row in dealer.rows(Job) if row.kind == "sweep"] == [JobState.FAILED] * 2
    assert sweep()["drafts"] == 1


# ---- one at a time


def test_a_second_sweep_leaves_or_waits(dealer: Dealer):
    entered, leave = threading.Event(), threading.Event()

    def hold() -> None:
        with only_one("sweep"):
            entered.set()
            leave.wait(20)

    holder = threading.Thread(target=hold)
    holder.start()
    assert entered.wait(10)
    with pytest.raises(sweeping.SweepUnderWay):
        sweeping.sweep(CALLER)
    assert dealer.rows(Job) == []
    threading.Timer(0.5, leave.set).start()
    assert sweeping.sweep(CALLER, patience=20).failed == {}
    holder.join()


def test_other_work_has_another_lock(database: str):
    def again() -> None:
        with only_one("sweep"):
            raise AssertionError("two at once")

    with only_one("sweep"), only_one("something else"), pytest.raises(LockHeld):
        again()
    with only_one("sweep"):
        assert database  # let go of, it is taken again


def test_two_processes_at_once_do_it_once(dealer: Dealer):
    due_work(dealer)
    command = [sys.executable, "manage.py", "sweep", "--json"]
    both = [
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    said = [json.loads(each.communicate(timeout=120)[0])["changed"] for each in both]
    assert [each.returncode for each in both] == [0, 0]
    for name in ("approvals", "summaries", "drafts", "requests", "notices", "jobs"):
        assert sorted(one[name] for one in said) == [0, 1], name
    assert fetch(verification.verify, CALLER, "audit").wrong == 0


# ---- killed anywhere


@pytest.mark.parametrize("duty", ["approvals", "summaries", "requests", "audit"])
def test_killed_in_the_middle_the_next_one_finishes(dealer: Dealer, duty: str):
    due_work(dealer)
    script = f"""
import time
from services import sweeping
from services.core.access import System
def hang(caller):
    print("here", flush=True)
    time.sleep(60)
duties = dict(sweeping.DUTIES)
duties[{duty!r}] = sweeping.Duty("x", hang)
sweeping.DUTIES = duties
sweeping.sweep(System("tests"))
"""
    command = [sys.executable, "-c", script]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "here"
        os.kill(process.pid, signal.SIGKILL)
    began = time.monotonic()
    done = sweeping.sweep(CALLER, patience=20)
    assert time.monotonic() - began < 20
    assert done.failed == {}
    assert done.changed[duty] >= 1
    states = [row.state for row in dealer.rows(Job) if row.kind == "sweep"]
    assert states == [JobState.FAILED, JobState.DONE]
    assert sweep() == NOTHING
    assert fetch(verification.verify, CALLER, "audit").wrong == 0
    assert len(dealer.rows(AuditBlock)) >= 1


# ---- summaries of an older form


def test_summaries_go_on_where_they_stopped(dealer: Dealer, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(summary, "STEP", 2)
    keys = [dealer.customer() for _ in range(5)]
    with write_transaction() as session:
        as_system(session)
        for key in keys:
            session.get_one(CustomerSummary, key).grams = "stale"
    form = summary.DeriveSummaries()
    assert perform(summary.derive_anew, CALLER, form) == summary.Derived(2, is_finished=False)
    assert sweep()["summaries"] == 3
    [mark] = [row for row in dealer.rows(Counter) if row.series == SERIES]
    assert (mark.value, mark.details) == (FORM, None)
    assert perform(summary.derive_anew, CALLER, form) == summary.Derived(0, is_finished=True)


def test_a_newer_form_begins_at_the_first_file(dealer: Dealer, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(summary, "STEP", 1)
    keys = [dealer.customer() for _ in range(3)]
    form = summary.DeriveSummaries()
    perform(summary.derive_anew, CALLER, form)
    monkeypatch.setattr(summary, "FORM", FORM + 1)
    with write_transaction() as session:
        as_system(session)
        session.get_one(CustomerSummary, keys[0]).grams = "stale"
    assert sweep()["summaries"] == 1
    assert [row.value for row in dealer.rows(Counter) if row.series == SERIES] == [FORM + 1]


def test_drafts_in_use_stay(dealer: Dealer):
    keep = drafts.KeepDraft(form="a", values={"note": "x"})
    perform(drafts.keep, dealer.caller("sales"), keep)
    assert sweep()["drafts"] == 0
    assert len(dealer.rows(Draft)) == 1


# ---- the command


def test_the_command_tells_what_it_changed(dealer: Dealer):
    due_work(dealer)
    told = CliRunner().invoke(app, ["sweep", "--json"])
    assert told.exit_code == 0
    assert json.loads(told.stdout)["changed"]["drafts"] == 1
    told = CliRunner().invoke(app, ["sweep"], env={"CRM_LANGUAGE": "en"})
    assert "Old drafts: 0" in told.stdout


def test_the_command_ends_badly_when_a_duty_failed(dealer: Dealer, monkeypatch: pytest.MonkeyPatch):
    def broken(*_: object) -> int:
        raise ZeroDivisionError

    duty = sweeping.Duty(sweeping.DUTIES["drafts"].label, broken)
    monkeypatch.setattr(sweeping, "DUTIES", {"drafts": duty})
    told = CliRunner().invoke(app, ["sweep", "--json"])
    assert told.exit_code == 1
    assert set(json.loads(told.stdout.splitlines()[0])["failed"]) == {"drafts"}
