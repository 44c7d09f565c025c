"""The law of the complaint ledger, written down from the specification (3.2 to 3.4) and not from
the services: which deed is lawful, and what a complaint is like after it.

`Case` is a complaint as the law knows it; its fields have the names of the columns, so that the
tables can be compared with it. `Case.verdict` judges a deed beforehand, `Case.follow` does it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import IntEnum
from typing import Any, Final

from services.core.clock import day_of
from services.core.worktime import Calendar, business_days
from tests.dealer import PEOPLE

LEVELS: Final = ("l1", "l2", "l3", "l4")
MAJOR: Final = {"l3", "l4"}
ALONE_FEN: Final = {"specialist": 0, "manager": 500_00, "director": 5_000_00}
"""What each may promise in all for one complaint; nobody else may promise money alone."""
HEAD_LEVEL: Final = 2
"""From here on the head of department has talked with the customer before the end, as
the group has decided: of its own the product asks for it from 3 on."""
TAKING: Final = {"listened", "apologised", "read_back", "told_next"}
CRISIS: Final = {
    *("people", "director", "spokesperson", "evidence", "maker", "counsel", "visited", "public"),
    "reported",
}
REOPEN_DAYS, SILENT_DAYS, SILENT_ATTEMPTS, CHECK_DAYS, ANSWER_DAYS = 7, 2, 2, 60, 7
ENDED: Final = {"closed", "surveyed", "merged", "withdrawn"}
LOOKED_INTO: Final = {
    *("investigating", "proposal_ready", "proposed", "agreed", "executing", "replied")
}
FLAGS: Final = ("is_safety", "is_media", "is_dispute", "is_legal")
READY: Final = {"planned", "approved"}
OWED: Final = READY | {"waiting"}

_WAYS: Final = """
    acknowledge     acknowledged anybody  registered>acknowledged triaged,investigating,rejected
    triage          triaged      his      registered,acknowledged>triaged
    level           levelled     anybody  open
    transfer        transferred  his      open
    cover           covered      his      open
    talk            contacted    anybody  open,closed,surveyed
    note            noted        anybody  open,closed,surveyed
    add_files       filed        asked    open,closed,surveyed
    investigate     found        his      triaged,rejected>investigating looked_into
    prepare         prepared     his      investigating,rejected>proposal_ready proposal_ready
    propose         proposed     his      proposal_ready>proposed
    agree           agreed       his      proposed>agreed
    reject          rejected     anybody  proposed,replied>rejected
    reply           replied      anybody  investigating,agreed,executing>replied
    confirm         confirmed    his      replied
    accept          accepted     anybody  replied
    pause           paused       his      open
    resume          resumed      his      open
    close           closed       his      replied>closed
    survey          surveyed     anybody  closed>surveyed
    reopen          reopened     anybody  closed,surveyed>investigating
    withdraw        withdrawn    his      open>withdrawn
    merge           merged       his      open>merged
    file_letter     filed        his      open,closed,surveyed
    offer_remedy    offered      his      open
    deliver_remedy  executed     his      agreed>executing open
    drop_remedy     offered      his      open
    pay_remedy      noted        leader   open,closed,surveyed
    grant           offered      leader   any
    refuse          offered      leader   any
    take_back       offered      anybody  any
    plan_action     acted        his      any
    finish_action   acted        anybody  any
    check_action    acted        leader   any
    ask_department  asked        his      open
    take_step       noted        asked    open
    answer_step     helped       asked    open
    tell_improvement told        anybody  any
    record_meeting  met          anybody  open,closed,surveyed
    tick            ticked       anybody  open
    flag            flagged      leader   any
    name_person     named        leader   any
    unname_person   named        leader   any
"""
WAYS: Final = {
    name: (event, whose, arrows)
    for name, event, whose, *arrows in map(str.split, _WAYS.strip().splitlines())
}
"""Deed -> the event that it leaves, whose it is, and where it may be done: `a,b>c` leads on, `a,b`
stays. `his`: the handler's, of whoever stands for it, and of those who lead; `asked`: also of
people who handle no complaints."""
AT_ONCE: Final = ["registered,acknowledged,triaged>replied"]
"""From here, too, an enquiry, a suggestion or a grumble may be answered."""


class Verdict(IntEnum):
    """On a deed, in the order in which it is looked at."""

    UNSEEN, NOT_HIS, NOT_NEXT, LACKING, LAWFUL = range(5)


@dataclass(frozen=True)
class Person:
    id: int
    name: str
    role: str
    store_id: int

    @property
    def may_handle(self) -> bool:
        return self.role in {"specialist", "steward", "manager", "director"}

    def works_for(self, store_id: int) -> bool:
        return self.store_id == store_id or self.role in {"steward", "director"}

    def handles(self, store_id: int) -> bool:
        return self.may_handle and self.works_for(store_id)

    def leads(self, store_id: int) -> bool:
        """A manager leads his store, whatever he is asked by others."""
        return self.role in {"manager", "director"} and self.works_for(store_id)


PERSONS: Final = {
    name: Person(key, name, role, store) for key, (name, role, _desk, store) in enumerate(PEOPLE, 1)
}
SPEAKERS: Final = {1: {"director", "service"}, 2: {"director"}}
"""Store -> whoever is named to answer in public, for it or for the group (C27)."""
BY_ID: Final = {person.id: person for person in PERSONS.values()}


@dataclass(frozen=True)
class Deed:
    """What somebody wants to do to a complaint; `values` are those of its form."""

    name: str
    by: Person
    at: datetime
    values: Mapping[str, Any]

    def __getitem__(self, name: str) -> Any:
        return self.values.get(name)

    @property
    def today(self) -> date:
        return day_of(self.at)


# ---- what a complaint is like


@dataclass
class Promise:
    """A remedy, and the request for a second person's agreement to it ("" where none is asked)."""

    kind: str
    amount_fen: int | None
    planned_by_id: int
    state: str = "planned"
    approved_by_id: int | None = None
    done_at: datetime | None = None
    paid_at: datetime | None = None
    request: str = ""
    needs_director: bool = False
    expires_at: datetime | None = None
    id: int = 0
    request_id: int = 0


@dataclass
class Action:
    kind: str
    owner_id: int
    due_on: date
    check_on: date
    done_at: datetime | None = None
    verdict: str | None = None
    is_told: bool = False
    id: int = 0

    @property
    def is_improvement(self) -> bool:
        is_good = self.done_at is not None and self.verdict != "ineffective"
        return is_good and self.kind != "idea"


@dataclass
class Step:
    asked_of_id: int
    is_errand: bool = False
    taken_at: datetime | None = None
    done_at: datetime | None = None
    id: int = 0


@dataclass
class Answer:
    """What the customer was told in the end, while he has not turned it down."""

    by_id: int
    at: datetime
    is_confirmed: bool = False
    is_accepted: bool = False
    attempts: int = 0


@dataclass(eq=False)
class Case:
    id: int
    number: str
    store_id: int
    kind: str
    phone: str
    severity: str
    urgency: str
    department: str
    first_responder_id: int
    accountable_id: int
    handler_id: int
    calendar: Calendar
    is_safety: bool = False
    is_media: bool = False
    is_dispute: bool = False
    is_legal: bool = False
    spokesperson_id: int | None = None
    stage: str = "registered"
    waiting_for: str | None = None
    finding: str | None = None
    cause_id: int | None = None
    has_director: bool = False
    has_leader: bool = False
    """Somebody who leads has talked with the customer."""
    ticked: set[str] = field(default_factory=set)
    reopen_count: int = 0
    parent_id: int | None = None
    satisfaction: int | None = None
    closed_at: datetime | None = None
    was_contacted: bool = False
    answer: Answer | None = None
    promises: list[Promise] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    people: set[tuple[int, str]] = field(default_factory=set)
    """Who is "named" in it or "asked" for his part."""
    events: list[tuple[str, str, int | None]] = field(default_factory=list)
    """Kind, stage, whose."""
    version: int = 1
    """As the last look at the table told it."""

    @property
    def hands(self) -> set[int]:
        return {self.handler_id, self.accountable_id}

    @property
    def is_confirmed(self) -> bool:
        one = self.answer
        return one is not None and (one.is_confirmed or one.by_id == self.accountable_id)

    @property
    def promised(self) -> int:
        """Fen, of all that was not given up."""
        kept = (one for one in self.promises if one.state not in {"refused", "dropped"})
        return sum(one.amount_fen or 0 for one in kept)

    @property
    def items(self) -> set[str]:
        """What can be ticked: how it was taken at the beginning, what a crisis asks for in one."""
        is_crisis = self.severity == "l4" or self.is_safety or self.is_media
        taking = TAKING if self.stage in {"registered", "acknowledged"} else set()
        return taking | (CRISIS if is_crisis else set())

    def sees(self, person: Person) -> bool:
        """A legal case is seen by those named or asked, any other also where one works (C29)."""
        is_in = any(user_id == person.id for user_id, _part in self.people)
        is_here = person.handles(self.store_id) or person.id in self.hands
        return is_in or (is_here and not self.is_legal)

    def is_his(self, person: Person) -> bool:
        return person.id in self.hands or person.leads(self.store_id)

    def missing(self, closer: Person) -> set[str]:
        """What the complaint lacks before this person may close it (3.3)."""
        there = {
            "reply": self.answer is not None,
            "confirmation": self.is_confirmed,
            "remedy": not any(one.state in OWED for one in self.promises),
            "leader": self.finding != "unjustified" or closer.leads(self.store_id),
        }
        if self.kind == "complaint":
            there["acceptance"] = self.answer is not None and self.answer.is_accepted
            there["finding"] = self.finding is not None
            there["cause"] = self.cause_id is not None
        if self.severity in MAJOR:
            planned = {one.kind for one in self.actions}
            there["corrective"] = "corrective" in planned
            there["preventive"] = "preventive" in planned
            there["director"] = self.has_director
        elif LEVELS.index(self.severity) + 1 >= HEAD_LEVEL:
            there["head"] = self.has_leader
        return {name for name, is_there in there.items() if not is_there}

    # ---- what is lawful

    def verdict(self, deed: Deed) -> Verdict:
        _event, whose, _arrows = self._way(deed)
        helps = whose == "asked" and deed.by.role != "administrator"
        if not (deed.by.may_handle or helps) or not self.sees(deed.by):
            return Verdict.UNSEEN
        leads = deed.by.leads(self.store_id)
        if (whose == "leader" and not leads) or (whose == "his" and not self.is_his(deed.by)):
            return Verdict.NOT_HIS
        if self._after(deed) is None:
            return Verdict.NOT_NEXT
        return Verdict.LACKING if self._is_lacking(deed) else Verdict.LAWFUL

    def _way(self, deed: Deed) -> tuple[str, str, list[str]]:
        if deed.name == "answer_proposal":
            return WAYS["agree" if deed["is_agreed"] else "reject"]
        event, whose, arrows = WAYS[deed.name]
        at_once = deed.name == "reply" and self.kind != "complaint"
        return event, whose, arrows + AT_ONCE if at_once else arrows

    def _after(self, deed: Deed) -> str | None:
        """Where a deed leads; None where it may not be done."""
        here = {self.stage, "any"} | (set() if self.stage in ENDED else {"open"})
        here |= {"looked_into"} if self.stage in LOOKED_INTO else set()
        for arrow in self._way(deed)[2]:
            begins, _, end = arrow.partition(">")
            if here & {*begins.split(",")}:
                return end or self.stage
        return None

    def _may_speak(self, speaker: int | None) -> bool:
        if speaker is None or speaker == self.spokesperson_id:
            return True
        return BY_ID[speaker].name in SPEAKERS[self.store_id]

    def _is_lacking(self, deed: Deed) -> bool:  # noqa: C901, PLR0911, PLR0912, PLR0915 - a table
        """Whether something else stands against the right person's deed at the right stage."""
        by, me = deed.by, deed.by.id
        match deed.name:
            case "triage":
                return self._is_unlevel(deed) or self._is_misgiven(deed)
            case "level":
                is_same = (deed["severity"], deed["urgency"]) == (self.severity, self.urgency)
                return is_same or self._is_unlevel(deed)
            case "transfer":
                to = (deed["department"], deed["handler_id"])
                return to == (self.department, self.handler_id) or self._is_misgiven(deed)
            case "cover":
                stands = deed["user_id"] or self.first_responder_id
                is_own = me in {self.accountable_id, self.first_responder_id}
                is_new = stands != self.accountable_id and BY_ID[stands].handles(self.store_id)
                return not is_new or not (is_own or by.leads(self.store_id))
            case "investigate":
                return deed["is_cause"] is False
            case "pause":
                is_unasked = deed["waiting_for"] == "customer" and not self.was_contacted
                return self.waiting_for is not None or is_unasked
            case "resume":
                return self.waiting_for is None
            case "reply":
                return self.spokesperson_id not in {None, me}
            case "confirm":
                return me != self.accountable_id or self.is_confirmed
            case "accept":
                return bool(deed["is_silent"]) and not self._is_silent(deed.at)
            case "close":
                return bool(self.missing(by))
            case "merge":
                into: Case = deed["into"]
                goes_on = into is not self and into.stage not in ENDED and into.sees(by)
                return not goes_on or into.phone != self.phone
            case "offer_remedy":
                amount = deed["amount_fen"]  # what costs nothing needs nobody's consent
                total = self.promised + (amount or 0)
                is_too_much = amount is not None and total > ALONE_FEN["director"]
                return is_too_much and not deed["consent_no"]
            case "flag":
                return not self._may_speak(deed["spokesperson_id"])
            case "deliver_remedy" | "drop_remedy":
                return self.promise(deed).state not in READY
            case "file_letter":
                one = self.promise(deed)
                return one.kind != "written_apology" or one.state not in {*READY, "done"}
            case "pay_remedy":
                one = self.promise(deed)
                return one.state != "done" or one.amount_fen is None or one.paid_at is not None
            case "grant" | "refuse" | "take_back":
                return not self._may_decide(deed)
            case "plan_action":
                check_on = deed["check_on"] or deed["due_on"]
                is_late = deed["due_on"] < deed.today or check_on < deed["due_on"]
                return is_late or not BY_ID[deed["handler_id"]].handles(self.store_id)
            case "finish_action":
                action = self.action(deed)
                is_its = me == action.owner_id or self.is_his(by)
                return action.done_at is not None or not is_its
            case "check_action":
                action = self.action(deed)
                is_early = deed["verdict"] == "effective" and deed.today < action.check_on
                is_ready = action.done_at is not None and action.verdict is None
                return me == action.owner_id or not is_ready or is_early
            case "ask_department":
                cannot = BY_ID[deed["user_id"]].role == "administrator"
                return deed["due_on"] < deed.today or cannot
            case "add_files":
                return not by.may_handle and all(one.asked_of_id != me for one in self.steps)
            case "take_step":
                step = self.step(deed)
                is_new = step.taken_at is None and step.done_at is None
                return me != step.asked_of_id or not is_new
            case "answer_step":
                step = self.step(deed)
                is_its = me == step.asked_of_id or self.is_his(by)
                return step.done_at is not None or not is_its
            case "tell_improvement":
                action = self.action(deed)
                if action.done_at is None or not action.is_improvement or action.is_told:
                    return True
                told_on = deed["told_on"] or deed.today
                return not day_of(action.done_at) <= told_on <= deed.today
            case "record_meeting":
                return deed["held_at"] > deed.at or not (deed["user_ids"] or deed["outsiders"])
            case "tick":
                is_done = deed["item"] in self.ticked
                return deed["item"] not in self.items or is_done == deed["is_done"]
            case "name_person":
                return (deed["user_id"], "named") in self.people
            case "unname_person":
                is_in = any(user_id == deed["user_id"] for user_id, _part in self.people)
                return not is_in or deed["user_id"] in {me, *self.hands}
        return False

    def _is_unlevel(self, deed: Deed) -> bool:
        """Only who leads makes it lighter, and what touches safety or the media is a major one."""
        now, wanted = (
            (LEVELS.index(severity), urgency == "urgent")
            for severity, urgency in (
                (self.severity, self.urgency),
                (deed["severity"], deed["urgency"]),
            )
        )
        is_light = (self.is_safety or self.is_media) and deed["severity"] not in MAJOR
        return is_light or (wanted < now and not deed.by.leads(self.store_id))

    def _is_misgiven(self, deed: Deed) -> bool:
        to = BY_ID[deed["handler_id"]]
        return to.id != self.handler_id and not to.handles(self.store_id)

    def _is_silent(self, at: datetime) -> bool:
        one = self.answer
        if one is None or one.attempts < SILENT_ATTEMPTS:
            return False
        return business_days(one.at, at, self.calendar) >= SILENT_DAYS

    def _may_decide(self, deed: Deed) -> bool:
        """Of a request: whoever asked may take it back, somebody else who may promise so much
        answers it in time (a refusal also after the complaint has ended)."""
        one, by = self.promise(deed), deed.by
        is_own, is_open = by.id == one.planned_by_id, one.request == "open"
        if deed.name == "take_back":
            return is_open and is_own
        may = not is_own and (by.role == "director" or not one.needs_director)
        is_in_time = one.expires_at is not None and deed.at < one.expires_at
        return is_open and may and is_in_time and (one.state == "waiting" or deed.name == "refuse")

    def promise(self, deed: Deed) -> Promise:
        return next(one for one in self.promises if one.id == deed["remedy_id"])

    def action(self, deed: Deed) -> Action:
        return next(one for one in self.actions if one.id == deed["action_id"])

    def step(self, deed: Deed) -> Step:
        return next(one for one in self.steps if one.id == deed["step_id"])

    # ---- what comes of it

    def is_too_late(self, deed: Deed) -> bool:
        """Opened again so late, it is a new complaint that follows this one (C6)."""
        if deed.name != "reopen" or self.closed_at is None:
            return False
        return (deed.today - day_of(self.closed_at)).days > REOPEN_DAYS

    def follow(self, deed: Deed) -> None:
        """A lawful deed is done."""
        event = self._way(deed)[0]
        if self.is_too_late(deed):
            self.happen("noted", deed.by.id)
        elif deed.name in {"grant", "refuse", "take_back"}:
            self.end_request(self.promise(deed), deed.name, deed.by.id)
        else:
            self.stage = self._after(deed) or self.stage
            self._change(deed)
            if event in {"closed", "merged", "withdrawn"}:
                self.closed_at, self.waiting_for = deed.at, None
                self.people = {one for one in self.people if one[1] != "asked"}
            if event in {"rejected", "reopened"}:
                self.answer = None
            if self.is_legal and event != "named":
                self.people |= {(user_id, "named") for user_id in self.hands}
            self.happen(event, deed.by.id)

    def happen(self, event: str, by_id: int | None) -> None:
        self.events.append((event, self.stage, by_id))

    def end_request(self, one: Promise, how: str, by_id: int | None) -> None:
        """What is granted is done on behalf of whoever asked for it."""
        one.request = {"grant": "granted", "refuse": "refused", "take_back": "withdrawn"}.get(
            how, how
        )
        if one.state == "waiting":
            one.state = "approved" if how == "grant" else "refused"
            one.approved_by_id = by_id if how == "grant" else None
            self.happen("offered", one.planned_by_id if how == "grant" else by_id)

    def _change(self, deed: Deed) -> None:  # noqa: C901, PLR0912, PLR0915 - a table
        match deed.name:
            case "triage" | "level" | "transfer":
                self._take(deed, "severity", "urgency", "department", "handler_id")
            case "investigate" | "survey":
                self._take(deed, "finding", "cause_id", "satisfaction")
            case "cover":
                self.accountable_id = deed["user_id"] or self.first_responder_id
            case "talk":
                self.was_contacted = True
                self.has_leader |= deed.by.leads(self.store_id) and deed["was_reached"]
                self.has_director |= deed.by.role == "director" and deed["was_reached"]
                if self.answer:
                    self.answer.attempts += not deed["was_reached"]
            case "pause" | "resume":
                self.waiting_for = deed["waiting_for"]
            case "reply":
                self.answer = Answer(deed.by.id, deed.at)
            case "confirm" if self.answer:
                self.answer.is_confirmed = True
            case "accept" if self.answer:
                self.answer.is_accepted = True
            case "reopen":
                self._open_again()
            case "withdraw" | "merge":
                for one in self.promises:
                    one.state = "dropped" if one.state in OWED else one.state
                if deed.name == "merge":
                    self.parent_id = deed["into"].id
                    deed["into"].happen("noted", deed.by.id)
            case "offer_remedy":
                self.promises.append(self._promised(deed))
            case "deliver_remedy":
                self.promise(deed).state, self.promise(deed).done_at = "done", deed.at
            case "drop_remedy":
                self.promise(deed).state = "dropped"
            case "pay_remedy":
                self.promise(deed).paid_at = deed.at
            case "plan_action":
                due_on = deed["due_on"]
                check_on = deed["check_on"] or due_on + timedelta(days=CHECK_DAYS)
                self.actions.append(Action(deed["kind"], deed["handler_id"], due_on, check_on))
            case "finish_action":
                self.action(deed).done_at = deed.at
            case "check_action":
                self.action(deed).verdict = deed["verdict"]
            case "tell_improvement":
                self.action(deed).is_told = True
            case "tick" if deed["is_done"]:
                self.ticked.add(deed["item"])
            case "tick":
                self.ticked.discard(deed["item"])
            case "ask_department":
                self.steps.append(Step(deed["user_id"], bool(deed["is_errand"])))
                self.people.add((deed["user_id"], "asked"))
            case "take_step":
                self.step(deed).taken_at = deed.at
            case "answer_step":
                self.step(deed).done_at = deed.at
            case "flag":
                self._flag(deed)
            case "name_person":
                self.people.add((deed["user_id"], "named"))
            case "unname_person":
                self.people = {one for one in self.people if one[0] != deed["user_id"]}

    def _take(self, deed: Deed, *names: str) -> None:
        for name in names:
            setattr(self, name, deed[name] or getattr(self, name))

    def _open_again(self) -> None:
        """Reopened twice, it weighs more, and the manager of the store handles it. Whoever has not
        answered yet sees it again."""
        self.closed_at = None
        self.reopen_count += 1
        if not self.is_legal:  # what was asked and not answered is wanted again
            asked = (one.asked_of_id for one in self.steps if one.done_at is None)
            self.people |= {(user_id, "asked") for user_id in asked}
        if self.reopen_count == 2:
            self.severity = LEVELS[min(LEVELS.index(self.severity) + 1, len(LEVELS) - 1)]
            here = (one for one in PERSONS.values() if one.store_id == self.store_id)
            self.handler_id = next(one.id for one in here if one.role == "manager")

    def _promised(self, deed: Deed) -> Promise:
        """Money beyond what he may promise in all waits for a second person."""
        by, amount = deed.by, deed["amount_fen"]
        one, total = Promise(deed["kind"], amount, by.id), self.promised + (amount or 0)
        with_consent = by.role == "director" and deed["consent_no"]
        if amount is None:
            return one
        if total <= ALONE_FEN.get(by.role, 0) or with_consent:
            one.state, one.approved_by_id = "approved", by.id
        else:
            one.state, one.request = "waiting", "open"
            one.needs_director = total > ALONE_FEN["manager"]
            one.expires_at = deed.at + timedelta(days=ANSWER_DAYS)
        return one

    def _flag(self, deed: Deed) -> None:
        if deed["is_legal"] and not self.is_legal:
            heads = {one.id for one in PERSONS.values() if one.role == "director"}
            self.people |= {(user_id, "named") for user_id in heads | {deed.by.id}}
        for name in FLAGS:
            setattr(self, name, bool(deed[name]))
        self.spokesperson_id = deed["spokesperson_id"]
        if (self.is_safety or self.is_media) and self.severity not in MAJOR:
            self.severity = "l3"

    def follower(self, deed: Deed, case_id: int, number: str) -> "Case":
        """The new complaint of a customer who came back too late: whoever he told has taken it."""
        named = {one for one in self.people if one[1] == "named"} if self.is_legal else set()
        names = ("store_id", "kind", "phone", "severity", "urgency", "department", "handler_id")
        kept = {name: getattr(self, name) for name in (*names, *FLAGS)}
        me = deed.by.id
        return Case(
            case_id,
            number,
            first_responder_id=me,
            accountable_id=me,
            calendar=self.calendar,
            parent_id=self.id,
            people=named,
            events=[("registered", "registered", me)],
            **kept,
        )
