"""Who should see and change which rows: written by hand, independent of the policy in the code.

`Ground` puts one row of every kind into every scoped table; the functions below try each row as
each person in every way a service could and return what differs from the tables here. They are
shared by the tests of access and by the proof that a changed policy is noticed.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from db.engine import engine, read_transaction
from db.models import (
    Appointment,
    AppointmentSource,
    AppointmentState,
    Approval,
    AuditEntry,
    BatchState,
    CallAttempt,
    CallResult,
    CallWish,
    Campaign,
    CampaignAnswer,
    CampaignKind,
    Consent,
    Customer,
    CustomerKind,
    CustomerSummary,
    Desk,
    Document,
    DocumentKind,
    DocumentStatus,
    Draft,
    FileIssue,
    ImportBatch,
    ImportRow,
    InboundCall,
    IssueKind,
    Job,
    JobState,
    Lifecycle,
    Notice,
    Order,
    OrderKind,
    Ownership,
    OwnershipRole,
    Promise,
    Purpose,
    QAReview,
    ResponseSource,
    Reveal,
    Revision,
    RowOutcome,
    RowState,
    Rsvp,
    Store,
    StoredFile,
    Survey,
    SurveyChannel,
    SurveyKind,
    SurveyResponse,
    SurveyState,
    Touch,
    TouchKind,
    Trigger,
    Urgency,
    ValueClass,
    Vehicle,
    VisitForm,
    VisitKind,
    VisitPaper,
    VisitTask,
    WorkKind,
)
from db.storage import digest_of
from services.core import audit, clock
from services.core.access import CLEAR, Actor, load
from services.core.errors import NotFound, NotPermitted
from tests.dealer import Dealer, as_system

KINDS: dict[str, tuple[int, str | None, bool]] = {
    "own": (1, "sales", False),
    "colleague": (1, "service", False),
    "pool": (1, None, False),
    "member": (1, "service", True),
    "other": (2, "sales2", False),
    "other_pool": (2, None, False),
    "other_member": (2, "sales2", True),
}
"""kind of row: its store, its keeper, whether a club member's."""

HERE = {"own", "colleague", "pool", "member"}
THERE = {"other", "other_pool", "other_member"}
NOTHING: set[str] = set()

SEES: dict[str, set[str]] = {
    "director": HERE | THERE,
    "steward": HERE | THERE,
    "manager": HERE,
    "sales": HERE,
    "service": HERE,
    "data": HERE,
    "club_manager": {"member"},
    "club": {"member"},
    "admin": NOTHING,
    "guest": NOTHING,
    "manager2": THERE,
    "sales2": THERE,
}
CHANGES: dict[str, set[str]] = {
    "director": HERE | THERE,
    "steward": HERE | THERE,
    "manager": HERE,
    "sales": {"own", "pool"},
    "service": {"colleague", "pool", "member"},
    "data": {"pool"},
    "club_manager": NOTHING,
    "club": NOTHING,
    "admin": NOTHING,
    "guest": NOTHING,
    "manager2": THERE,
    "sales2": THERE,
}
READS_CLEAR: dict[str, set[str]] = {**CHANGES, "club_manager": {"member"}}

AUDIT: dict[str, set[int | None]] = {
    "director": {1, 2, None},
    "admin": {1, 2, None},
    "manager": {1},
    "manager2": {2},
}
"""Whose audit entries of which store one sees; all others see none."""
BATCHES: dict[str, set[int]] = {
    "director": {1, 2},
    "steward": {1, 2},
    "manager": {1},
    "manager2": {2},
}

SCOPED = (
    Customer, Vehicle, Ownership, Order, Touch, Document, Consent, VisitTask, CallAttempt,
    SurveyResponse,
    Appointment, InboundCall,
    VisitForm, VisitPaper, Promise,
    FileIssue, QAReview,
    CampaignAnswer,
)  # fmt: skip
DERIVED = (CustomerSummary, Revision)


@dataclass
class Ground:
    dealer: Dealer
    keys: dict[Any, dict[str, int]] = field(default_factory=dict)
    """model: kind: id of the row"""

    def scope(self, kind: str) -> dict[str, Any]:
        store, owner, _ = KINDS[kind]
        return {"store_id": store, "owner_id": self.dealer.user_id(owner) if owner else None}

    def survey(self) -> int:
        """One that all stores ask by."""
        there = self.dealer.rows(Survey)
        values = {"code": "csi", "number": 1, "name": "满意度", "created_at": clock.now()}
        new = Survey(kind=SurveyKind.CSI, state=SurveyState.APPROVED, **values)
        return there[0].id if there else self.dealer.add(new)[0]

    def campaigns(self) -> tuple[int, int]:
        """Two of the whole group: a customer answers each of them once."""
        there = self.dealer.rows(Campaign)
        values = {"name": "活动", "kind": CampaignKind.INVITATION, "desk": Desk.SERVICE}
        values |= {"channel": VisitKind.CALL, "created_at": clock.now()}
        new = [Campaign(code=code, **values) for code in ("first", "second")]
        one, other = [row.id for row in there] or self.dealer.add(*new)
        return one, other

    def put(self, model: Any, make: Callable[[str], Any]) -> None:
        rows = {kind: make(kind) for kind in KINDS}
        self.dealer.add(*rows.values())
        name = "customer_id" if model is CustomerSummary else "id"
        self.keys[model] = {kind: getattr(row, name) for kind, row in rows.items()}

    def key(self, model: Any, kind: str) -> int:
        return self.keys[model][kind]

    def new(self, model: Any, kind: str) -> Any:
        """A row of that kind that is not in the database yet."""
        return MAKERS[model](self, kind)


def _customer(ground: Ground, kind: str) -> Customer:
    return Customer(
        number=f"{kind[:6]}{len(kind)}{'n' if ground.keys else ''}",
        kind=CustomerKind.PERSON,
        name=kind,
        phone="+8613812346208",
        lifecycle=Lifecycle.EXISTING,
        value_class=ValueClass.ORDINARY,
        is_member=KINDS[kind][2],
        **ground.scope(kind),
    )


def _of_customer(model: Any, **values: Any) -> Callable[[Ground, str], Any]:
    def make(ground: Ground, kind: str) -> Any:
        return model(customer_id=ground.key(Customer, kind), **ground.scope(kind), **values)

    return make


def _ownership(ground: Ground, kind: str) -> Ownership:
    return Ownership(
        vehicle_id=ground.key(Vehicle, kind),
        customer_id=ground.key(Customer, kind),
        role=OwnershipRole.OWNER,
        **ground.scope(kind),
    )


def _task(ground: Ground, kind: str) -> VisitTask:
    return VisitTask(
        customer_id=ground.key(Customer, kind),
        desk=Desk.SERVICE,
        kind=VisitKind.CALL,
        trigger=Trigger.MANUAL,
        trigger_key=kind,
        due_from=date(2026, 5, 4),
        due_to=date(2026, 5, 4),
        expires_on=date(2026, 5, 9),
        created_at=datetime(2026, 5, 4, tzinfo=UTC),
        **ground.scope(kind),
    )


def _attempt(ground: Ground, kind: str) -> CallAttempt:
    return CallAttempt(
        task_id=ground.key(VisitTask, kind),
        customer_id=ground.key(Customer, kind),
        at=datetime(2026, 5, 4, tzinfo=UTC),
        kind=VisitKind.CALL,
        result=CallResult.NO_ANSWER,
        **ground.scope(kind),
    )


def _response(ground: Ground, kind: str) -> SurveyResponse:
    return SurveyResponse(
        survey_id=ground.survey(),
        customer_id=ground.key(Customer, kind),
        at=datetime(2026, 5, 4, tzinfo=UTC),
        channel=SurveyChannel.PHONE,
        source=ResponseSource.IMPORT,
        **ground.scope(kind),
    )


def _form(ground: Ground, kind: str) -> VisitForm:
    day = datetime(2026, 5, 4, tzinfo=UTC)
    is_new = VisitForm in ground.keys
    return VisitForm(
        number=f"{kind}{'n' if is_new else ''}"[:20],
        task_id=ground.key(VisitTask, kind),
        customer_id=ground.key(Customer, kind),
        touch_id=ground.key(Touch, kind),
        visited_place="yard",
        started_at=day,
        ended_at=day + timedelta(hours=1),
        written_at=day + timedelta(hours=2),
        met="he",
        improve_on=day.date(),
        quality=6,
        **dict.fromkeys(("needs", "rivals", "gap", "improvement", "feedback", "strategy"), "words"),
        **ground.scope(kind),
    )


def _content(kind: str, *, is_new: bool) -> bytes:
    return f"{kind}{is_new}".encode()


def _photo(ground: Ground, kind: str) -> VisitPaper:
    """Of one content for each kind, and of another for a new one; both are stored beforehand."""
    is_new = VisitPaper in ground.keys
    content = _content(kind, is_new=is_new)
    if not is_new:
        for each in (content, _content(kind, is_new=True)):
            stored = StoredFile(sha256=digest_of(each), size=len(each), content=each)
            ground.dealer.add(stored)
    return VisitPaper(
        form_id=ground.key(VisitForm, kind),
        customer_id=ground.key(Customer, kind),
        name="a.jpg",
        media_type="image/jpeg",
        size=1,
        sha256=digest_of(content),
        added_at=datetime(2026, 5, 4, tzinfo=UTC),
        **ground.scope(kind),
    )


def _promise(ground: Ground, kind: str) -> Promise:
    day = datetime(2026, 5, 4, tzinfo=UTC)
    return Promise(
        customer_id=ground.key(Customer, kind),
        what="call back",
        made_at=day,
        due_at=day + timedelta(days=1),
        **ground.scope(kind),
    )


def _issue(ground: Ground, kind: str) -> FileIssue:
    return FileIssue(
        customer_id=ground.key(Customer, kind),
        field="new" if FileIssue in ground.keys else "phone",  # once while open
        kind=IssueKind.PHONE_WRONG,
        opened_at=datetime(2026, 5, 4, tzinfo=UTC),
        **ground.scope(kind),
    )


def _review(ground: Ground, kind: str) -> QAReview:
    """A call is reviewed once: one that is not there yet is of another call (`lay_calls`)."""
    key = ground.keys["calls"][kind] if "calls" in ground.keys else ground.key(Touch, kind)
    return QAReview(
        touch_id=key,
        customer_id=ground.key(Customer, kind),
        month=date(2026, 5, 1),
        scores={"greeting": 2},
        score=100,
        note="well said",
        created_at=datetime(2026, 6, 1, tzinfo=UTC),
        **ground.scope(kind),
    )


def _rsvp(ground: Ground, kind: str) -> CampaignAnswer:
    return CampaignAnswer(
        campaign_id=ground.campaigns()[CampaignAnswer in ground.keys],
        customer_id=ground.key(Customer, kind),
        answer=Rsvp.UNDECIDED,
        at=datetime(2026, 5, 4, tzinfo=UTC),
        **ground.scope(kind),
    )


MAKERS: dict[Any, Callable[[Ground, str], Any]] = {
    Customer: _customer,
    Vehicle: lambda ground, kind: Vehicle(brand="Aurora", **ground.scope(kind)),
    Ownership: _ownership,
    Order: _of_customer(Order, kind=OrderKind.SALE, number="1", ordered_on=date(2026, 5, 4)),
    Touch: _of_customer(
        Touch, at=datetime(2026, 5, 4, tzinfo=UTC), kind=TouchKind.CALL, summary="called"
    ),
    Document: _of_customer(Document, kind=DocumentKind.OTHER, status=DocumentStatus.IN_PLACE),
    Consent: _of_customer(Consent, purpose=Purpose.CLUB, given_at=datetime(2026, 5, 4, tzinfo=UTC)),
    VisitTask: _task,
    CallAttempt: _attempt,
    SurveyResponse: _response,
    Appointment: _of_customer(
        Appointment,
        work=WorkKind.REPAIR,
        starts_at=datetime(2026, 5, 4, 2, tzinfo=UTC),
        minutes=30,
        source=AppointmentSource.CALL,
        state=AppointmentState.BOOKED,
    ),
    InboundCall: _of_customer(
        InboundCall,
        at=datetime(2026, 5, 4, tzinfo=UTC),
        urgency=Urgency.ORDINARY,
        wish=CallWish.QUESTION,
        words="asks",
        promised_at=datetime(2026, 5, 4, tzinfo=UTC),
    ),
    VisitForm: _form,
    VisitPaper: _photo,
    Promise: _promise,
    FileIssue: _issue,
    QAReview: _review,
    CampaignAnswer: _rsvp,
}


def lay(dealer: Dealer) -> Ground:
    """One row of every kind in every scoped table, and what hangs on them."""
    ground = Ground(dealer)
    for model, make in MAKERS.items():
        ground.put(model, lambda kind, make=make: make(ground, kind))
    ground.put(
        Revision,
        lambda kind: Revision(
            audit_id=1,
            subject_kind="customers",
            subject_id=ground.key(Customer, kind),
            customer_id=ground.key(Customer, kind),
            field="name",
        ),
    )
    ground.put(
        CustomerSummary,
        lambda kind: CustomerSummary(
            customer_id=ground.key(Customer, kind), **ground.scope(kind), is_member=KINDS[kind][2]
        ),
    )
    return ground


def lay_calls(ground: Ground) -> None:
    """A call of each kind that nobody has reviewed, for reviews that are tried."""
    if "calls" not in ground.keys:
        calls = {kind: ground.new(Touch, kind) for kind in KINDS}
        ground.keys["calls"] = dict(zip(calls, ground.dealer.add(*calls.values()), strict=True))


def lay_papers(ground: Ground) -> None:
    """Import batches and audit entries of both stores; everybody's drafts, reveals, notices, jobs
    and requests for approval."""
    dealer, now = ground.dealer, clock.now()
    for store in (1, 2):
        batch = ImportBatch(
            kind="customers",
            file_name="a.csv",
            file_digest=f"{store}",
            store_id=store,
            state=BatchState.CHECKED,
            created_at=now,
        )
        [key] = dealer.add(batch)
        dealer.add(
            ImportRow(batch_id=key, number=1, outcome=RowOutcome.NEW, state=RowState.WAITING)
        )
        dealer.add(_audit_of(store))
    for person in SEES:
        user = dealer.user_id(person)
        dealer.add(
            Draft(user_id=user, form="f", values={}, updated_at=now),
            Reveal(
                user_id=user,
                customer_id=ground.key(Customer, "own"),
                field="phone",
                at=now,
                until=now,
            ),
            Notice(user_id=user, cause="c", kind="job_failed", created_at=now, show_at=now),
            Job(
                kind="import_run", subject=person, state=JobState.QUEUED, user_id=user, asked_at=now
            ),
        )
        for store in (1, 2, None):
            dealer.add(_request_of(user, store, f"{person}:{store}"))


def _request_of(user: int, store: int | None, subject: str) -> Approval:
    now = clock.now()
    return Approval(
        kind="setting",
        subject=subject,
        needs="settings:approve",
        store_id=store,
        asked_by_id=user,
        asked_at=now,
        reason="because",
        expires_at=now,
    )


def _audit_of(store: int) -> AuditEntry:
    return AuditEntry(
        at=clock.now(),
        actor_name="somebody",
        action=audit.Action.DATA_LOADED,
        subject_kind="stores",
        store_id=store,
        source="tests",
        key_id="none",
        seal="none",
    )


# ---- every way to read a table


def ways(model: Any) -> Iterator[tuple[str, Select[Any]]]:
    """Statements whose first column is the key of every row that is seen."""
    key = col(model.customer_id if model is CustomerSummary else model.id)
    name = key.key
    other = aliased(model)
    inner = select(key.label("k"))
    yield "columns", select(key)
    yield "alias", select(getattr(other, name))
    yield "self join", select(key).join(other, getattr(other, name) == key)
    yield "aliased self join", select(getattr(other, name)).join(model, getattr(other, name) == key)
    yield "subquery", select(inner.subquery().c.k)
    yield "cte", select(inner.cte().c.k)
    yield "in", select(key).where(key.in_(select(getattr(other, name))))
    yield "ordered page", select(key).order_by(key.desc()).limit(100)
    yield "distinct", select(key).distinct()
    yield "grouped", select(func.max(key)).group_by(key)
    if hasattr(model, "store_id"):
        store = col(Store.id)
        yield "join from", select(key).select_from(Store).join(model, model.store_id == store)
        yield "outer join", select(key).join(Store, model.store_id == store, isouter=True)
    if hasattr(model, "customer_id"):
        yield "with customer", select(key).join(Customer, col(Customer.id) == model.customer_id)


def seen_through(session: Session, model: Any, keys: dict[str, int]) -> Iterator[tuple[str, Any]]:
    """(way, kinds seen) for every way of reading."""
    kinds = {key: kind for kind, key in keys.items()}

    def named(found: Iterable[int]) -> set[str]:
        return {kinds[key] for key in found}

    key = col(model.customer_id if model is CustomerSummary else model.id)
    for way, statement in ways(model):
        yield way, named(row[0] for row in session.execute(statement))
    yield "rows", named(getattr(row, key.key) for row in session.execute(select(model)).scalars())
    both = select(key).where(key >= 0).union(select(key))
    yield "union", named(row[0] for row in session.execute(both))
    yield (
        "exists",
        {
            kind
            for kind, k in keys.items()
            if session.execute(select(exists(select(key).where(key == k)))).scalar_one()
        },
    )
    if model is not CustomerSummary:
        yield "load", {kind for kind, k in keys.items() if loads(session, model, k)}
    session.expunge_all()


def counted_through(session: Session, model: Any) -> Iterator[tuple[str, int]]:
    key = col(model.customer_id if model is CustomerSummary else model.id)
    yield "count", session.execute(select(func.count()).select_from(model)).scalar_one()
    yield "count of keys", session.execute(select(func.count(key))).scalar_one()
    inner = select(func.count(key)).scalar_subquery()
    yield "scalar subquery", session.execute(select(inner)).scalar_one()
    yield (
        "count of subquery",
        session.execute(select(func.count()).select_from(select(key).subquery())).scalar_one(),
    )


def loads(session: Session, model: Any, key: int) -> bool:
    try:
        return bool(load(session, model, key))
    except NotFound:
        return False


def reading_differs(ground: Ground, people: Iterable[str] = tuple(SEES)) -> list[str]:
    """What somebody sees that he should not, or does not see that he should."""
    found = []
    for person in people:
        with read_transaction() as session:
            session.info["scope"] = ground.dealer.actor(person)
            for model in (*SCOPED, *DERIVED):
                for way, kinds in seen_through(session, model, ground.keys[model]):
                    if kinds != SEES[person]:
                        found.append(f"{person} {model.__name__} {way}: {sorted(kinds)}")
                for way, number in counted_through(session, model):
                    if number != len(SEES[person]):
                        found.append(f"{person} {model.__name__} {way}: {number}")
    return found


# ---- every way to write


def _refused(session: Session, deed: Callable[[], None]) -> bool:
    try:
        deed()
        session.flush()
    except NotPermitted:
        return True
    finally:
        session.rollback()
    return False


def changing_differs(
    ground: Ground, people: Iterable[str] = tuple(CHANGES), models: Iterable[Any] = SCOPED
) -> list[str]:
    """What somebody may change that he should not, or may not that he should; nothing is kept."""
    found = []
    lay_calls(ground)
    for person in people:
        actor = ground.dealer.actor(person)
        for model in models:
            for kind in KINDS:
                for deed, allowed in _deeds(ground, actor, model, kind).items():
                    expected = kind in CHANGES[person]
                    if deed == "insert" and model is Touch:
                        expected = True  # a colleague's customer's call is written down
                    if allowed != expected:
                        found.append(f"{person} {deed} {model.__name__} {kind}: {allowed}")
    return found


def _deeds(ground: Ground, actor: Actor, model: Any, kind: str) -> dict[str, bool]:
    """Whether the actor could insert such a row, change it, hand it over."""
    done = {}
    for deed in ("insert", "update", "hand over"):
        with Session(engine()) as session:
            as_system(session)
            row = session.execute(
                select(model).where(col(model.id) == ground.key(model, kind))
            ).scalar_one()
            session.info["scope"] = actor

            def act(deed: str = deed, row: Any = row, session: Session = session) -> None:
                if deed == "insert":
                    session.add(ground.new(model, kind))
                elif deed == "update":
                    name, value = SMALL_CHANGES[model]
                    setattr(row, name, value)
                else:
                    # To one's own hands: what was out of reach must not be taken.
                    row.owner_id = actor.id
                    name, value = SMALL_CHANGES[model]
                    setattr(row, name, value)
                    if row.store_id != actor.store_id:
                        row.owner_id = ground.dealer.user_id("sales2")

            done[deed] = not _refused(session, act)
    return done


SMALL_CHANGES: dict[Any, tuple[str, Any]] = {
    Customer: ("note", "changed"),
    Vehicle: ("color", "red"),
    Ownership: ("ended_on", date(2026, 6, 1)),
    Order: ("summary", "changed"),
    Touch: ("summary", "changed"),
    Document: ("title", "changed"),
    Consent: ("proof", "changed"),
    VisitTask: ("purpose", "changed"),
    CallAttempt: ("note", "changed"),
    SurveyResponse: ("is_low", True),
    Appointment: ("concern", "changed"),
    InboundCall: ("words", "changed"),
    VisitForm: ("outcome", "changed"),
    VisitPaper: ("name", "changed"),
    Promise: ("reply", "changed"),
    FileIssue: ("note", "changed"),
    QAReview: ("note", "changed"),
    CampaignAnswer: ("answer", Rsvp.COMES_NOT),
}


# ---- who sees whole values


def clearness_differs(ground: Ground, people: Iterable[str] = tuple(READS_CLEAR)) -> list[str]:
    found = []
    for person in people:
        actor = ground.dealer.actor(person)
        for kind in KINDS:
            row = ground.dealer.row(Customer, ground.key(Customer, kind))
            clear = actor.covers(CLEAR, row, is_member=row.is_member)
            if clear != (kind in READS_CLEAR[person]):
                found.append(f"{person} clear {kind}: {clear}")
    return found
