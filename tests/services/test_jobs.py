"""Long work: found again, stopped, taken up after a crash, told of at its end; never done twice."""

from datetime import timedelta
from uuid import uuid4

import pytest

from db.models import AuditEntry, BatchState, Customer, ImportBatch, Job, JobState, Notice, User
from services import imports, jobs, notices, users
from services.core import clock
from services.core.access import System
from services.core.errors import NotFound, NotPermitted
from services.core.run import fetch, perform
from services.imports.background import UnderWay
from services.jobs import ClaimJob, records, working
from tests.dealer import Dealer
from tests.services.test_imports import check, person, table

WORKER = System("tests")
MANY = 90
"""Rows of a file that takes several steps."""


def checked(dealer: Dealer, rows: int = 3) -> int:
    return check(dealer, "customers", table(*(person(n) for n in range(1, rows + 1))))


def start(dealer: Dealer, batch_id: int, who: str = "manager") -> int:
    form = imports.StartRun(request_id=uuid4(), batch_id=batch_id)
    return perform(imports.start_run, dealer.caller(who), form)


def start_undo(dealer: Dealer, batch_id: int, who: str = "manager") -> int:
    form = imports.StartUndo(request_id=uuid4(), batch_id=batch_id)
    return perform(imports.start_undo, dealer.caller(who), form)


def told(dealer: Dealer) -> list[tuple[str, str]]:
    return [(row.kind, row.cause) for row in dealer.rows(Notice)]


def switch_off(dealer: Dealer, who: str) -> None:
    user = dealer.row(User, dealer.user_id(who))
    form = users.SwitchUser(request_id=uuid4(), id=user.id, version=user.version, is_active=False)
    perform(users.switch, WORKER, form)


# ---- from beginning to end


def test_a_job_is_done_while_nobody_watches(dealer: Dealer):
    batch = checked(dealer)
    job = start(dealer, batch)
    assert dealer.rows(Customer) == []
    assert fetch(imports.under_way, dealer.caller("director"), batch) == imports.Work(job, 0, 0)
    assert fetch(jobs.waiting, WORKER)
    assert jobs.work(WORKER)
    assert not fetch(jobs.waiting, WORKER)
    assert not jobs.work(WORKER)
    row = dealer.row(Job, job)
    assert (row.state, row.done, row.total, row.attempts) == (JobState.DONE, 3, 3, 1)
    assert dealer.row(ImportBatch, batch).state is BatchState.DONE
    assert len(dealer.rows(Customer)) == 3
    assert told(dealer) == [("import_done", f"job:{job}")]
    assert fetch(imports.under_way, dealer.caller("director"), batch) is None


def test_its_deeds_are_those_of_whoever_asked(dealer: Dealer):
    job = start(dealer, checked(dealer))
    jobs.work(WORKER)
    entry = dealer.rows(AuditEntry)[-1]
    assert (entry.action, entry.actor_name) == ("imports:run", "manager 某")
    assert entry.source == f"job:{job}"


def test_it_is_taken_back_in_the_background_too(dealer: Dealer):
    batch = checked(dealer)
    start(dealer, batch)
    perform(imports.run_chunk, dealer.caller("manager"), imports.RunChunk(batch_id=batch))
    with pytest.raises(UnderWay):
        start_undo(dealer, batch)
    jobs.work(WORKER)
    start_undo(dealer, batch)
    jobs.work(WORKER)
    assert dealer.rows(Customer) == []
    assert [row.state for row in dealer.rows(Job)] == [JobState.DONE, JobState.DONE]


def test_asking_twice_is_one_job(dealer: Dealer):
    batch = checked(dealer)
    assert start(dealer, batch) == start(dealer, batch, "director")
    jobs.work(WORKER)
    assert len(dealer.rows(Job)) == 1


# ---- who may


def at_work(dealer: Dealer) -> set[str]:
    """Whose bell shows work under way."""
    people = ("manager", "director", "admin", "steward")
    return {who for who in people if fetch(notices.bell, dealer.caller(who)).is_working}


def test_the_bell_shows_ones_own_work_until_it_has_ended(dealer: Dealer):
    assert at_work(dealer) == set()
    start(dealer, checked(dealer))
    assert at_work(dealer) == {"manager"}
    assert [j.title for j in fetch(notices.opened_bell, dealer.caller("manager")).jobs] != []
    assert fetch(notices.opened_bell, dealer.caller("admin")).jobs == ()
    jobs.work(WORKER)
    assert at_work(dealer) == set()


def test_ones_jobs_are_ones_own_and_the_caretakers(dealer: Dealer):
    job = start(dealer, checked(dealer))
    for who in ("manager", "director", "admin"):
        assert [line.id for line in fetch(jobs.page, dealer.caller(who))] == [job]
        assert fetch(jobs.line, dealer.caller(who), job).place[0] == "imports"
    assert fetch(jobs.page, dealer.caller("admin"), only_open=True) == []
    for who in ("steward", "manager2", "sales"):
        assert fetch(jobs.page, dealer.caller(who)) == []
        with pytest.raises(NotFound):
            fetch(jobs.line, dealer.caller(who), job)


def test_another_stores_batch_is_not_started(dealer: Dealer):
    batch = checked(dealer)
    with pytest.raises(NotFound):
        start(dealer, batch, "manager2")
    with pytest.raises(NotPermitted):
        start(dealer, batch, "sales")


def test_who_lost_his_access_meanwhile_gets_nothing_done(dealer: Dealer):
    job = start(dealer, checked(dealer))
    switch_off(dealer, "manager")
    jobs.work(WORKER)
    row = dealer.row(Job, job)
    assert (row.state, row.trouble["msgid"]) == (JobState.FAILED, working.GONE)
    assert dealer.rows(Customer) == []


# ---- stopping and going on


def test_it_stops_between_two_steps_and_goes_on_later(
    dealer: Dealer, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(working, "BEATS", 0.0)
    batch = checked(dealer, MANY)
    job = start(dealer, batch)
    stop = imports.StopWork(batch_id=batch)
    perform(imports.stop_work, dealer.caller("director"), stop)
    assert jobs.work(WORKER)
    row = dealer.row(Job, job)
    assert row.state is JobState.STOPPED
    assert 0 < row.done < MANY
    assert told(dealer) == []  # whoever stopped it knows
    assert dealer.row(ImportBatch, batch).state is BatchState.RUNNING
    again = start(dealer, batch)
    assert again != job
    jobs.work(WORKER)
    assert len(dealer.rows(Customer)) == MANY


def test_a_server_that_ends_puts_it_back_for_another(dealer: Dealer):
    batch = checked(dealer, MANY)
    job = start(dealer, batch)
    assert jobs.work(WORKER, lambda: True)
    row = dealer.row(Job, job)
    assert (row.state, row.attempts, row.ended_at) == (JobState.QUEUED, 0, None)
    assert 0 < len(dealer.rows(Customer)) < MANY
    jobs.work(WORKER)
    assert dealer.row(Job, job).state is JobState.DONE
    assert len(dealer.rows(Customer)) == MANY


def test_a_dead_workers_job_is_taken_up_and_the_dead_one_is_refused(
    dealer: Dealer, monkeypatch: pytest.MonkeyPatch
):
    job = start(dealer, checked(dealer))
    assert perform(jobs.claim, WORKER, ClaimJob(worker="dead")) is not None
    assert perform(jobs.claim, WORKER, ClaimJob(worker="early")) is None
    later = clock.now() + records.DEAD + timedelta(seconds=1)
    with monkeypatch.context() as moved:
        moved.setattr(clock, "now", lambda: later)
        assert jobs.work(WORKER)
    assert dealer.row(Job, job).state is JobState.DONE
    beat = jobs.BeatJob(job_id=job, worker="dead", done=1, total=3)
    with pytest.raises(records.TakenOver):
        perform(jobs.beat, WORKER, beat)
    end = jobs.FinishJob(job_id=job, worker="dead", state=JobState.FAILED)
    with pytest.raises(records.TakenOver):
        perform(jobs.finish, WORKER, end)
    assert len(dealer.rows(Customer)) == 3
    assert len(told(dealer)) == 1


def test_what_kills_its_workers_again_and_again_is_given_up(
    dealer: Dealer, monkeypatch: pytest.MonkeyPatch
):
    job = start(dealer, checked(dealer))
    now = clock.now()
    for _ in range(records.MOST_ATTEMPTS + 1):
        now += records.DEAD + timedelta(seconds=1)
        monkeypatch.setattr(clock, "now", lambda now=now: now)
        perform(jobs.claim, WORKER, ClaimJob(worker=str(now)))
    row = dealer.row(Job, job)
    assert (row.state, row.trouble["msgid"]) == (JobState.FAILED, records.NEVER_ENDED)
    assert not fetch(jobs.waiting, WORKER)


def test_a_bug_in_a_job_is_an_incident_and_not_the_workers_end(
    dealer: Dealer, monkeypatch: pytest.MonkeyPatch
):
    def broken(*_: object) -> dict[str, object]:
        raise ZeroDivisionError("a customer's name")

    monkeypatch.setitem(working.RUNNERS, working.JobKind.IMPORT_RUN, broken)
    job = start(dealer, checked(dealer))
    assert jobs.work(WORKER)
    row = dealer.row(Job, job)
    assert row.state is JobState.FAILED
    assert "name" not in str(row.trouble)
    assert len(row.trouble["params"]["incident"]) == 8
    [line] = fetch(jobs.page, dealer.caller("manager"))
    assert line.trouble == records.Trouble(**row.trouble)
    assert told(dealer) == [("job_failed", f"job:{job}")]


def test_ended_ones_are_forgotten_after_their_time(dealer: Dealer, monkeypatch: pytest.MonkeyPatch):
    start(dealer, checked(dealer))
    jobs.work(WORKER)
    start(dealer, checked(dealer, 5))
    later = clock.now() + timedelta(days=91)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert perform(jobs.drop_old, WORKER, jobs.DropJobs()) == 1
    assert [row.state for row in dealer.rows(Job)] == [JobState.QUEUED]
