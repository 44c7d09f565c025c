# ruff: noqa: ARG005 - every example has the same parameters
"""How to call every service once, for a record of store 1 or of store 2.

Each function of `EXAMPLES` gets the `World` and the store number and returns the arguments after
(session, actor). A service without an example fails the matrix.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

from pydantic import SecretStr

from db.models import (
    ActionKind,
    Appointment,
    AppointmentSource,
    AppointmentState,
    Approval,
    BatchState,
    Bay,
    Cadence,
    CadenceState,
    CadenceStep,
    CalendarDay,
    CalendarWeek,
    CallWish,
    Campaign,
    CampaignAnswer,
    CampaignKind,
    CampaignState,
    CauseAction,
    Complaint,
    ComplaintChannel,
    ComplaintEvent,
    ComplaintFile,
    ComplaintKind,
    ComplaintPerson,
    ComplaintStep,
    Consent,
    Department,
    Desk,
    EventKind,
    FileIssue,
    HeadingTree,
    ImportBatch,
    ImportRow,
    InboundCall,
    IssueKind,
    ItemKind,
    Job,
    JobState,
    Lifecycle,
    Notice,
    OwnershipRole,
    ParameterValue,
    PartIn,
    PlanState,
    Post,
    PostDuty,
    Promise,
    Purpose,
    QAReview,
    Remedy,
    RemedyKind,
    RemedyState,
    ResponseSource,
    RowOutcome,
    RowState,
    Rsvp,
    ScriptProposal,
    Severity,
    Stage,
    StoredFile,
    Survey,
    SurveyChannel,
    SurveyItem,
    SurveyKind,
    SurveyResponse,
    SurveyState,
    TaskState,
    Touch,
    TouchKind,
    Trigger,
    Urgency,
    ValueClass,
    Verdict,
    VisitForm,
    VisitKind,
    VisitPaper,
    VisitPlan,
    VisitTask,
    WaitingFor,
    WorkKind,
)
from db.models import DocumentKind as Paper
from db.storage import digest_of
from db.types import Base
from services import (
    appointments,
    approvals,
    audits,
    calendars,
    campaigns,
    complaints,
    customers,
    decks,
    drafts,
    file_issues,
    imports,
    inbound,
    installation,
    jobs,
    mailbox,
    notices,
    posts,
    promises,
    qa,
    sealing,
    sessions,
    settings,
    stores,
    surveys,
    sweeping,
    users,
    visit_plans,
    visit_reports,
    visits,
)
from services.attempts import Reservation
from services.core import calendars as opening
from services.core import clock
from services.core.access import System
from services.core.parameters import REVEALS_OF_OTHERS, REVEALS_OF_SPECIALIST
from services.customers import Filters
from services.imports.batches import CheckRows, RunChunk, Seen, ThrowAway
from services.imports.undo import UndoChunk
from services.passwords import HashedPassword
from services.qa import sampling
from services.users import own
from tests.dealer import PASSWORD, PASSWORD_HASH, Dealer

NEW_PASSWORD = HashedPassword(SecretStr(PASSWORD), PASSWORD_HASH)
MONTH = "2026-01"
BEFORE = "2025-12"
"""Of which there is a presentation."""
MARKS = {
    1: ("HOMEMARK", "+8613711111101", "浙A1H0M1", "LHGCR1657E8111111"),
    2: ("LEAKMARK", "+8613722222202", "浙B2L0K2", "LHGCR1657E8222222"),
}
"""What tells of a store's records: name, phone, plate, VIN."""
CSV = "姓名,手机\n王小明,13800138000\n".encode()


STAGES = [
    *(Stage.REGISTERED, Stage.TRIAGED, Stage.INVESTIGATING, Stage.PROPOSAL_READY, Stage.PROPOSED),
    *(Stage.REPLIED, Stage.CLOSED),
]
"""Of each store one complaint at each of these."""


@dataclass
class World:
    dealer: Dealer
    ids: dict[tuple[str, int], int] = field(default_factory=dict)

    def lay(self) -> "World":
        for store, keeper in ((1, "sales"), (2, "sales2")):
            name, phone, plate, vin = MARKS[store]
            customer = self.dealer.customer(
                f"{name}王", store=store, owner=keeper, phone=phone, note=f"{name} note"
            )
            vehicle = self.dealer.vehicle(customer, vin=vin, plate=plate)
            [consent] = self.dealer.add(
                Consent(
                    customer_id=customer,
                    purpose=Purpose.CLUB,
                    given_at=clock.now(),
                    **self.dealer._scope_of(customer),
                )
            )
            self.dealer.order(customer, summary=f"{name} order")
            self.dealer.touch(customer, summary=f"{name} touch")
            [batch] = self.dealer.add(self._batch(store, name))
            self.dealer.add(
                ImportRow(
                    batch_id=batch,
                    number=1,
                    cells=[f"{name}李", phone],
                    outcome=RowOutcome.WRONG,
                    state=RowState.WAITING,
                )
            )
            found = {"customer": customer, "vehicle": vehicle, "consent": consent, "batch": batch}
            self.ids |= {(kind, store): key for kind, key in found.items()}
            self.ids["ownership", store] = store
            [self.ids["setting", store]] = self.dealer.add(self._setting(store))
            for kind, row in self._background(store, keeper).items():
                [self.ids[kind, store]] = self.dealer.add(row)
            [self.ids["week", store]] = self.dealer.add(self._week(store))
            self.dealer.add(self._post(store))
            self.dealer.add(self._day(store))
            for stage in STAGES:
                self.ids[f"complaint:{stage}", store] = self._complaint(store, keeper, stage)
            self.ids["steward", store] = self.dealer.user_id("steward")
            self.ids["paper", store] = self._paper(store)
            [self.ids["task", store]] = self.dealer.add(self._task(store))
            [self.ids["bay", store]] = self.dealer.add(Bay(store_id=store, name="1"))
            for kind, visit in self._appointments(store).items():
                [self.ids[kind, store]] = self.dealer.add(visit)
            [self.ids["call", store]] = self.dealer.add(self._inbound(store))
            self._visits(store, keeper)
            for kind, row in self._rules(store).items():
                [self.ids[kind, store]] = self.dealer.add(row)
                [self.ids[f"step of {kind}", store]] = self.dealer.add(
                    self._step(self.ids[kind, store])
                )
            for kind, row in self._studio(store).items():
                [self.ids[kind, store]] = self.dealer.add(row)
            self._surveys(store, keeper)
            self._campaigns(store)
            for kind, row in self._work(store, keeper).items():
                [self.ids[kind, store]] = self.dealer.add(row)
        decks.freeze_month(System("tests"), MONTH)
        return self

    def _background(self, store: int, keeper: str) -> dict[str, Base]:
        """What is one person's alone: a request for approval, a job, a notice."""
        name, user, now = MARKS[store][0], self.dealer.user_id(keeper), clock.now()
        asked = {
            "key": REVEALS_OF_OTHERS,
            "store_id": store,
            "value": "31",
            "from_on": str(clock.today()),
            "reason": REASON,
        }
        return {
            "approval": Approval(
                kind="setting",
                subject=name,
                form=asked,
                needs="settings:approve",
                store_id=store,
                asked_by_id=user,
                asked_at=now,
                reason=REASON,
                expires_at=now + timedelta(days=1),
            ),
            "job": Job(
                kind="import_run",
                subject=str(store),
                title="list.csv",
                state=JobState.RUNNING,
                user_id=user,
                asked_at=now,
                beat_at=now,
                worker="w",
            ),
            "notice": Notice(
                user_id=user,
                cause=name,
                kind="customer_handed_on",
                params={"person": name, "number": name, "customer": self.ids["customer", store]},
                created_at=now,
                show_at=now,
            ),
        }

    def _complaint(self, store: int, keeper: str, stage: Stage) -> int:
        """An enquiry, which needs least; who has answered it already could close it."""
        user, now, name = self.dealer.user_id(keeper), clock.now(), MARKS[store][0]
        state = {
            "stage": stage,
            "severity": Severity.L1,
            "urgency": Urgency.ORDINARY,
            "department": Department.SALES,
            "handler_id": user,
        }
        [key] = self.dealer.add(
            Complaint(
                number=f"TS-20260{store}-{STAGES.index(stage):04d}",
                store_id=store,
                received_at=now,
                registered_at=now,
                kind=ComplaintKind.ENQUIRY,
                channel=ComplaintChannel.HOTLINE,
                customer_id=self.ids["customer", store],
                person=name,
                phone=MARKS[store][1],
                words=f"{name} words",
                category_id=1,
                first_responder_id=user,
                accountable_id=user,
                waiting_for=WaitingFor.OUTSIDE if stage is Stage.PROPOSAL_READY else None,
                closed_at=now if stage is Stage.CLOSED else None,
                **state,
            )
        )
        made = [EventKind.REGISTERED, EventKind.CONTACTED, EventKind.REPLIED]
        made += [EventKind.CLOSED] if stage is Stage.CLOSED else []
        self.dealer.add(
            *(
                ComplaintEvent(
                    complaint_id=key,
                    seq=seq,
                    at=now,
                    recorded_at=now,
                    actor_id=user,
                    kind=kind,
                    note=f"{name} said",
                    details={"was_reached": True} if kind is EventKind.CONTACTED else {},
                    **state,
                )
                for seq, kind in enumerate(made, start=1)
            )
        )
        return key

    def _work(self, store: int, keeper: str) -> dict[str, Base]:
        """What is done about a complaint: a promise, money that was handed out, two actions."""
        name, user, now = MARKS[store][0], self.dealer.user_id(keeper), clock.now()
        about = {"complaint_id": self.ids["complaint:triaged", store]}
        days = {"due_on": clock.today(), "check_on": clock.today()}
        action = {"what": f"{name} action", "owner_id": user, **about, **days}
        money = {"amount_fen": 100, "state": RemedyState.DONE, "done_at": now}
        promised = {"words": f"{name} promise", "planned_at": now, **about}
        return {
            "remedy": Remedy(kind=RemedyKind.REPAIR, **promised),
            "apology": Remedy(kind=RemedyKind.WRITTEN_APOLOGY, **promised),
            "money": Remedy(kind=RemedyKind.REFUND, **money, **promised),
            "action": CauseAction(kind=ActionKind.CORRECTIVE, **action),
            "step": ComplaintStep(
                department=Department.TECHNICAL,
                question=f"{name} question",
                asked_by_id=user,
                asked_of_id=user,
                asked_at=now,
                due_at=now,
                **about,
            ),
            "named": ComplaintPerson(
                user_id=self.dealer.user_id("steward"), part=PartIn.NAMED, since=now, **about
            ),
            "idea": CauseAction(kind=ActionKind.IDEA, **action),
            "done_action": CauseAction(kind=ActionKind.PREVENTIVE, **action, done_at=now),
        }

    def _paper(self, store: int) -> int:
        """A picture that hangs on a complaint; whoever takes it along learns whose it is."""
        content = b"\xff\xd8\xff" + MARKS[store][0].encode()
        stored = StoredFile(sha256=digest_of(content), size=len(content), content=content)
        self.dealer.add(stored)
        [key] = self.dealer.add(
            ComplaintFile(
                complaint_id=self.ids["complaint:triaged", store],
                name="a.jpg",
                media_type="image/jpeg",
                size=stored.size,
                sha256=stored.sha256,
                added_at=clock.now(),
            )
        )
        return key

    def _setting(self, store: int) -> ParameterValue:
        return ParameterValue(
            key=REVEALS_OF_SPECIALIST,
            store_id=store,
            value="30",
            from_on=clock.today() + timedelta(days=7),
            created_at=clock.now(),
            reason=REASON,
        )

    def _week(self, store: int) -> CalendarWeek:
        return CalendarWeek(
            store_id=store,
            from_on=clock.today() + timedelta(days=7),
            hours=[[[600, 660]]] * 7,
            keeps_holidays=True,
            created_at=clock.now(),
            reason=REASON,
        )

    def _post(self, store: int) -> Post:
        return Post(
            duty=PostDuty.HOTLINE,
            store_id=store,
            user_id=self.person(store),
            from_on=clock.today(),
            created_at=clock.now(),
            reason=REASON,
        )

    def _task(self, store: int) -> VisitTask:
        """A contact that nobody of the store has taken."""
        return VisitTask(
            store_id=store,
            customer_id=self.ids["customer", store],
            desk=Desk.SERVICE,
            kind=VisitKind.CALL,
            trigger=Trigger.MANUAL,
            trigger_key=f"request:{store}",
            purpose=f"{MARKS[store][0]} purpose",
            due_from=clock.today(),
            due_to=clock.today(),
            expires_on=clock.today() + timedelta(days=7),
            created_at=clock.now(),
        )

    def _appointments(self, store: int) -> dict[str, Appointment]:
        """One that is asked for, one that is booked, and one that has begun without its guest."""
        booked, asked = AppointmentState.BOOKED, AppointmentState.REQUESTED
        told = {
            "asked": (asked, open_at(14)),
            "booked": (booked, open_at(15)),
            "begun": (booked, clock.now() - timedelta(minutes=1)),
        }
        return {
            kind: Appointment(
                store_id=store,
                customer_id=self.ids["customer", store],
                work=WorkKind.REPAIR,
                starts_at=at,
                minutes=30,
                bay_id=self.ids["bay", store],
                concern=f"{MARKS[store][0]} noise",
                source=AppointmentSource.CALL,
                state=state,
            )
            for kind, (state, at) in told.items()
        }

    def _inbound(self, store: int) -> InboundCall:
        """A call whose answer is promised."""
        return InboundCall(
            store_id=store,
            at=clock.now(),
            customer_id=self.ids["customer", store],
            phone=MARKS[store][1],
            urgency=Urgency.ORDINARY,
            wish=CallWish.QUESTION,
            words=f"{MARKS[store][0]} asks",
            answerer_id=self.dealer.user_id("sales" if store == 1 else "sales2"),
            promised_at=clock.now() + timedelta(hours=1),
        )

    def _visits(self, store: int, keeper: str) -> None:
        """A visit that is to be made, the form of one that was, its photo, and a promise."""
        name, user, now = MARKS[store][0], self.dealer.user_id(keeper), clock.now()
        values = {"kind": VisitKind.VISIT, "desk": Desk.SERVICE, "owner_id": None}
        ahead, made = (self._task(store) for _ in range(2))
        for nth, task in enumerate((ahead, made)):
            task.trigger_key = f"visit:{store}:{nth}"
            for field_name, value in values.items():
                setattr(task, field_name, value)
        made.state, made.ended_at = TaskState.DONE, now
        self.ids["visit", store], task_id = self.dealer.add(ahead, made)
        customer = self.ids["customer", store]
        scope = {"store_id": store, "owner_id": user, "customer_id": customer}
        touch = Touch(**scope, at=now, kind=TouchKind.VISIT, summary=f"{name} visit")
        [touch_id] = self.dealer.add(touch)
        answers = {answer: f"{name} {answer} of the customer" for answer in visits.ANSWERS}
        [self.ids["visit_form", store]] = self.dealer.add(
            VisitForm(
                **scope,
                **answers,
                number=f"BF-90{store}-0001",
                task_id=task_id,
                touch_id=touch_id,
                writer_id=user,
                visited_place=f"{name} place",
                started_at=now - timedelta(hours=1),
                ended_at=now,
                written_at=now,
                met=name,
                improve_on=clock.today(),
                quality=12,
            )
        )
        content = b"\xff\xd8\xff visit" + name.encode()
        stored = StoredFile(sha256=digest_of(content), size=len(content), content=content)
        self.dealer.add(stored)
        photo = VisitPaper(
            **scope,
            form_id=self.ids["visit_form", store],
            name="a.jpg",
            media_type="image/jpeg",
            size=stored.size,
            sha256=stored.sha256,
            added_at=now,
        )
        promised = Promise(
            **scope, what=f"{name} promise", made_at=now, due_at=now + timedelta(days=1)
        )
        week_on = clock.today() - timedelta(days=clock.today().weekday())
        plan = VisitPlan(
            store_id=store,
            rep_id=user,
            week_on=week_on,
            area=f"{name} area",
            target=5,
            focus=f"{name} focus",
        )
        [self.ids["plan", store]] = self.dealer.add(plan)
        for kind, weeks, values in (
            ("handed_plan", 1, {"state": PlanState.SUBMITTED, "submitted_at": now}),
            (
                "past_plan",
                -1,
                {"state": PlanState.APPROVED, "submitted_at": now, "decided_at": now},
            ),
        ):
            other = VisitPlan(
                store_id=store,
                rep_id=user,
                week_on=week_on + weeks * timedelta(days=7),
                area=f"{name} area",
                target=5,
                focus=f"{name} focus",
                **values,
            )
            [self.ids[kind, store]] = self.dealer.add(other)
        self.ids["photo", store], self.ids["promise", store] = self.dealer.add(photo, promised)

    def _rules(self, store: int) -> dict[str, Cadence]:
        """A rule of contacts that is a draft, and one that is in force."""
        values = {"name": "回访", "desk": Desk.SERVICE, "created_at": clock.now(), "number": 1}
        return {
            state: Cadence(
                code=f"{state}{store}",
                trigger=Trigger.REPAIR,
                state=state,
                from_on=clock.today() if state is CadenceState.APPROVED else None,
                **values,
            )
            for state in (CadenceState.DRAFT, CadenceState.APPROVED)
        }

    def _surveys(self, store: int, keeper: str) -> None:
        """A survey that is a draft, one in force, and a bad answer that came with a list."""
        for state in SurveyState:
            survey = Survey(
                code=f"{state}{store}",
                number=1,
                name="满意度",
                kind=SurveyKind.CUSTOM,
                state=state,
                from_on=None if state is SurveyState.DRAFT else clock.today(),
                created_at=clock.now(),
            )
            [self.ids[f"survey:{state}", store]] = self.dealer.add(survey)
            values = {"survey_id": survey.id, "nth": 1, "code": "q1", "kind": ItemKind.TEXT}
            self.dealer.add(SurveyItem(**values, wording="满意吗？"))
        response = SurveyResponse(
            survey_id=self.ids["survey:approved", store],
            customer_id=self.ids["customer", store],
            store_id=store,
            owner_id=self.dealer.user_id(keeper),
            at=clock.now(),
            channel=SurveyChannel.ONLINE,
            source=ResponseSource.IMPORT,
            is_low=True,
        )
        [self.ids["response", store]] = self.dealer.add(response)

    def _campaigns(self, store: int) -> None:
        """A draft, an invitation for today, and a guest's answer to it."""
        name, today = MARKS[store][0], clock.today()
        values = {"name": name, "desk": Desk.SALES, "channel": VisitKind.CALL, "store_id": store}
        values |= {"kind": CampaignKind.INVITATION, "script": "{customer}", "event_on": today}
        values |= {"from_on": today, "until_on": today, "created_at": clock.now()}
        for state in (CampaignState.DRAFT, CampaignState.APPROVED):
            campaign = Campaign(code=f"own_{store}_{state}", state=state, **values)
            [self.ids[f"campaign:{state}", store]] = self.dealer.add(campaign)
        answer = CampaignAnswer(
            campaign_id=self.ids["campaign:approved", store],
            customer_id=self.ids["customer", store],
            store_id=store,
            answer=Rsvp.COMES,
            people=2,
            at=clock.now(),
        )
        [self.ids["answer", store]] = self.dealer.add(answer)

    def _step(self, rule: int) -> CadenceStep:
        return CadenceStep(
            cadence_id=rule,
            nth=1,
            offset_days=1,
            window_days=2,
            expiry_days=9,
            kind=VisitKind.CALL,
            purpose="回访",
        )

    def _studio(self, store: int) -> dict[str, Base]:
        """Of each store a proposal, something that is wrong with a file, and a call of last month
        that was reviewed beside one that was not."""
        name, user = MARKS[store][0], self.person(store)
        customer = self.ids["customer", store]
        month = sampling.latest()
        calls = [
            self.dealer.touch(
                customer,
                summary=f"{name} call",
                user_id=user,
                at=clock.midnight(month) + timedelta(hours=hour),
            )
            for hour in (10, 11)
        ]
        self.ids["heard", store] = calls[0]
        review = {"scores": {"greeting": 2}, "score": 100, "note": f"{name} note", "month": month}
        return {
            "proposal": ScriptProposal(
                step_id=self.ids[f"step of {CadenceState.APPROVED}", store],
                script="say this",
                reason=REASON,
                author_id=user,
                created_at=clock.now(),
            ),
            "issue": FileIssue(
                store_id=store,
                customer_id=customer,
                field="phone",
                kind=IssueKind.PHONE_WRONG,
                opened_at=clock.now(),
            ),
            "review": QAReview(
                store_id=store,
                owner_id=user,
                customer_id=customer,
                touch_id=calls[1],
                created_at=clock.now(),
                **review,
            ),
        }

    def _day(self, store: int) -> CalendarDay:
        return CalendarDay(
            store_id=store,
            falls_on=clock.today() + timedelta(days=7),
            hours=[],
            created_at=clock.now(),
            reason=REASON,
        )

    def _batch(self, store: int, name: str) -> ImportBatch:
        return ImportBatch(
            kind="customers",
            file_name=f"{name}.csv",
            file_digest=name,
            store_id=store,
            user_id=self.dealer.user_id("manager" if store == 1 else "manager2"),
            state=BatchState.CHECKED,
            mapping={"fields": {"姓名": "name", "手机": "phone"}, "serial": False},
            columns=["姓名", "手机"],
            counts={"rows": 1, "checked": 1, "at": 0, "done": 0, "wrong": 1},
            created_at=clock.now(),
        )

    def person(self, store: int) -> int:
        return self.dealer.user_id("service" if store == 1 else "sales2")


def form(kind: Any, /, **values: Any) -> tuple[Any]:
    given = {"request_id": uuid4(), **values} if "request_id" in kind.model_fields else values
    return (kind.model_validate(given),)


def on_file(kind: Any, /, **values: Any) -> Callable[[World, int], tuple[Any]]:
    return lambda world, at: form(kind, customer_id=world.ids["customer", at], **values)


def on_complaint(stage: Stage, kind: Any, /, **values: Any) -> Callable[[World, int], tuple[Any]]:
    version = {"version": 1} if "version" in kind.model_fields else {}
    return lambda world, at: form(
        kind, complaint_id=world.ids[f"complaint:{stage}", at], **version, **values
    )


def on_work(work: str, kind: Any, /, **values: Any) -> Callable[[World, int], tuple[Any]]:
    """What is done about a complaint: its remedies and actions."""
    part = "action_id" if "action" in work else "remedy_id"
    return lambda world, at: form(
        kind,
        complaint_id=world.ids["complaint:triaged", at],
        **{part: world.ids[work, at]},
        **values,
    )


def on_task(kind: Any, /, **values: Any) -> Callable[[World, int], tuple[Any]]:
    return lambda world, at: form(kind, task_id=world.ids["task", at], version=1, **values)


def on_survey(state: str, kind: Any, /, **values: Any) -> Callable[[World, int], tuple[Any]]:
    return lambda world, at: form(kind, survey_id=world.ids[f"survey:{state}", at], **values)


def on_campaign(state: str, kind: Any, /, **values: Any) -> Callable[[World, int], tuple[Any]]:
    return lambda world, at: form(
        kind, campaign_id=world.ids[f"campaign:{state}", at], version=1, **values
    )


def a_part(_world: World, at: int) -> tuple[surveys.Part]:
    return (surveys.Part(f"approved{at}", clock.today(), clock.today()),)


def open_at(hour: int) -> datetime:
    """A whole hour of the next day on which a store that has decided nothing is open."""
    day = clock.today() + timedelta(days=1)
    while not opening.composed(opening.NOTHING).spans(day):
        day += timedelta(days=1)
    return clock.midnight(day) + timedelta(hours=hour)


def on_visit(which: str, kind: Any, /, **values: Any) -> Callable[[World, int], tuple[Any]]:
    return lambda world, at: form(kind, appointment_id=world.ids[which, at], version=1, **values)


def on_call(kind: Any, /, **values: Any) -> Callable[[World, int], tuple[Any]]:
    return lambda world, at: form(kind, call_id=world.ids["call", at], version=1, **values)


def on_form(kind: Any, /, **values: Any) -> Callable[[World, int], tuple[Any]]:
    return lambda world, at: form(kind, form_id=world.ids["visit_form", at], version=1, **values)


def on_plan(kind: Any, /, which: str = "plan", **values: Any) -> Callable[[World, int], tuple[Any]]:
    return lambda world, at: form(kind, plan_id=world.ids[which, at], version=1, **values)


def visited() -> dict[str, Any]:
    """What a visit form says, of a visit that has just ended."""
    now = clock.now()
    return {
        "visited_place": "his yard",
        "started_at": now - timedelta(hours=2),
        "ended_at": now - timedelta(hours=1),
        "met": "the owner",
        "improve_on": clock.today() + timedelta(days=7),
        **{answer: f"the {answer} in words" for answer in visits.ANSWERS},
    }


def on_draft(kind: Any, /, **values: Any) -> Callable[[World, int], tuple[Any]]:
    return lambda world, at: form(
        kind, cadence_id=world.ids[CadenceState.DRAFT, at], version=1, **values
    )


def on_proposal(kind: Any, /, **values: Any) -> Callable[[World, int], tuple[Any]]:
    return lambda world, at: form(kind, proposal_id=world.ids["proposal", at], version=1, **values)


def on_batch(kind: Any, /, **values: Any) -> Callable[[World, int], tuple[Any]]:
    return lambda world, at: form(kind, batch_id=world.ids["batch", at], **values)


def constant(*values: Any) -> Callable[[World, int], tuple[Any, ...]]:
    return lambda world, at: values


def customer(world: World, at: int) -> tuple[int]:
    return (world.ids["customer", at],)


def batch(*more: Any) -> Callable[[World, int], tuple[Any, ...]]:
    return lambda world, at: (world.ids["batch", at], *more)


def preview(world: World, at: int) -> dict[str, Any]:
    return {"kind": "customers", "data": CSV, "file_name": "a.csv"}


def settle(world: World, at: int) -> tuple[Any]:
    user = world.person(at)
    return form(
        sessions.Settle,
        reservation=Reservation(
            username="service", user_id=user, token_version=1, password_hash=PASSWORD_HASH
        ),
    )


def a_person(kind: Any, /, **values: Any) -> Callable[[World, int], tuple[Any]]:
    return lambda world, at: form(kind, id=world.person(at), **values)


def week_of(kind: Any, /, **values: Any) -> Callable[[World, int], tuple[Any]]:
    hours = dict.fromkeys(calendars.WEEKDAYS, "8:00-9:00")
    return lambda world, at: form(
        kind, store_id=at, from_on=clock.today(), keeps_holidays=False, **hours, **values
    )


def days_of(kind: Any, /, **values: Any) -> Callable[[World, int], tuple[Any]]:
    first = clock.today() + timedelta(days=6 if kind is calendars.WithdrawDays else 8)
    return lambda world, at: form(
        kind, **{"store_id": at, "first_on": first, "last_on": first, **values}
    )


EARLY, LATE = date(2026, 1, 1), date(2026, 12, 31)
REASON = "the customer asked for it"


def _booking(world: World, at: int) -> tuple[Any]:
    return form(
        appointments.BookAppointment,
        customer_id=world.ids["customer", at],
        bay_id=world.ids["bay", at],
        work="repair",
        starts_at=open_at(10),
        minutes=30,
        source="call",
    )


def _moving(world: World, at: int) -> tuple[Any]:
    return form(
        appointments.MoveAppointment,
        appointment_id=world.ids["booked", at],
        version=1,
        starts_at=open_at(11),
        minutes=30,
        bay_id=world.ids["bay", at],
    )


EXAMPLES: dict[str, Callable[[World, int], tuple[Any, ...] | dict[str, Any]]] = {
    "services.approvals.page": constant(),
    "services.approvals.line": lambda world, at: (world.ids["approval", at],),
    "services.approvals.decide": lambda world, at: form(
        approvals.DecideApproval,
        approval_id=world.ids["approval", at],
        is_granted=False,
        answer=REASON,
    ),
    "services.approvals.withdraw": lambda world, at: form(
        approvals.WithdrawApproval, approval_id=world.ids["approval", at]
    ),
    "services.approvals.expire": constant(approvals.ExpireApprovals()),
    "services.audits.page": constant(audits.AuditFilters()),
    "services.audits.people": constant(),
    "services.calendars.page": lambda world, at: (at, clock.today().year),
    "services.calendars.effect_of_hours": week_of(calendars.HoursProposal),
    "services.calendars.effect_of_days": days_of(calendars.DaysProposal, hours="8:00-9:00"),
    "services.calendars.change_hours": week_of(calendars.ChangeHours, reason=REASON),
    "services.calendars.set_days": days_of(calendars.SetDays, hours="8:00-9:00", reason=REASON),
    "services.calendars.withdraw_hours": lambda world, at: form(
        calendars.WithdrawHours, id=world.ids["week", at], reason=REASON
    ),
    "services.calendars.withdraw_days": days_of(
        calendars.WithdrawDays, last_on=clock.today() + timedelta(days=9), reason=REASON
    ),
    "services.calendars.tell_holidays": constant(calendars.TellHolidays()),
    "services.decks.comment": lambda world, at: form(
        decks.CommentDeck, month=MONTH, version=1, about_month="x", about_decisions=""
    ),
    "services.decks.deck": constant(MONTH),
    "services.decks.freeze": constant(decks.FreezeDeck(month=BEFORE, content={})),
    "services.decks.gathered": constant(MONTH),
    "services.decks.keep": constant(decks.TakeDeck(month=MONTH, kind="pptx", language="en")),
    "services.decks.lacking": constant(),
    "services.decks.lines": constant(),
    "services.decks.next_month": constant(),
    "services.decks.sign": lambda world, at: form(decks.SignDeck, month=MONTH, version=1),
    "services.decks.slides": constant(MONTH, "en"),
    "services.decks.take": constant(decks.TakeDeck(month=MONTH, kind="pptx", language="zh_CN")),
    "services.decks.tell": constant(decks.TellOfDecks()),
    "services.kpi.behind": lambda world, at: ("BACKLOG", clock.today(), clock.today(), at),
    "services.kpi.dictionary": constant(),
    "services.kpi.figures": lambda world, at: (("SLA",), clock.today(), clock.today(), at),
    "services.complaints.causes_by_model": lambda world, at: (clock.today(), clock.today(), at),
    "services.complaints.handovers": lambda world, at: (clock.today(), clock.today(), at),
    "services.complaints.rate_by_month": lambda world, at: (clock.today(), 3, at),
    "services.complaints.register": lambda world, at: form(
        complaints.RegisterComplaint,
        store_id=at,
        received_at=clock.now(),
        kind=ComplaintKind.COMPLAINT,
        channel=ComplaintChannel.HOTLINE,
        customer_id=world.ids["customer", at],
        words="又坏了",
        category_id=1,
        severity=Severity.L1,
        department=Department.SERVICE,
    ),
    "services.complaints.caller": lambda world, at: (world.ids["customer", at],),
    "services.complaints.callers": lambda world, at: (MARKS[at][0],),
    "services.complaints.of_customer": lambda world, at: (world.ids["customer", at],),
    "services.complaints.tally": lambda world, at: (world.ids["customer", at],),
    "services.complaints.case": lambda world, at: (world.ids["complaint:triaged", at],),
    "services.complaints.usual_promises": lambda world, at: (world.ids["complaint:triaged", at],),
    "services.complaints.causes": lambda world, at: (
        HeadingTree.CATEGORY,
        clock.today(),
        clock.today(),
        at,
    ),
    "services.complaints.departments": lambda world, at: (complaints.Filters(store_id=at),),
    "services.complaints.export_ledger": lambda world, at: form(
        complaints.ExportLedger, language="zh_CN", store_id=at
    ),
    "services.complaints.headings": constant(HeadingTree.CATEGORY),
    "services.complaints.page": lambda world, at: (complaints.Filters(store_id=at),),
    "services.complaints.wall": constant(),
    "services.complaints.watch": constant(complaints.WatchComplaints()),
    "services.complaints.note": on_complaint(Stage.TRIAGED, complaints.NoteComplaint, words=REASON),
    "services.complaints.talk": on_complaint(
        Stage.TRIAGED, complaints.TalkAboutComplaint, words=REASON
    ),
    "services.complaints.acknowledge": on_complaint(
        Stage.REGISTERED, complaints.AcknowledgeComplaint
    ),
    "services.complaints.triage": lambda world, at: form(
        complaints.TriageComplaint,
        complaint_id=world.ids["complaint:registered", at],
        version=1,
        severity=Severity.L2,
        urgency=Urgency.ORDINARY,
        department=Department.SERVICE,
        handler_id=world.person(at),
    ),
    "services.complaints.level": on_complaint(
        Stage.TRIAGED,
        complaints.LevelComplaint,
        severity=Severity.L2,
        urgency=Urgency.URGENT,
        reason=REASON,
    ),
    "services.complaints.transfer": lambda world, at: form(
        complaints.TransferComplaint,
        complaint_id=world.ids["complaint:triaged", at],
        version=1,
        department=Department.PARTS,
        handler_id=world.person(at),
        reason=REASON,
    ),
    "services.complaints.cover": lambda world, at: form(
        complaints.CoverComplaint,
        complaint_id=world.ids["complaint:triaged", at],
        version=1,
        user_id=world.person(at),
        reason=REASON,
    ),
    "services.complaints.pause": on_complaint(
        Stage.TRIAGED,
        complaints.PauseComplaint,
        waiting_for=WaitingFor.CUSTOMER,
        words=REASON,
    ),
    "services.complaints.resume": on_complaint(Stage.PROPOSAL_READY, complaints.ResumeComplaint),
    "services.complaints.investigate": on_complaint(
        Stage.TRIAGED, complaints.InvestigateComplaint, words=REASON
    ),
    "services.complaints.prepare": on_complaint(
        Stage.INVESTIGATING, complaints.PrepareProposal, words=REASON
    ),
    "services.complaints.propose": on_complaint(
        Stage.PROPOSAL_READY, complaints.MakeProposal, words=REASON
    ),
    "services.complaints.answer_proposal": on_complaint(
        Stage.PROPOSED, complaints.AnswerProposal, is_agreed=True
    ),
    "services.complaints.reply": on_complaint(
        Stage.INVESTIGATING, complaints.ReplyToComplaint, words=REASON
    ),
    "services.complaints.confirm": on_complaint(Stage.REPLIED, complaints.ConfirmReply),
    "services.complaints.accept": on_complaint(Stage.REPLIED, complaints.AcceptReply),
    "services.complaints.reject": on_complaint(Stage.REPLIED, complaints.RejectReply, words=REASON),
    "services.complaints.close": on_complaint(Stage.REPLIED, complaints.CloseComplaint),
    "services.complaints.survey": on_complaint(
        Stage.CLOSED, complaints.SurveyComplaint, satisfaction=4
    ),
    "services.complaints.reopen": on_complaint(
        Stage.CLOSED, complaints.ReopenComplaint, words=REASON
    ),
    "services.complaints.withdraw": on_complaint(
        Stage.TRIAGED, complaints.WithdrawComplaint, words=REASON
    ),
    "services.complaints.offer_remedy": on_complaint(
        Stage.TRIAGED,
        complaints.OfferRemedy,
        kind=RemedyKind.COMPENSATION,
        amount="1",
        words=REASON,
    ),
    "services.complaints.deliver_remedy": on_work("remedy", complaints.DeliverRemedy),
    "services.complaints.drop_remedy": on_work("remedy", complaints.DropRemedy, reason=REASON),
    "services.complaints.pay_remedy": on_work("money", complaints.PayRemedy, words=REASON),
    "services.complaints.plan_action": lambda world, at: form(
        complaints.PlanAction,
        complaint_id=world.ids["complaint:triaged", at],
        kind=ActionKind.PREVENTIVE,
        what=REASON,
        handler_id=world.person(at),
        due_on=clock.today(),
    ),
    "services.complaints.finish_action": on_work("action", complaints.FinishAction, words=REASON),
    "services.complaints.check_action": on_work(
        "done_action", complaints.CheckAction, verdict=Verdict.EFFECTIVE
    ),
    "services.complaints.helpers": constant(),
    "services.complaints.ask_department": lambda world, at: form(
        complaints.AskDepartment,
        complaint_id=world.ids["complaint:triaged", at],
        department=Department.TECHNICAL,
        user_id=world.person(at),
        words=REASON,
        due_on=clock.today(),
    ),
    "services.complaints.add_files": on_complaint(
        Stage.TRIAGED,
        complaints.AddFiles,
        files=({"name": "b.jpg", "content": b"\xff\xd8\xffb"},),
    ),
    "services.complaints.read_mail": lambda world, at: {
        "name": "a.eml",
        "content": b"From: Wang <wang@example.cn>\nSubject: Repair\n\nIt rattles",
        "store_id": at,
    },
    "services.complaints.file_megabytes": lambda world, at: (at,),
    "services.complaints.take_file": lambda world, at: form(
        complaints.TakeFile, file_id=world.ids["paper", at]
    ),
    "services.complaints.answer_step": lambda world, at: form(
        complaints.AnswerStep,
        complaint_id=world.ids["complaint:triaged", at],
        step_id=world.ids["step", at],
        words=REASON,
    ),
    "services.complaints.asked": lambda world, at: (complaints.Filters(store_id=at),),
    "services.complaints.asked_of_me": lambda _world, _at: (),
    "services.complaints.take_step": lambda world, at: form(
        complaints.TakeStep,
        complaint_id=world.ids["complaint:triaged", at],
        step_id=world.ids["step", at],
    ),
    "services.complaints.letter": lambda world, at: (
        world.ids["complaint:triaged", at],
        "zh_CN",
    ),
    "services.complaints.letter_paper": lambda world, at: (
        world.ids["complaint:triaged", at],
        "zh_CN",
        REASON,
    ),
    "services.complaints.file_letter": lambda world, at: form(
        complaints.FileLetter,
        complaint_id=world.ids["complaint:triaged", at],
        remedy_id=world.ids["apology", at],
        file={"name": "a.pdf", "content": b"%PDF-1.7\n%%EOF"},
    ),
    "services.complaints.rules": lambda world, at: (clock.today(), at, "zh_CN"),
    "services.complaints.rules_file": lambda world, at: (str(clock.today()), str(at), "zh_CN"),
    "services.complaints.flag": on_complaint(
        Stage.TRIAGED,
        complaints.FlagComplaint,
        is_safety=True,
        is_media=False,
        is_legal=False,
        reason=REASON,
    ),
    "services.complaints.name_person": lambda world, at: form(
        complaints.NamePerson,
        complaint_id=world.ids["complaint:triaged", at],
        user_id=world.person(at),
        reason=REASON,
    ),
    "services.complaints.unname_person": lambda world, at: form(
        complaints.NamePerson,
        complaint_id=world.ids["complaint:triaged", at],
        user_id=world.ids["steward", at],
        reason=REASON,
    ),
    "services.complaints.remind_of_steps": constant(complaints.RemindOfSteps()),
    "services.complaints.remind_of_crises": constant(complaints.RemindOfCrises()),
    "services.complaints.crises": lambda world, at: (complaints.Filters(store_id=at),),
    "services.complaints.ideas": lambda world, at: (None, at),
    "services.complaints.log": lambda world, at: form(
        complaints.TakeLog, complaint_id=world.ids["complaint:triaged", at], language="zh_CN"
    ),
    "services.complaints.tick": on_complaint(
        Stage.REGISTERED, complaints.TickItem, item="listened", is_done=True
    ),
    "services.complaints.record_meeting": on_complaint(
        Stage.TRIAGED,
        complaints.RecordMeeting,
        held_at=clock.now() - timedelta(hours=1),
        outsiders="厂家代表",
        words=REASON,
        decided=REASON,
    ),
    "services.complaints.tell_improvement": on_work(
        "done_action", complaints.TellImprovement, told_by=TouchKind.CALL
    ),
    "services.complaints.remind": constant(complaints.RemindOfActions()),
    "services.complaints.merge": lambda world, at: form(
        complaints.MergeComplaint,
        complaint_id=world.ids["complaint:triaged", at],
        version=1,
        into_id=world.ids["complaint:registered", at],
        reason=REASON,
    ),
    "services.customers.file": customer,
    "services.customers.history": customer,
    "services.customers.timeline": customer,
    "services.customers.derive_anew": constant(customers.DeriveSummaries()),
    "services.customers.find": lambda world, at: (MARKS[at][0],),
    "services.customers.gaps": constant(),
    "services.customers.page": lambda world, at: (Filters(store_id=at),),
    "services.customers.places": constant(),
    "services.customers.create": lambda world, at: form(
        customers.CreateCustomer, name="新客户", store_id=at, phone=MARKS[2][1]
    ),
    "services.customers.update": on_file(customers.UpdateCustomer, version=1, note="new"),
    "services.customers.agreeing": constant(),
    "services.customers.assign": lambda world, at: form(
        customers.AssignCustomer,
        customer_id=world.ids["customer", at],
        version=1,
        store_id=at,
        reason=REASON,
    ),
    "services.customers.record_touch": on_file(
        customers.RecordTouch, kind=TouchKind.CALL, summary="called"
    ),
    "services.customers.reveal": on_file(customers.RevealField, field="phone", reason=REASON),
    "services.customers.give_consent": on_file(customers.GiveConsent, purpose=Purpose.MARKETING),
    "services.customers.withdraw_consent": lambda world, at: form(
        customers.WithdrawConsent,
        customer_id=world.ids["customer", at],
        consent_id=world.ids["consent", at],
        reason=REASON,
    ),
    "services.customers.add_document": on_file(customers.AddDocument, kind=Paper.OTHER),
    # The other store's plate: what is said of it must not tell whose it is.
    "services.customers.add_vehicle": on_file(
        customers.AddVehicle, plate=MARKS[2][2], role=OwnershipRole.OWNER
    ),
    "services.customers.update_vehicle": lambda world, at: form(
        customers.UpdateVehicle,
        customer_id=world.ids["customer", at],
        vehicle_id=world.ids["vehicle", at],
        version=1,
        vin=MARKS[2][3],
    ),
    "services.customers.end_ownership": lambda world, at: form(
        customers.EndOwnership,
        customer_id=world.ids["customer", at],
        ownership_id=world.ids["ownership", at],
        ended_on=clock.today() - timedelta(days=1),
        reason=REASON,
    ),
    "services.drafts.keep": lambda world, at: form(
        drafts.KeepDraft, form="customers.update:1", values={"note": "x"}
    ),
    "services.drafts.forget": lambda world, at: form(drafts.ForgetDraft, form="customers.update"),
    "services.drafts.kept": constant("customers.update:1"),
    "services.drafts.drop_old": constant(drafts.DropDrafts()),
    "services.imports.kinds": constant(),
    "services.imports.places": constant(),
    "services.imports.batches": constant(),
    "services.imports.template": constant("customers", "zh_CN"),
    "services.imports.preview": preview,
    "services.imports.batch": batch(),
    "services.imports.kept_rows": batch(),
    "services.imports.rows": batch((1,)),
    "services.imports.wrong_rows": on_batch(imports.ExportWrongRows, language="zh_CN"),
    "services.imports.open_batch": lambda world, at: form(
        imports.OpenBatch,
        kind="customers",
        file_name="a.csv",
        digest="0" * 64,
        store_id=at,
        columns=("姓名", "手机"),
        mapping={"姓名": "name", "手机": "phone"},
        rows=1,
    ),
    "services.imports.check_rows": on_batch(CheckRows, rows=(), seen=Seen()),
    "services.imports.run_chunk": on_batch(RunChunk),
    "services.imports.throw_away": on_batch(ThrowAway),
    "services.imports.undo_chunk": on_batch(UndoChunk),
    "services.imports.start_run": on_batch(imports.StartRun),
    "services.imports.start_undo": on_batch(imports.StartUndo),
    "services.imports.stop_work": on_batch(imports.StopWork),
    "services.imports.under_way": batch(),
    "services.installation.kind": constant(),
    "services.installation.found": lambda world, at: form(
        installation.FoundInstallation,
        username="first",
        name="First",
        password=NEW_PASSWORD,
        store_code="X1",
        store_name="X",
    ),
    "services.installation.note_loading": lambda world, at: form(
        installation.NoteLoading,
        size="small",
        counts={},
        recipe={},
        as_of="2026-06-15",
        truth="0",
    ),
    "services.jobs.page": constant(),
    "services.jobs.line": lambda world, at: (world.ids["job", at],),
    "services.jobs.waiting": constant(),
    "services.jobs.claim": constant(jobs.ClaimJob(worker="w")),
    "services.jobs.beat": lambda world, at: form(
        jobs.BeatJob, job_id=world.ids["job", at], worker="w", done=1, total=2
    ),
    "services.jobs.finish": lambda world, at: form(
        jobs.FinishJob, job_id=world.ids["job", at], worker="w", state=JobState.DONE
    ),
    "services.jobs.drop_old": constant(jobs.DropJobs()),
    "services.mailbox.check": lambda world, at: form(
        mailbox.CheckMailbox, new_count=2, made_count=1
    ),
    "services.mailbox.remind": constant(mailbox.RemindOfMailbox()),
    "services.mailbox.state": constant(),
    "services.notices.bell": constant(),
    "services.notices.opened_bell": constant(),
    "services.notices.page": constant(),
    "services.notices.see": lambda world, at: form(
        notices.SeeNotices, newest=world.ids["notice", at]
    ),
    "services.notices.close": lambda world, at: form(
        notices.CloseNotice, notice_id=world.ids["notice", at]
    ),
    "services.notices.close_cause": constant(notices.CloseCause(cause="x")),
    "services.notices.drop_old": constant(notices.DropNotices()),
    "services.posts.candidates": lambda world, at: (posts.PostDuty.SPOKESPERSON, at),
    "services.posts.end_post": lambda world, at: form(
        posts.EndPost,
        duty=posts.PostDuty.HOTLINE,
        store_id=at,
        from_on=clock.today(),
        reason=REASON,
    ),
    "services.posts.history": lambda world, at: (posts.PostDuty.HOTLINE, at),
    "services.posts.name_post": lambda world, at: form(
        posts.NamePost,
        duty=posts.PostDuty.SPOKESPERSON,
        store_id=at,
        user_id=world.person(at),
        from_on=clock.today(),
        reason=REASON,
    ),
    "services.posts.named": lambda world, at: (posts.PostDuty.HOTLINE, at),
    "services.posts.page": lambda world, at: (at,),
    "services.promises.make": on_file(
        promises.MakePromise, promise="call back", promised_at=clock.now() + timedelta(days=1)
    ),
    "services.promises.close": lambda world, at: form(
        promises.ClosePromise,
        promise_id=world.ids["promise", at],
        version=1,
        state="kept",
        told_by="call",
        reply="it was done",
    ),
    "services.promises.register": constant(),
    "services.promises.of_customer": customer,
    "services.promises.remind": constant(promises.RemindOfPromises()),
    "services.installation.loading": constant(),
    "services.sealing.head": constant(),
    "services.sealing.seal": constant(sealing.SealAudit()),
    "services.sessions.current": constant(),
    "services.sessions.keep_alive": constant(sessions.Nothing()),
    "services.sessions.end": constant(sessions.Nothing()),
    "services.sessions.end_where": constant(),
    "services.sessions.demonstration": constant(),
    "services.sessions.reserve": constant(sessions.Attempt(username="service")),
    "services.sessions.refuse": settle,
    "services.sessions.begin": settle,
    "services.sessions.is_redeemable": constant(sessions.Redeem(ticket=SecretStr("x"))),
    "services.sessions.redeem": constant(sessions.Redeem(ticket=SecretStr("x"))),
    "services.settings.page": lambda world, at: (at,),
    "services.settings.history": constant(REVEALS_OF_SPECIALIST),
    "services.settings.effect": lambda world, at: form(
        settings.Proposal, key=REVEALS_OF_OTHERS, store_id=at, value="30"
    ),
    "services.settings.change": lambda world, at: form(
        settings.ChangeSetting,
        key=REVEALS_OF_OTHERS,
        store_id=at,
        value="30",
        from_on=clock.today(),
        reason=REASON,
    ),
    "services.settings.withdraw": lambda world, at: form(
        settings.WithdrawSetting, id=world.ids["setting", at], reason=REASON
    ),
    "services.stores.lines": constant(),
    "services.stores.create": lambda world, at: form(stores.CreateStore, code="X1", name="X"),
    "services.sweeping.is_due": constant(),
    "services.sweeping.begin": constant(sweeping.BeginSweep()),
    "services.sweeping.end": lambda world, at: form(
        sweeping.EndSweep, job_id=world.ids["job", at], changed={}, failed={}
    ),
    "services.sweeping.drop_requests": constant(sweeping.DropRequests()),
    "services.users.lines": constant(users.Wanted()),
    "services.users.line": lambda world, at: (world.person(at),),
    "services.users.sessions_of": lambda world, at: (world.person(at),),
    "services.users.own_sessions": constant(),
    "services.users.end_own": lambda world, at: form(own.EndOwnSession),
    "services.users.reserve_own": constant(sessions.Nothing()),
    "services.users.replace_own": lambda world, at: form(
        own.ReplacePassword,
        reservation=settle(world, at)[0].reservation,
        new_password=NEW_PASSWORD,
    ),
    "services.users.speak": lambda world, at: form(own.SpeakLanguage, language="en"),
    "services.users.create": lambda world, at: form(
        users.CreateUser,
        username="newcomer",
        name="New",
        role="guest",
        store_id=at,
        password=NEW_PASSWORD,
    ),
    "services.users.edit": a_person(
        users.EditUser, version=1, name="New", role="specialist", desk="sales", store_id=1
    ),
    "services.users.switch": a_person(users.SwitchUser, version=1, is_active=False),
    "services.users.reset_password": a_person(users.ResetPassword, password=NEW_PASSWORD),
    "services.campaigns.adopt": lambda world, at: form(campaigns.AdoptCampaigns),
    "services.campaigns.answer": lambda world, at: form(
        campaigns.AnswerInvitation,
        campaign_id=world.ids["campaign:approved", at],
        customer_id=world.ids["customer", at],
        rsvp=Rsvp.COMES,
        people=3,
    ),
    "services.campaigns.approve": on_campaign("draft", campaigns.WorkOnCampaign),
    "services.campaigns.arrive": lambda world, at: form(
        campaigns.MarkArrival, answer_id=world.ids["answer", at], version=1
    ),
    "services.campaigns.begin": lambda world, at: form(
        campaigns.BeginCampaign,
        name="冬季活动",
        kind=CampaignKind.NEWS,
        desk=Desk.SALES,
        channel=VisitKind.CALL,
        store_id=at,
    ),
    "services.campaigns.campaign_file": lambda world, at: (world.ids["campaign:approved", at],),
    "services.campaigns.campaigns": constant(),
    "services.campaigns.cancel_ended": constant(campaigns.CancelEnded()),
    "services.campaigns.discard": on_campaign("draft", campaigns.WorkOnCampaign),
    "services.campaigns.edit": on_campaign(
        "draft",
        campaigns.EditCampaign,
        name="冬季活动",
        name_en="Winter",
        kind=CampaignKind.INVITATION,
        desk=Desk.SERVICE,
        channel=VisitKind.CALL,
        script="{customer}",
        script_en="{customer}",
        lifecycle=Lifecycle.EXISTING,
        value_class=ValueClass.ORDINARY,
        quiet_days=30,
        from_on=clock.today(),
        until_on=clock.today(),
        event_on=clock.today(),
        capacity=9,
    ),
    "services.campaigns.end": on_campaign("approved", campaigns.EndCampaign, reason=REASON),
    "services.campaigns.make": constant(campaigns.MakeContacts()),
    "services.campaigns.outlook": lambda world, at: (world.ids["campaign:draft", at],),
    "services.surveys.adopt": lambda world, at: form(surveys.AdoptSurveys),
    "services.surveys.approve": on_survey(
        "draft", surveys.ApproveSurvey, version=1, from_on=clock.today()
    ),
    "services.surveys.begin": lambda world, at: form(
        surveys.BeginSurvey, kind=surveys.SurveyKind.CUSTOM, name="展会", name_en="Show"
    ),
    "services.surveys.categories": constant(),
    "services.surveys.edit": on_survey(
        "draft",
        surveys.EditSurvey,
        version=1,
        name="满意度",
        name_en="Satisfaction",
        items=(surveys.ItemForm(kind=surveys.ItemKind.SCALE, wording="接待", weight=1),),
    ),
    "services.surveys.next_version": on_survey("approved", surveys.NextVersion),
    "services.surveys.raise_complaint": lambda world, at: form(
        surveys.RaiseComplaint, response_id=world.ids["response", at]
    ),
    "services.surveys.response": lambda world, at: (world.ids["response", at],),
    "services.surveys.responses": a_part,
    "services.surveys.results": a_part,
    "services.surveys.retire": on_survey("approved", surveys.WorkOnSurvey, version=1),
    "services.surveys.surveys": constant(),
    "services.users.end_sessions": a_person(users.EndSessions),
    "services.verification.parts": constant(),
    "services.verification.verify": constant("summaries"),
    "services.appointments.stores": constant(),
    "services.appointments.bays": lambda world, at: (at,),
    "services.appointments.advisors": lambda world, at: (at,),
    "services.appointments.day": lambda world, at: (at, clock.today(), appointments.By.BAY),
    "services.appointments.week": lambda world, at: (at, clock.today(), appointments.By.ADVISOR),
    "services.appointments.free": lambda world, at: (at, clock.today(), 30, world.ids["bay", at]),
    "services.appointments.page": constant(
        appointments.Filters(clock.today(), clock.today() + timedelta(days=10))
    ),
    "services.appointments.one": lambda world, at: (world.ids["booked", at],),
    "services.appointments.of_customer": customer,
    "services.appointments.rates": constant(),
    "services.appointments.book": _booking,
    "services.appointments.move": _moving,
    "services.appointments.agree": on_visit("asked", appointments.WorkOnAppointment),
    "services.appointments.remind": on_visit("booked", appointments.WorkOnAppointment),
    "services.appointments.confirm": on_visit("booked", appointments.WorkOnAppointment),
    "services.appointments.arrive": on_visit("begun", appointments.WorkOnAppointment),
    "services.appointments.miss": on_visit("begun", appointments.WorkOnAppointment),
    "services.appointments.cancel": on_visit(
        "booked", appointments.CancelAppointment, reason=REASON
    ),
    "services.appointments.open_bay": lambda world, at: form(
        appointments.OpenBay, store_id=at, name="2"
    ),
    "services.appointments.change_bay": lambda world, at: form(
        appointments.ChangeBay, bay_id=world.ids["bay", at], version=1, name="3"
    ),
    "services.appointments.export_list": lambda world, at: form(
        appointments.ExportAppointments,
        language="zh_CN",
        since=clock.today(),
        until=clock.today() + timedelta(days=10),
    ),
    "services.appointments.mark_missed": constant(appointments.MarkMissed()),
    "services.inbound.due": constant(),
    "services.inbound.page": constant(inbound.Filters(clock.today(), clock.today())),
    "services.inbound.one": lambda world, at: (world.ids["call", at],),
    "services.inbound.answerers": constant(),
    "services.inbound.rates": constant(),
    "services.inbound.take": on_file(
        inbound.RecordInbound,
        urgency="ordinary",
        wish="question",
        words="asks",
        reply="told",
    ),
    "services.inbound.answer": on_call(inbound.AnswerCall, reply_channel="phone", reply="told"),
    "services.inbound.pass_on": lambda world, at: form(
        inbound.PassCall,
        call_id=world.ids["call", at],
        version=1,
        answerer_id=world.ids["steward", at],
    ),
    "services.inbound.link_complaint": lambda world, at: form(
        inbound.LinkComplaint,
        call_id=world.ids["call", at],
        complaint_id=world.ids["complaint:triaged", at],
    ),
    "services.inbound.watch": constant(inbound.WatchCalls()),
    "services.visit_plans.write": lambda world, at: form(
        visit_plans.WritePlan, week_on=clock.today(), area="north", target=5, focus="new cars"
    ),
    "services.visit_plans.add_visit": lambda world, at: on_plan(
        visit_plans.AddVisit,
        customer_id=world.ids["customer", at],
        due_on=clock.today(),
        purpose="new cars",
    )(world, at),
    "services.visit_plans.submit": on_plan(visit_plans.SubmitPlan),
    "services.visit_plans.decide": on_plan(
        visit_plans.DecidePlan, "handed_plan", is_granted=True, note="good"
    ),
    "services.visit_plans.summarise": on_plan(visit_plans.SummarisePlan, summary="all was made"),
    "services.visit_plans.review": on_plan(
        visit_plans.ReviewPlan, "past_plan", verdict="well done"
    ),
    "services.visit_plans.week": lambda world, at: (clock.today(),),
    "services.visit_plans.plan_of": lambda world, at: (clock.today(),),
    "services.visit_reports.report": lambda world, at: (clock.today(), clock.today(), at),
    "services.visit_reports.take": lambda world, at: (
        visit_reports.TakeReport(
            language="en", kind="xlsx", since=clock.today(), until=clock.today(), store_id=at
        ),
    ),
    "services.visits.adopt": lambda world, at: form(visits.AdoptCadences),
    "services.visits.approve": lambda world, at: form(
        visits.ApproveCadence,
        cadence_id=world.ids[CadenceState.DRAFT, at],
        version=1,
        from_on=clock.today(),
    ),
    "services.visits.retire": lambda world, at: form(
        visits.RetireCadence, cadence_id=world.ids[CadenceState.APPROVED, at], version=1
    ),
    "services.visits.begin": lambda world, at: form(
        visits.BeginVersion, cadence_id=world.ids[CadenceState.APPROVED, at]
    ),
    "services.visits.begin_rule": lambda world, at: form(
        visits.BeginRule, name="回访", desk=Desk.SERVICE, trigger=Trigger.REPAIR
    ),
    "services.visits.edit": on_draft(
        visits.EditDraft, name="维修后回访", desk=Desk.SERVICE, trigger=Trigger.REPAIR
    ),
    "services.visits.put_step": on_draft(
        visits.PutStep,
        offset_days=20,
        window_days=2,
        expiry_days=30,
        kind=VisitKind.CALL,
        purpose="回访",
        purpose_en="call back",
        script="您好",
        script_en="hello",
    ),
    "services.visits.drop_step": on_draft(visits.DropStep, nth=1),
    "services.visits.discard": on_draft(visits.WorkOnDraft),
    "services.visits.rule_file": lambda world, at: (world.ids[CadenceState.DRAFT, at],),
    "services.visits.simulated": lambda world, at: (world.ids[CadenceState.APPROVED, at],),
    "services.visits.waiting": constant(),
    "services.visits.propose": lambda world, at: form(
        visits.ProposeScript,
        step_id=world.ids[f"step of {CadenceState.APPROVED}", at],
        script="say that",
        reason=REASON,
    ),
    "services.visits.take_over": on_proposal(visits.TakeProposal, answer="gladly"),
    "services.visits.decline": on_proposal(visits.DeclineProposal, answer=REASON),
    "services.visits.cadences": constant(),
    "services.visits.day": constant(),
    "services.visits.call": lambda world, at: (world.ids["task", at],),
    "services.visits.plan": on_file(
        visits.PlanContact, kind=VisitKind.CALL, due_on=clock.today(), purpose="call back"
    ),
    "services.visits.take": on_task(visits.WorkOnTask),
    "services.visits.move": on_task(visits.MoveTask, due_on=clock.today()),
    "services.visits.move_many": lambda world, at: form(
        visits.MoveTasks,
        tasks=[{"task_id": world.ids["task", at], "version": 1}],
        due_on=clock.today(),
    ),
    "services.visits.undo_move": on_task(visits.WorkOnTask),
    "services.visits.week": constant(clock.today()),
    "services.visits.standings": constant(clock.today()),
    "services.visits.page": constant(visits.TaskFilters()),
    "services.visits.places": constant(clock.today()),
    "services.visits.callers": customer,
    "services.visits.export_tasks": lambda world, at: form(visits.ExportTasks, language="en"),
    "services.visits.cancel": on_task(visits.CancelTask, reason=REASON),
    "services.visits.record_call": on_task(
        visits.RecordCall, result="connected", words="called", no_more=REASON, short_reason=REASON
    ),
    "services.visits.make": constant(visits.MakeTasks()),
    "services.visits.books": constant(EARLY, LATE),
    "services.visits.forms": constant(EARLY, LATE),
    "services.visits.visit_form": lambda world, at: (world.ids["visit_form", at],),
    "services.visits.form_of_task": lambda world, at: (world.ids["visit", at],),
    "services.visits.form_ground": lambda world, at: (world.ids["visit", at],),
    "services.visits.write_form": lambda world, at: form(
        visits.WriteForm,
        task_id=world.ids["visit", at],
        version=1,
        no_more=REASON,
        promise="call back",
        promised_at=clock.now() + timedelta(days=1),
        **visited(),
    ),
    "services.visits.correct_form": on_form(visits.CorrectForm, **visited()),
    "services.visits.note_improvement": on_form(visits.NoteImprovement, outcome="it is done"),
    "services.visits.take_form": lambda world, at: (
        visits.TakeForm(form_id=world.ids["visit_form", at]),
    ),
    "services.visits.take_paper": lambda world, at: (
        visits.TakePaper(file_id=world.ids["photo", at]),
    ),
    "services.visits.forecast": constant(),
    "services.visits.backtest": lambda world, at: (clock.today(), clock.today()),
    "services.visits.predict_services": constant(visits.PredictServices()),
    "services.visits.settle": constant(visits.SettleReminders()),
    "services.visits.weigh": constant(visits.WeighTasks()),
    "services.file_issues.of_file": lambda world, at: (world.ids["customer", at],),
    "services.file_issues.page": constant(),
    "services.file_issues.counted": constant(),
    "services.file_issues.close": lambda world, at: form(
        file_issues.CloseIssue, issue_id=world.ids["issue", at], version=1, note=REASON
    ),
    "services.file_issues.close_mended": constant(file_issues.CloseMended()),
    "services.qa.to_review": constant(),
    "services.qa.heard": lambda world, at: (world.ids["heard", at],),
    "services.qa.results": constant(),
    "services.qa.review": lambda world, at: form(
        qa.ReviewCall,
        touch_id=world.ids["heard", at],
        scores=dict.fromkeys(qa.items(), 2),
        note="well said",
    ),
    "services.qa.read": lambda world, at: form(
        qa.ReadReview, review_id=world.ids["review", at], version=1
    ),
}
