"""The complaint ledger under any order of deeds, by anybody, at any time (3.2 to 3.4).

`complaint_law` says of every deed beforehand whether it is lawful. The services must do just what
is lawful, and leave the tables as the law says, or untouched. One walk does everything that there
is once; the machine looks for what nobody thought of. The database is one for all its examples, so
that numbers and notices pile up as in a house.
"""

import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime, timedelta
from inspect import isfunction, signature
from itertools import count
from typing import Any, Final
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Integer, Select, String, bindparam, cast, select
from sqlmodel import col

from db.engine import read_transaction
from db.models import (
    Approval,
    CauseAction,
    Complaint,
    ComplaintEvent,
    ComplaintPerson,
    ComplaintStep,
    ParameterValue,
    PostDuty,
    Remedy,
)
from services import approvals, complaints
from services.approvals import DecideApproval, ExpireApprovals, WithdrawApproval
from services.complaints import LACKS, Lack, NotReady, Receipt
from services.complaints.inputs import AddToComplaint
from services.complaints.stages import NotNext
from services.core import calendars, clock
from services.core.access import System
from services.core.errors import AppError, NotFound, NotPermitted
from services.core.parameters import HEAD_LEVEL
from services.core.run import fetch, perform
from tests.dealer import Dealer, as_system, owner
from tests.properties import complaint_law as law
from tests.properties.complaint_law import BY_ID, MAJOR, OWED, PERSONS, Case, Deed, Verdict
from tests.services.complaint_deeds import CAUSE, FRIDAY, heading

DEEDS: Final[dict[str, tuple[Any, Any]]] = {
    name: (command, form)
    for name, command in vars(complaints).items()
    if isfunction(command) and len(signature(command).parameters) == 3
    for form in [[*signature(command).parameters.values()][2].annotation]
    if isinstance(form, type) and issubclass(form, AddToComplaint)
} | {
    "grant": (approvals.decide, DecideApproval),
    "refuse": (approvals.decide, DecideApproval),
    "take_back": (approvals.withdraw, WithdrawApproval),
}
"""Every command that is there for a complaint, and its form."""
BESIDE: Final = {"register", "follow", "expire"}
"""What is done otherwise."""
CALL: Final = b"RIFF\x24\0\0\0WAVEfmt "
PARTS: Final = ("handler", "accountable")
WORDS: Final = "已与客户沟通"
PHONES: Final = ("+8613857116208", "+8613900001111")


# ---- what is done, and what the tables hold afterwards


Seen = dict[Any, list[Any]]


def _rows(model: Any, where: Any) -> Select[Any]:
    return select(model.__table__).where(where).order_by(*model.__table__.primary_key)


_ID: Final[Any] = bindparam("id", type_=Integer)
_REMEDY: Final[Any] = Remedy
_TABLES: Final[tuple[Any, ...]] = (
    *(ComplaintEvent, ComplaintPerson, Remedy, CauseAction, ComplaintStep),
)
_ASKED: Final = select("remedies:" + cast(_REMEDY.id, String)).where(_REMEDY.complaint_id == _ID)
_LOOKS: Final[dict[Any, Select[Any]]] = {
    **{model: _rows(model, model.complaint_id == _ID) for model in _TABLES},
    Complaint: _rows(Complaint, col(Complaint.id) == _ID),
    Approval: _rows(Approval, col(Approval.subject).in_(_ASKED)),
}


def look(complaint_id: int) -> Seen:
    """All that the tables hold of one complaint, past every wall."""
    with owner().execution_options(reading=True).connect() as connection:
        return {
            model: [*connection.execute(query, {"id": complaint_id})]
            for model, query in _LOOKS.items()
        }


def numbers() -> set[str]:
    with owner().execution_options(reading=True).connect() as connection:
        return {*connection.execute(select(col(Complaint.number))).scalars()}


def check_same(one: Any, row: Any) -> None:
    """In all that both of them know."""
    for name in {each.name for each in fields(one)} & {*row._mapping} - {"version"}:
        assert getattr(row, name) == getattr(one, name), name


@dataclass
class House:
    """The dealer, the time there, and the complaints that are known."""

    dealer: Dealer
    now: datetime = FRIDAY
    known: list[Case] = field(default_factory=list)
    seen: dict[int, Seen] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    """All numbers there are."""
    reached: set[str] = field(default_factory=set)
    """What was done at least once."""
    ids: Iterator[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.category = heading(self.dealer, "service.repair.repeat")
        self.cause = heading(self.dealer, CAUSE)
        days = 3650  # before any moment at which the machine begins
        self.dealer.named(PostDuty.SPOKESPERSON, "director", days=days)
        self.dealer.named(PostDuty.SPOKESPERSON, "service", store=1, days=days)
        with read_transaction() as session:
            as_system(session)
            self.calendars = calendars.calendars(session, {1, 2})

    def send(self, command: Any, who: str, model: Any, **values: Any) -> Any:
        """What comes of a form: a result or a refusal. What the form does not know is left out."""
        words = dict.fromkeys(("words", "reason", "what", "answer"), WORDS)
        said = {"request_id": UUID(int=next(self.ids)), **words, **values}
        if values.get("amount_fen"):
            said["amount"] = f"{values['amount_fen'] / 100:.2f}"
        form = model(**{name: said[name] for name in model.model_fields if name in said})
        try:
            return perform(command, self.dealer.caller(who), form)
        except AppError as refusal:
            return refusal

    def register(self, who: str, **values: Any) -> Case | None:
        """Take a complaint; None where that was refused, as it had to be."""
        about: dict[str, Any] = {"store_id": 1, "kind": "complaint", "phone": PHONES[0]}
        about |= {"severity": "l2", "urgency": "ordinary", "department": "service"} | values
        me, to = PERSONS[who], BY_ID[about.pop("handler_id", None) or PERSONS[who].id]
        more = {"person": "李女士", "category_id": self.category, "channel": "hotline"}
        form = complaints.RegisterComplaint
        found = self.send(complaints.register, who, form, handler_id=to.id, **about, **more)
        is_light = about.get("is_safety") and about["severity"] not in MAJOR
        may = me.handles(about["store_id"]) and to.handles(about["store_id"]) and not is_light
        assert isinstance(found, Receipt) == may, found
        if not may:
            return None
        case = Case(
            found.id,
            found.number,
            first_responder_id=me.id,
            accountable_id=me.id,
            handler_id=to.id,
            calendar=self.calendars[about["store_id"]],
            events=[("registered", "registered", me.id)],
            **about,
        )
        return self.enter(case, "register")

    def enter(self, case: Case, how: str) -> Case:
        """A new complaint has the next number of its month."""
        month = f"TS-{clock.today():%Y%m}-"
        order = sum(number.startswith(month) for number in self.taken) + 1
        assert case.number == f"{month}{order:04d}"
        self.taken.add(case.number)
        self.known.append(case)
        self.reached.add(how)
        self.compare(case)
        return case

    def person(self, case: Case, who: str) -> str:
        return BY_ID[getattr(case, f"{who}_id")].name if who in PARTS else who

    def do(self, case: Case, who: str, name: str, **values: Any) -> bool:
        """One deed on a complaint as it was last seen; whether it was lawful, and so was done."""
        deed = Deed(name, PERSONS[self.person(case, who)], self.now, values)
        verdict, lacks = case.verdict(deed), case.missing(deed.by)
        touched = [case, *([deed["into"]] if name == "merge" else [])]
        command, form = DEEDS[name]
        if form not in (DecideApproval, WithdrawApproval):
            values |= {"complaint_id": case.id, "version": case.version}
        else:
            values |= {"approval_id": case.promise(deed).request_id or 9999}
            values["is_granted"] = name == "grant"
        values |= self.papers(name)
        found = self.send(command, deed.by.name, form, **values)
        said = f"{name} by {deed.by.name}: {verdict.name}, but {found!r}"
        assert isinstance(found, AppError) == (verdict is not Verdict.LAWFUL), said
        if verdict is not Verdict.LAWFUL:
            if name != "merge":  # it looks at both complaints before it looks at the stage
                assert isinstance(found, NotNext) == (verdict is Verdict.NOT_NEXT), said
            if name == "close" and verdict is Verdict.LACKING:
                assert isinstance(found, NotReady)
                told: Any = found.params["missing"]
                assert {*told} == {LACKS[Lack(one)] for one in lacks}
            self.check_untouched(touched)
            return False
        follower = None
        if case.is_too_late(deed):
            follower = case.follower(deed, found.id, found.number)
        case.follow(deed)
        self.reached.add(name)
        for one in touched:
            self.compare(one)
        if follower is not None:
            self.enter(follower, "follow")
        elif isinstance(found, Receipt):
            assert (found.number, found.version) == (case.number, case.version)
        return True

    def papers(self, name: str) -> dict[str, Any]:
        """What a deed brings: each time another one."""
        nth = next(self.ids)
        if name == "add_files":
            return {"files": [{"name": "call.wav", "content": CALL + b"%d" % nth}]}
        if name == "file_letter":
            return {"file": {"name": "letter.pdf", "content": b"%%PDF-1.7 %d %%%%EOF" % nth}}
        return {}

    def must(self, case: Case, who: str, name: str, **values: Any) -> None:
        assert self.do(case, who, name, **values), name

    def never(self, case: Case, who: str, name: str, **values: Any) -> None:
        assert not self.do(case, who, name, **values), name

    def sweep(self) -> None:
        """What nobody answered in time is over."""
        perform(approvals.expire, System("tests"), ExpireApprovals())
        for case in self.known:
            for one in case.promises:
                if one.request == "open" and one.expires_at and one.expires_at <= self.now:
                    case.end_request(one, "expired", None)
                    self.reached.add("expire")
            self.compare(case)

    def compare(self, case: Case) -> None:
        """The tables hold what the law says, and every event that they held before."""
        was, now = self.seen.get(case.id), look(case.id)
        self.seen[case.id] = now
        [row], events = now[Complaint], now[ComplaintEvent]
        check_same(case, row)
        assert [(one.kind, one.stage, one.actor_id) for one in events] == case.events
        assert [one.seq for one in events] == [*range(1, len(events) + 1)]
        assert was is None or events[: len(was[ComplaintEvent])] == was[ComplaintEvent]
        for name in ("severity", "urgency", "department", "handler_id"):
            assert getattr(events[-1], name) == getattr(row, name), name
        assert {(one.user_id, one.part) for one in now[ComplaintPerson]} == case.people
        parts: dict[Any, list[Any]] = {Remedy: case.promises, CauseAction: case.actions}
        for table, mine in (parts | {ComplaintStep: case.steps}).items():
            for one, its in zip(mine, now[table], strict=True):
                one.id = one.id or its.id
                check_same(one, its)
        asked = [one for one in case.promises if one.request]
        for one, request in zip(asked, now[Approval], strict=True):
            one.request_id = request.id
            assert request.state == one.request
        assert row.version >= case.version
        case.version = row.version

    def check_untouched(self, cases: list[Case]) -> None:
        for case in cases:
            assert look(case.id) == self.seen[case.id], case.number
        assert numbers() == self.taken


@pytest.fixture
def house(dealer: Dealer, monkeypatch: pytest.MonkeyPatch) -> House:
    decided = {"key": HEAD_LEVEL, "value": str(law.HEAD_LEVEL), "reason": WORDS}
    since = {"from_on": date(2026, 1, 1), "created_at": clock.now()}
    dealer.add(ParameterValue(**decided, **since))
    made = House(dealer)
    monkeypatch.setattr(clock, "now", lambda: made.now)
    return made


# ---- one walk through everything


def test_every_deed_is_done(house: House) -> None:  # noqa: PLR0915 - one after the other
    case, must, never = house.register("service"), house.must, house.never
    assert case is not None
    sales, data, steward = (PERSONS[name].id for name in ("sales", "data", "steward"))
    level = {"severity": "l3", "urgency": "ordinary"}
    legal = {"is_safety": True, "is_media": False, "is_legal": True}
    money = {"kind": "compensation", "amount_fen": 300_00}
    today = clock.today()
    must(case, "service", "acknowledge")
    must(case, "handler", "triage", department="service", handler_id=sales, **level)
    must(case, "manager", "flag", **legal)
    never(case, "data", "note")
    never(case, "manager", "level", **level | {"severity": "l2"})
    must(case, "manager", "name_person", user_id=steward)
    must(case, "manager", "unname_person", user_id=steward)
    must(case, "handler", "tick", item="evidence", is_done=True)
    never(case, "manager", "tick", item="evidence", is_done=True)
    must(case, "manager", "tick", item="evidence", is_done=False)
    never(case, "manager", "tick", item="listened", is_done=True)
    must(case, "manager", "flag", is_safety=False, is_media=False, is_legal=False)
    never(case, "handler", "level", **level | {"severity": "l2"})
    must(case, "manager", "level", severity="l2", urgency="urgent")
    never(case, "handler", "level", severity="l2", urgency="ordinary")
    must(case, "service", "level", **level)
    must(case, "handler", "transfer", department="sales", handler_id=data)
    must(case, "handler", "transfer", department="service", handler_id=sales)
    must(case, "data", "note")
    never(case, "data", "tick", item="evidence", is_done=True)
    hour = timedelta(hours=1)
    never(case, "handler", "record_meeting", held_at=house.now + hour, user_ids=[sales])
    never(case, "handler", "record_meeting", held_at=house.now - hour)
    must(case, "handler", "record_meeting", held_at=house.now - hour, user_ids=[sales, data])
    never(case, "handler", "pause", waiting_for="customer")
    must(case, "data", "talk", was_reached=True)
    never(case, "data", "pause", waiting_for="customer")
    must(case, "handler", "pause", waiting_for="customer")
    must(case, "handler", "resume")
    must(case, "handler", "ask_department", department="club", user_id=7, due_on=today)
    never(case, "guest", "add_files")
    must(case, "club_manager", "add_files")
    must(case, "data", "add_files")
    asked = {"step_id": case.steps[-1].id}
    never(case, "handler", "take_step", **asked)
    must(case, "club_manager", "take_step", **asked)
    never(case, "club_manager", "take_step", **asked)
    must(case, "club_manager", "answer_step", **asked)
    must(case, "handler", "investigate", finding="partly")
    for is_agreed in (False, True):
        must(case, "handler", "prepare")
        must(case, "handler", "propose")
        must(case, "handler", "answer_proposal", is_agreed=is_agreed)
    must(case, "handler", "offer_remedy", kind="written_apology")
    must(case, "handler", "file_letter", remedy_id=case.promises[-1].id)
    must(case, "handler", "deliver_remedy", remedy_id=case.promises[-1].id)
    must(case, "manager", "offer_remedy", **money)
    for answer, who in (("refuse", "director"), ("take_back", "manager"), ("grant", "director")):
        must(case, "manager", "offer_remedy", **money)
        asked = {"remedy_id": case.promises[-1].id}
        never(case, "handler", "deliver_remedy", **asked)
        never(case, "manager", "grant", **asked)
        must(case, who, answer, **asked)
    last = {"remedy_id": case.promises[-1].id}
    must(case, "handler", "deliver_remedy", **last)
    must(case, "director", "pay_remedy", **last)
    must(case, "handler", "drop_remedy", remedy_id=case.promises[1].id)
    never(case, "director", "offer_remedy", kind="refund", amount_fen=5000_00)
    must(case, "handler", "offer_remedy", kind="refund", amount_fen=200_01)
    never(case, "handler", "grant", remedy_id=case.promises[-1].id)
    never(case, "manager", "grant", remedy_id=case.promises[-1].id)
    house.now += timedelta(days=7)
    never(case, "director", "grant", remedy_id=case.promises[-1].id)
    house.sweep()
    must(case, "handler", "offer_remedy", kind="repair")
    must(case, "service", "cover", user_id=data)
    must(case, "director", "reply")
    must(case, "handler", "reject")
    must(case, "handler", "investigate", cause_id=house.cause)
    must(case, "director", "reply")
    never(case, "director", "confirm")
    for _attempt in range(2):
        never(case, "handler", "accept", is_silent=True)
        must(case, "handler", "talk", was_reached=False)
    for days in (1, 5):
        never(case, "handler", "accept", is_silent=True)
        house.now += timedelta(days=days)

    today = clock.today()
    plan = {"handler_id": sales, "due_on": today, "check_on": today}
    mending: dict[str, tuple[str, str, dict[str, Any]]] = {
        "confirmation": ("data", "confirm", {}),
        "acceptance": ("sales", "accept", {"is_silent": True}),
        "remedy": ("sales", "drop_remedy", {"remedy_id": case.promises[-1].id}),
        "corrective": ("sales", "plan_action", {"kind": "corrective", **plan}),
        "preventive": ("sales", "plan_action", {"kind": "preventive", **plan}),
        "director": ("director", "talk", {"was_reached": True}),
    }
    assert case.missing(PERSONS["sales"]) == {*mending}
    for who, name, values in mending.values():
        never(case, "handler", "close")
        must(case, who, name, **values)
    must(case, "handler", "close")

    check = {"action_id": case.actions[-1].id, "verdict": "effective"}
    never(case, "sales", "tell_improvement", told_by="call", **check)
    must(case, "sales", "finish_action", **check)
    never(case, "sales", "check_action", **check)
    must(case, "manager", "check_action", **check)
    must(case, "service", "tell_improvement", told_by="call", **check)
    never(case, "sales", "tell_improvement", told_by="visit", **check)
    must(case, "service", "survey", satisfaction=2)
    for severity, handler in (("l3", "sales"), ("l4", "manager")):
        house.now += timedelta(days=7)
        must(case, "service", "reopen")
        assert (case.severity, house.person(case, "handler")) == (severity, handler)
        must(case, "handler", "investigate", finding="unjustified")
        must(case, "accountable", "reply")
        must(case, "handler", "accept")
        never(case, "data", "close")
        must(case, "manager", "close")
    house.now += timedelta(days=8)
    must(case, "service", "reopen")
    [case, follower] = house.known
    assert (follower.parent_id, follower.stage) == (case.id, "registered")
    other, another = house.register("sales"), house.register("sales", phone=PHONES[1])
    assert other is not None
    never(follower, "manager", "merge", into=another, into_id=another and another.id)
    must(follower, "manager", "merge", into=other, into_id=other.id)
    must(other, "sales", "withdraw")
    assert house.reached == {*DEEDS, *BESIDE}


# ---- and any other way


def some(**values: Iterable[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({name: st.sampled_from([*one]) for name, one in values.items()})


YES_NO: Final = (True, False)
LEVEL: Final = {"severity": complaints.Severity, "urgency": complaints.Urgency}
HAND: Final = {"department": ("sales", "service"), "handler_id": BY_ID}
DAY: Final = (-1, 0, 0, 1)
"""From today."""
WHICH: Final = (0, 0, 1)
"""From the last one backwards."""
FEN: Final = (300_00, 500_00, 500_01, 5000_00, 5000_01)
CHOICES: Final = {
    "triage": some(**LEVEL, **HAND),
    "level": some(**LEVEL),
    "transfer": some(**HAND),
    "cover": some(user_id=(None, *BY_ID)),
    "talk": some(was_reached=YES_NO, is_answer=YES_NO),
    "investigate": some(finding=(None, *complaints.Finding), is_cause=(None, True, True, False)),
    "answer_proposal": some(is_agreed=YES_NO),
    "accept": some(is_silent=YES_NO),
    "pause": some(waiting_for=complaints.WaitingFor),
    "survey": some(satisfaction=(1, 5)),
    "merge": some(into=WHICH),
    "offer_remedy": some(kind=("compensation", "refund"), amount_fen=FEN, consent_no=(None, "财8"))
    | some(kind={*complaints.RemedyKind} - complaints.MONEY),
    **{name: some(remedy_id=WHICH) for name in ("deliver_remedy", "drop_remedy", "pay_remedy")},
    "file_letter": some(remedy_id=WHICH),
    **{name: some(remedy_id=WHICH) for name in ("grant", "refuse", "take_back")},
    "plan_action": some(
        kind=complaints.ActionKind, handler_id=BY_ID, due_on=DAY, check_on=(None, *DAY)
    ),
    "finish_action": some(action_id=WHICH),
    "check_action": some(action_id=WHICH, verdict=complaints.Verdict),
    "ask_department": some(department=("club",), user_id=BY_ID, due_on=DAY, is_errand=YES_NO),
    "take_step": some(step_id=WHICH),
    "answer_step": some(step_id=WHICH),
    "tell_improvement": some(action_id=WHICH, told_by=complaints.TouchKind, told_on=(None, *DAY)),
    "record_meeting": some(hours=(-1, -1, 1), user_ids=((), (3, 5)), outsiders=("", "厂家代表")),
    "tick": some(item=sorted(law.TAKING | law.CRISIS), is_done=(True, True, False)),
    "flag": some(
        is_safety=YES_NO,
        is_media=(False,),
        is_dispute=YES_NO,
        is_legal=YES_NO,
        spokesperson_id=(None, None, *BY_ID),
    ),
    "name_person": some(user_id=BY_ID),
    "unname_person": some(user_id=BY_ID),
}
OFTEN: Final = ("level", "talk", "accept", *("offer_remedy",) * 4)
"""What depends on how much, or how often."""
DEED: Final = st.sampled_from([*DEEDS, *OFTEN]).flatmap(
    lambda name: st.tuples(st.just(name), CHOICES.get(name, some()))
)
WHO: Final = st.sampled_from([*PARTS * 3, *("manager", "director") * 3, *PERSONS])
"""Somebody by his name, or by his part in the complaint."""
AIM: Final = st.sampled_from([*[Verdict.LAWFUL] * 4, *[Verdict.LACKING] * 2, Verdict.NOT_HIS, None])
"""What is looked for: somebody whose deed is lawful, or nearly so; None: just anybody's."""
NUMBER: Final = st.integers(0, 5)
STARTS: Final = (
    FRIDAY,
    datetime(2026, 2, 12, 3, 7, 31, tzinfo=UTC),  # before the spring festival
    datetime(2026, 4, 30, 15, 58, 59, 999_000, tzinfo=UTC),  # two minutes before a new month
)
USUAL: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "registered": ("acknowledge", {}),
    "acknowledged": ("triage", {}),
    "triaged": ("investigate", {}),
    "investigating": ("prepare", {}),
    "proposal_ready": ("propose", {}),
    "proposed": ("answer_proposal", {"is_agreed": True}),
    "rejected": ("investigate", {"is_cause": True}),
    "agreed": ("reply", {}),
    "executing": ("reply", {}),
    "closed": ("survey", {"satisfaction": 5}),
    "confirmation": ("confirm", {}),
    "acceptance": ("accept", {}),
    "finding": ("reject", {}),
    "cause": ("reject", {}),
    "remedy": ("deliver_remedy", {}),
    "corrective": ("plan_action", {"kind": "corrective", "due_on": 0}),
    "preventive": ("plan_action", {"kind": "preventive", "due_on": 0}),
    "director": ("talk", {"was_reached": True}),
    "head": ("talk", {"was_reached": True}),
    "leader": ("close", {}),
}
"""What usually comes next, at a stage or where something is lacking for the end."""


class Ledger(RuleBasedStateMachine):
    def __init__(self, house: House) -> None:
        super().__init__()
        self.house, house.known, house.seen = house, [], {}

    def cases(self, number: int) -> list[Case]:
        """All that are known, one of them first."""
        first = number % len(self.house.known)
        return self.house.known[first:] + self.house.known[:first]

    def values(self, case: Case, drawn: dict[str, Any]) -> dict[str, Any]:
        """What was drawn, as it is of this complaint and today. Raises LookupError where it has no
        such thing."""
        values = dict(drawn)
        parts: dict[str, list[Any]] = {"remedy_id": case.promises, "action_id": case.actions}
        parts["step_id"] = case.steps
        for name in parts.keys() & drawn:
            values[name] = [one.id for one in parts[name]][-1 - drawn[name]]
        for name in {"due_on", "check_on", "told_on"} & drawn.keys():
            days = drawn[name]
            values[name] = None if days is None else clock.today() + timedelta(days=days)
        if "hours" in drawn:
            values["held_at"] = self.house.now + timedelta(hours=drawn["hours"])
        if "into" in drawn:
            values["into"] = self.cases(drawn["into"])[0]
            values["into_id"] = values["into"].id
        if (is_cause := drawn.get("is_cause")) is not None:
            values["cause_id"] = self.house.cause if is_cause else self.house.category
        return values

    @initialize(
        at=st.sampled_from(STARTS),
        severity=st.sampled_from(["l1", "l1", "l3"]),
        deeds=st.sampled_from([0, 8, 16]),
    )
    def begin(self, at: datetime, severity: str, deeds: int) -> None:
        self.house.now = at
        self.house.register("service", severity=severity)
        self.lead_on(0, deeds, 0)

    @precondition(lambda self: len(self.house.known) < 5)
    @rule(
        who=st.sampled_from(["service", "sales", "manager", "director", "guest", "sales2"]),
        values=some(
            store_id=(1, 1, 1, 2),
            kind=complaints.ComplaintKind,
            severity=complaints.Severity,
            is_safety=(False, False, True),
            phone=(PHONES[0], *PHONES),
            handler_id=(None, None, *BY_ID),
        ),
    )
    def register(self, who: str, values: dict[str, Any]) -> None:
        self.house.register(who, **values)

    @rule(hours=st.sampled_from([1, 4, 24, 48, 5 * 24, 8 * 24]), sweeps=st.booleans())
    def pass_time(self, hours: int, sweeps: bool) -> None:
        self.house.now += timedelta(hours=hours, minutes=7)
        if sweeps:
            self.house.sweep()

    @rule(number=NUMBER, who=WHO, deed=DEED, aim=AIM)
    def act(
        self, number: int, who: str, deed: tuple[str, dict[str, Any]], aim: Verdict | None
    ) -> None:
        """Somebody tries something: where it fits the aim, or else just where it was drawn."""
        name, drawn = deed
        people = [who, *PARTS, *[*PERSONS][number:], *PERSONS] if aim is not None else [who]
        tries: list[tuple[Case, str, dict[str, Any]]] = []
        for case in self.cases(number):
            try:
                values = self.values(case, drawn)
            except LookupError:
                continue
            for each in people:
                by = PERSONS[self.house.person(case, each)]
                if case.verdict(Deed(name, by, self.house.now, values)) is aim:
                    self.house.do(case, each, name, **values)
                    return
            tries.append((case, who, values))
        for case, each, values in tries[:1]:
            self.house.do(case, each, name, **values)

    @rule(number=NUMBER, deeds=st.integers(1, 8), turn=st.integers(0, 59))
    def lead_on(self, number: int, deeds: int, turn: int) -> None:
        """What usually comes next; at the end a try to close it before anything is mended."""
        [case, *_] = self.cases(number)
        names = ("handler_id", "department", "severity", "urgency")
        for _deed in range(deeds):
            following, who = case.stage, "accountable"
            if case.stage == "replied":
                self.house.do(case, who, "close")
                lacks = sorted(case.missing(PERSONS[self.house.person(case, who)]))
                following = lacks[turn % len(lacks)] if lacks else case.stage
            name, drawn = USUAL.get(following, ("note", {}))
            if following == "remedy":
                states = [one.state for one in reversed(case.promises)]
                drawn = {"remedy_id": next(n for n, one in enumerate(states) if one in OWED)}
                name = "grant" if states[drawn["remedy_id"]] == "waiting" else name
            values = {each: getattr(case, each) for each in names} | drawn
            if name == "investigate":
                values["finding"] = [*complaints.Finding][turn % 3]
            if following in {"director", "head", "leader"}:
                who = "director"
            self.act(number, who, (name, values), Verdict.LAWFUL)

    @rule(number=NUMBER, who=WHO, days=st.sampled_from([0, 7, 8]))
    def come_back(self, number: int, who: str, days: int) -> None:
        """The customer is not content after all, a while after the end."""
        for case in self.cases(number):
            if case.stage in {"closed", "surveyed"}:
                self.house.now += timedelta(days=days)
                self.house.do(case, who, "reopen")
                return

    @rule(number=NUMBER, who=st.sampled_from([*PERSONS]))
    def read(self, number: int, who: str) -> None:
        """The page is for those who may see it, and names what is lacking."""
        [case, *_] = self.cases(number)
        caller, person = self.house.dealer.caller(who), PERSONS[who]
        if case.sees(person) and person.role != "administrator":
            found = fetch(complaints.case, caller, case.id)
            assert {*found.lacks} == case.missing(person)
        else:
            with pytest.raises((NotFound, NotPermitted)):
                fetch(complaints.case, caller, case.id)

    def teardown(self) -> None:
        self.house.check_untouched(self.house.known)


def explore(house: House, seeds: Iterable[int], examples: int) -> None:
    form = settings(
        max_examples=examples,
        stateful_step_count=30,
        deadline=None,
        database=None,
        suppress_health_check=[*HealthCheck],
        phases=[Phase.generate],
    )
    for number in seeds:
        machine: Any = seed(number)(lambda: Ledger(house))
        run_state_machine_as_test(machine, settings=form)


def test_the_ledger_keeps_its_law(house: House) -> None:
    explore(house, range(4 if house.dealer.url.startswith("sqlite") else 2), 6)


@pytest.mark.proof
def test_the_ledger_keeps_its_law_for_long(house: House) -> None:
    begin = secrets.randbelow(2**32)
    explore(house, range(begin, begin + 40), 10)
