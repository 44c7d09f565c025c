"""The sweep: due work, found and done, any number of times without double effect (A22).

Every duty is a command that finds in the data what is due now, whenever that became due: after days
of standing still it is all done at once, with the clock set back there is less to do, and killed
anywhere it goes on the next time. One process sweeps at a time; a second one waits or leaves.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Final

from pydantic import AfterValidator
from sqlalchemy import delete, select
from sqlmodel import Session, col

from db.locks import LockHeld, only_one
from db.models import Job, JobState, SentRequest
from services import (
    appointments,
    approvals,
    calendars,
    campaigns,
    complaints,
    customers,
    decks,
    drafts,
    file_issues,
    inbound,
    jobs,
    mailbox,
    notices,
    promises,
    sealing,
    visits,
)
from services.core import clock, fields, incidents
from services.core import notices as telling
from services.core.access import Actor, Caller, Permission, load
from services.core.errors import Busy
from services.core.fields import refused
from services.core.inputs import Input
from services.core.jobs import JobKind
from services.core.normal import InvalidValue
from services.core.run import perform
from services.core.tellings import NoticeKind
from services.core.words import N_

EVERY: Final = timedelta(minutes=5)
"""A crisis is to be acknowledged within 15 minutes: who warns of it must not come in 10."""
REQUEST_DAYS: Final = 7
"""A form's request is remembered for so long; no browser shows a form for a week."""
STEP: Final = 5000
PASSES: Final = 3
"""So often at most one sweep lays the budget of contacts: what people change meanwhile can wait."""

KILLED: Final = N_("It ended before its time; what was left to do was done the next time")
NO_SUCH_DUTY: Final = N_("There is no such due work")
SOME_FAILED: Final = N_("Not everything that is due could be done: {duties}")


class SweepUnderWay(Busy):
    msgid = N_("Another process is at the due work. Try again in a moment")


@dataclass(frozen=True, slots=True)
class Duty:
    """One kind of due work. `do` returns how many records it changed."""

    label: str
    """A msgid."""
    do: Callable[[Caller], int]


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep changed, by kind, and the incidents of the duties that failed."""

    changed: dict[str, int]
    failed: dict[str, str]


# ---- duties


def _all_of(command: Callable[..., int], form: type[Input]) -> Callable[[Caller], int]:
    """Calls a command again and again, until it finds nothing more to do."""

    def do(caller: Caller) -> int:
        total = 0
        while count := perform(command, caller, form()):
            total += count
        return total

    return do


def _summaries(caller: Caller) -> int:
    changed = 0
    while True:
        step = perform(customers.derive_anew, caller, customers.DeriveSummaries())
        changed += step.changed
        if step.is_finished:
            return changed


def _complaints(caller: Caller) -> int:
    changed, after = 0, 0
    while True:
        form = complaints.WatchComplaints(after=after)
        step = perform(complaints.watch, caller, form)
        changed += step.changed
        if step.last is None:
            return changed
        after = step.last


def _maintenances(caller: Caller) -> int:
    """When cars are due for maintenance, and the reminders of those that came meanwhile."""
    changed, is_finished = 0, False
    while not is_finished:
        step = perform(visits.predict_services, caller, visits.PredictServices())
        changed, is_finished = changed + step.changed, step.is_finished
    after: int | None = 0
    while after is not None:
        settled = perform(visits.settle, caller, visits.SettleReminders(after=after))
        changed, after = changed + settled.changed, settled.last
    return changed


def _campaigns(caller: Caller) -> int:
    """Contacts of campaigns that run; those of ended ones are cancelled."""
    changed = _all_of(campaigns.cancel_ended, campaigns.CancelEnded)(caller)
    form: campaigns.MakeContacts | None = campaigns.MakeContacts()
    while form is not None:
        made = perform(campaigns.make, caller, form)
        changed, form = changed + made.count, made.following
    return changed


def _visits(caller: Caller) -> int:
    """Contacts are made of what happened and of campaigns, then the budget of contacts is laid upon
    all of whom something changed, and once more upon those whom that has changed."""
    changed = _campaigns(caller)
    form: visits.MakeTasks | None = visits.MakeTasks()
    while form is not None:
        made = perform(visits.make, caller, form)
        changed, form = changed + made.count, made.following
    for _nth in range(PASSES):
        count, after = 0, 0
        while True:
            weighed = perform(visits.weigh, caller, visits.WeighTasks(after=after))
            count += weighed.changed
            if weighed.last is None:
                break
            after = weighed.last
        changed += count
        if not count:
            break
    return changed


class DropRequests(Input):
    """Forget which forms were sent, of those that nobody can send again."""


def drop_requests(session: Session, actor: Actor, form: DropRequests) -> int:
    """Forget some of the requests older than `REQUEST_DAYS`; returns how many, 0 at the end."""
    actor.require(Permission.DATA_SWEEP)
    before = clock.now() - timedelta(days=REQUEST_DAYS)
    old = select(col(SentRequest.id)).where(col(SentRequest.at) < before).limit(STEP)
    gone = delete(SentRequest).where(col(SentRequest.id).in_(old))
    return len(session.execute(gone.returning(col(SentRequest.id))).all())


DUTIES: Final[Mapping[str, Duty]] = {
    "approvals": Duty(
        N_("Expired requests for approval"),
        _all_of(approvals.expire, approvals.ExpireApprovals),
    ),
    "complaints": Duty(N_("Clocks of complaints"), _complaints),
    "actions": Duty(
        N_("Actions against causes"), _all_of(complaints.remind, complaints.RemindOfActions)
    ),
    "questions": Duty(
        N_("Questions about complaints"),
        _all_of(complaints.remind_of_steps, complaints.RemindOfSteps),
    ),
    "crises": Duty(
        N_("Crises that nobody tracks"),
        _all_of(complaints.remind_of_crises, complaints.RemindOfCrises),
    ),
    "appointments": Duty(
        N_("Appointments to which nobody came"),
        _all_of(appointments.mark_missed, appointments.MarkMissed),
    ),
    "inbound": Duty(N_("Promised answers to callers"), _all_of(inbound.watch, inbound.WatchCalls)),
    "maintenances": Duty(N_("Coming maintenances of cars"), _maintenances),
    "file_issues": Duty(
        N_("Issues of files that were mended"),
        _all_of(file_issues.close_mended, file_issues.CloseMended),
    ),
    "visits": Duty(N_("Contacts with customers"), _visits),
    "promises": Duty(
        N_("Promises to customers"), _all_of(promises.remind, promises.RemindOfPromises)
    ),
    "decks": Duty(N_("Monthly presentations"), decks.keep_up),
    "mailbox": Duty(N_("Company mailbox"), _all_of(mailbox.remind, mailbox.RemindOfMailbox)),
    "holidays": Duty(
        N_("Unknown public holidays"), _all_of(calendars.tell_holidays, calendars.TellHolidays)
    ),
    "summaries": Duty(N_("Summaries of customer files"), _summaries),
    "drafts": Duty(N_("Old drafts"), _all_of(drafts.drop_old, drafts.DropDrafts)),
    "requests": Duty(N_("Old requests"), _all_of(drop_requests, DropRequests)),
    "notices": Duty(N_("Old notices"), _all_of(notices.drop_old, notices.DropNotices)),
    "jobs": Duty(N_("Old background work"), _all_of(jobs.drop_old, jobs.DropJobs)),
    "audit": Duty(N_("Sealing of the audit"), lambda caller: sealing.seal_all(caller).entries),
}
"""In this order; the audit last, so that it seals what the others wrote."""


# ---- the sweep itself, which calls commands and is none


def sweep(caller: Caller, *, patience: float = 0.0) -> Swept:
    """Do everything that is due. A duty that fails does not keep the others from being done.

    Waits up to `patience` seconds for another process to end. Raises SweepUnderWay.
    """
    try:
        with only_one("sweep", patience):
            return _all(caller)
    except LockHeld as held:
        raise SweepUnderWay from held


def _all(caller: Caller) -> Swept:
    job = perform(begin, caller, BeginSweep())
    changed: dict[str, int] = {}
    failed: dict[str, str] = {}
    for name, duty in DUTIES.items():
        try:
            changed[name] = duty.do(caller)
        except Exception as bug:  # noqa: BLE001 - one duty's trouble is not the next one's
            failed[name] = incidents.note(bug)
    perform(end, caller, EndSweep(job_id=job, changed=changed, failed=failed))
    return Swept(changed, failed)


def is_due(session: Session, actor: Actor) -> bool:
    """Whether nobody has begun a sweep in the last `EVERY`. One that began in what is now the
    future, before the clock was set back, does not count."""
    actor.require(Permission.DATA_SWEEP)
    now = clock.now()
    query = (
        select(col(Job.id))
        .where(
            col(Job.kind) == JobKind.SWEEP.value,
            col(Job.started_at) > now - EVERY,
            col(Job.started_at) <= now,
        )
        .limit(1)
    )
    return session.execute(query).first() is None


class BeginSweep(Input):
    """Write down that a sweep begins."""


def _known(name: str) -> str:
    if name not in DUTIES:
        raise refused(InvalidValue("unknown_duty", NO_SUCH_DUTY))
    return name


DutyName = Annotated[str, AfterValidator(_known)]


class EndSweep(Input):
    job_id: fields.PositiveId
    changed: dict[DutyName, fields.Count]
    failed: dict[DutyName, Annotated[str, fields.text(20)]]
    """Duty -> the number of its incident."""


def begin(session: Session, actor: Actor, form: BeginSweep) -> int:
    """Open the sweep's row in the jobs; one that was killed before is closed. Returns its id."""
    actor.require(Permission.DATA_SWEEP)
    now = clock.now()
    open_still = select(Job).where(
        col(Job.kind) == JobKind.SWEEP.value, col(Job.state) == JobState.RUNNING
    )
    for killed in session.execute(open_still).scalars():
        killed.state, killed.ended_at = JobState.FAILED, now
        killed.trouble = {"msgid": KILLED, "params": {}}
    session.flush()
    row = Job(
        kind=JobKind.SWEEP.value,
        state=JobState.RUNNING,
        asked_at=now,
        started_at=now,
        beat_at=now,
        total=len(DUTIES),
    )
    session.add(row)
    session.flush()
    return row.id


def end(session: Session, actor: Actor, form: EndSweep) -> None:
    """Write down what came of it; whoever looks after the system is told of failures, once a
    duty and day."""
    actor.require(Permission.DATA_SWEEP)
    row = load(session, Job, form.job_id, lock=True)
    row.state = JobState.FAILED if form.failed else JobState.DONE
    row.done, row.ended_at = len(form.changed), clock.now()
    row.result = {"changed": form.changed, "failed": form.failed}
    if not form.failed:
        return
    labels = [DUTIES[name].label for name in form.failed]
    row.trouble = {"msgid": SOME_FAILED, "params": {"duties": labels}}
    people = telling.those_who_may(session, Permission.JOBS_VIEW)
    for name, incident in form.failed.items():
        telling.tell(
            session,
            people,
            NoticeKind.SWEEP_FAILED,
            f"sweep:{name}:{clock.today()}",
            what=[DUTIES[name].label],
            incident=incident,
            job=row.id,
        )
