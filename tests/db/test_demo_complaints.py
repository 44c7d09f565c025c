"""The demonstration's complaints: led by the rules of the ledger, late where the truth says so."""

from collections import Counter as Tally
from collections import defaultdict
from datetime import datetime, time, timedelta
from itertools import groupby, pairwise
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlmodel import Session
from typer.testing import CliRunner

from commands import app
from db.demo import Size, accounts, load_sized
from db.demo.chunks import chunks
from db.demo.complaints import MODELS
from db.demo.data import table
from db.demo.dice import Dice
from db.demo.facts import Brought, Complained, Misfiled
from db.demo.matters import Grievance
from db.demo.recipe import Recipe
from db.demo.stories import Story
from db.demo.truth import facts_of
from db.demo.world import CHINA, moment
from db.engine import engine_for
from db.headings import delivered
from db.models import (
    ActionKind,
    CauseAction,
    Complaint,
    ComplaintEvent,
    ComplaintKind,
    Desk,
    EventKind,
    Finding,
    Notice,
    Order,
    OrderKind,
    Ownership,
    Remedy,
    RemedyKind,
    Role,
    Severity,
    Stage,
    User,
)
from services import complaints
from services.complaints import events, guards, stages, timing
from services.complaints.clocks import ClockState
from services.core import clock, parameters
from services.core.access import Named, Permission, actor_of
from services.core.run import fetch, perform
from tests.dealer import as_system
from tests.demonstration import AS_OF, Made, kept, made

Row = dict[str, Any]
SMALL = Size(customers=2_000, stores=3)
MORNING = datetime(AS_OF.year, AS_OF.month, AS_OF.day, 10, tzinfo=CHINA)
TOLD_OUT = {one["words"] for one in table("crises")["cases"]}
CLOCKS = ("acknowledge", "answer", "propose", "close")


@pytest.fixture(autouse=True)
def at_ten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts, "BCRYPT_COST", 4)
    monkeypatch.setattr(clock, "now", lambda: MORNING)


@pytest.fixture(scope="module")
def dealer() -> Made:
    """Large enough for every kind, in several bunches; nothing may change it."""
    return made(Size(customers=5_000, stores=3, chunk=500))


@pytest.fixture(scope="module")
def told(dealer: Made) -> list[tuple[Row, list[Row]]]:
    """Every complaint with its events."""
    happened: dict[int, list[Row]] = defaultdict(list)
    for row in dealer.rows[ComplaintEvent]:
        happened[row["complaint_id"]].append(row)
    return [(row, happened[row["id"]]) for row in dealer.rows[Complaint]]


def day(at: datetime) -> int:
    return at.astimezone(CHINA).toordinal()


# ---- how much of what


def test_the_truth_about_complaints_can_be_made_again(dealer: Made) -> None:
    recipe = Recipe(5_000, 3, AS_OF, chunk=500)
    assert facts_of(recipe, Complained)[0] == dealer.all(Complained)
    assert len({fact.complaint for fact in dealer.all(Complained)}) == len(dealer.rows[Complaint])


def test_the_shares_of_lateness_hold(dealer: Made) -> None:
    facts = dealer.all(Complained)
    rows = {row["id"]: row for row in dealer.rows[Complaint]}
    assert 0.17 <= len(facts) / 5_000 <= 0.23
    late = [fact for fact in facts if fact.late]
    assert 0.15 <= len(late) / len(facts) <= 0.3
    assert 0.02 <= sum(fact.reopened for fact in facts) / len(facts) <= 0.06
    by_clock = Tally(name for fact in late for name in fact.late)
    assert [by_clock[name] for name in CLOCKS] == sorted(by_clock.values())
    assert len(by_clock) == len(CLOCKS)
    assert {rows[fact.complaint]["severity"] for fact in late} == {*Severity}
    assert {row["severity"] for row in rows.values()} == {*Severity}
    kinds = Tally(row["kind"] for row in rows.values())
    assert 0.2 <= 1 - kinds[ComplaintKind.COMPLAINT] / len(rows) <= 0.3
    assert set(kinds) == set(ComplaintKind)
    assert {row["urgency"] for row in rows.values()} == {"ordinary", "urgent"}
    assert {row["finding"] for row in rows.values()} == {None, *Finding}


def test_what_is_late_stays_late(dealer: Made) -> None:
    """A crisis has no day by which it must be closed."""
    rows = {row["id"]: row for row in dealer.rows[Complaint]}
    for fact in dealer.all(Complained):
        row = rows[fact.complaint]
        known = CLOCKS[:-1] if row["severity"] == Severity.L4 else CLOCKS
        if fact.late and row["closed_at"]:
            assert fact.late == known[known.index(fact.late[0]) :]


def test_of_a_clock_that_runs_the_truth_says_nothing() -> None:
    """Of three thousand complaints of the last weeks, some reopened and not closed again."""
    world, _, _ = Recipe(1, 3, AS_OF).found()
    running = Tally[str]()
    for order in range(3_000):
        one = Grievance(
            at=moment(world.last - order % 40, 600 + order % 400),
            order=order,
            customer=1,
            phone=None,
            vehicle=1,
            store=1,
            work="sale",
            job="",
        )
        story = Story(world, Dice(), one, order)
        kinds = {event["kind"] for event in story.events}
        if Stage(story.events[-1]["stage"]) not in stages.OPEN:
            continue
        assert "close" not in story.truth().late
        assert "propose" not in story.truth().late or EventKind.PROPOSED in kinds
        running.update(kinds)
    assert running[EventKind.REOPENED] > 10


def test_those_still_open_came_lately(dealer: Made) -> None:
    still = [row for row in dealer.rows[Complaint] if row["closed_at"] is None]
    assert 3 <= len(still) <= 40
    assert all(MORNING - row["received_at"] < timedelta(days=70) for row in still)


def test_complaints_leave_all_other_rows_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = made()
    for name in ("repair", "sale"):
        monkeypatch.setitem(table("complaints")["shares"], name, 0)
    monkeypatch.setitem(table("crises"), "cases", [])
    without = made()
    mine = set(MODELS)
    assert {model for model, rows in without.rows.items() if not rows} == mine
    assert all(without.rows[model] == usual.rows[model] for model in set(usual.rows) - mine)
    assert without.facts == [fact for fact in usual.facts if not isinstance(fact, Complained)]


def test_they_come_with_the_last_customers_and_after_them() -> None:
    made_so = [
        (chunk.last, len(chunk.rows[Complaint]), chunk.is_last)
        for chunk in chunks(Recipe(600, 3, AS_OF, chunk=40))
    ]
    told = [one for one in made_so if one[1]]
    assert [one[0] for one in made_so] == [*range(40, 600, 40)] + [600] * len(told)
    assert len(told) > 1
    assert {count for _, count, _ in told[:-1]} == {40}
    assert [is_last for _, _, is_last in made_so] == [False] * (len(made_so) - 1) + [True]


# ---- what they say


def test_numbers_have_no_gaps_and_follow_the_receipt(dealer: Made) -> None:
    rows = dealer.rows[Complaint]
    assert [row["id"] for row in rows] == [*range(1, len(rows) + 1)]
    assert all(one["received_at"] <= other["received_at"] for one, other in pairwise(rows))
    for month, group in groupby(
        rows, key=lambda row: f"{row['registered_at'].astimezone(CHINA):%Y%m}"
    ):
        numbers = [row["number"] for row in group]
        assert numbers == [f"TS-{month}-{nth:04d}" for nth in range(1, len(numbers) + 1)]


def test_each_is_about_an_order_of_his_own(dealer: Made) -> None:
    orders = {row["id"]: row for row in dealer.rows[Order]}
    parts = {(row["customer_id"], row["vehicle_id"]) for row in dealer.rows[Ownership]}
    elsewhere = {fact.order for kind in (Misfiled, Brought) for fact in dealer.all(kind)}
    codes = {row["id"]: row["code"] for row in delivered()}
    topics = {one["code"]: one["of"] for one in table("complaints")["topics"]}
    for row in dealer.rows[Complaint]:
        order = orders[row["order_id"]]
        assert (row["customer_id"], row["vehicle_id"]) == (
            order["customer_id"],
            order["vehicle_id"],
        )
        assert (row["customer_id"], row["vehicle_id"]) in parts
        assert order["id"] not in elsewhere
        assert day(row["received_at"]) > order["ordered_on"].toordinal()
        assert "{" not in row["words"]
        if row["kind"] == ComplaintKind.COMPLAINT and row["words"] not in TOLD_OUT:
            work = "crisis" if row["is_safety"] else order["repair_kind"] or order["kind"]
            assert work in topics[codes[row["category_id"]]]


def test_each_is_as_its_last_event_left_it(told: list[tuple[Row, list[Row]]]) -> None:
    state = ("stage", "severity", "urgency", "department", "handler_id")
    for row, happened in told:
        last = happened[-1]
        assert [row[name] for name in state] == [last[name] for name in state]
        assert [event["seq"] for event in happened] == [*range(1, len(happened) + 1)]
        assert all(one["at"] < other["at"] for one, other in pairwise(happened))
        assert all(event["at"] <= event["recorded_at"] for event in happened)
        assert happened[0]["recorded_at"] == row["registered_at"] <= happened[-1]["recorded_at"]
        assert day(last["at"]) < AS_OF.toordinal()
        kinds = Tally(event["kind"] for event in happened)
        assert row["reopen_count"] == kinds[EventKind.REOPENED]
        assert (row["closed_at"] is None) == (Stage(row["stage"]) in stages.OPEN)
        assert (row["satisfaction"] is None) == (not kinds[EventKind.SURVEYED])
        found = {bool(one["details"]["finding"]) for one in happened if one["kind"] == "found"}
        assert (row["finding"] is None) == (row["cause_id"] is None) == (True not in found)


def test_every_deed_was_allowed(told: list[tuple[Row, list[Row]]]) -> None:
    for row, happened in told:
        light = row["kind"] != ComplaintKind.COMPLAINT
        stage = Stage.REGISTERED
        assert (happened[0]["kind"], happened[0]["stage"]) == (EventKind.REGISTERED, stage)
        for event in happened[1:]:
            stage = stages.after(EventKind(event["kind"]), stage, is_light=light)
            assert event["stage"] == stage
            if event["kind"] == EventKind.REOPENED:
                closed = [one["at"] for one in happened[: event["seq"]] if one["kind"] == "closed"]
                days = parameters.parameter(parameters.REOPEN_DAYS).default
                assert 1 <= day(event["at"]) - day(closed[-1]) <= days
            if event["kind"] == EventKind.TRANSFERRED:
                assert event["handler_id"] != happened[event["seq"] - 2]["handler_id"]


def test_what_was_agreed_is_promised_and_done_before_the_end(dealer: Made) -> None:
    """Money by the manager, within what he may promise; nothing is owed in what is closed."""
    rows = {row["id"]: row for row in dealer.rows[Complaint]}
    most = int(parameters.parameter(parameters.COMPENSATION[Role.MANAGER]).default) * 100
    kinds = Tally(row["kind"] for row in dealer.rows[Remedy])
    assert set(kinds) == set(RemedyKind)
    for remedy in dealer.rows[Remedy]:
        row = rows[remedy["complaint_id"]]
        assert row["finding"] in {"justified", "partly"}
        assert (remedy["done_at"] is None) == (remedy["state"] != "done")
        if row["closed_at"]:
            assert remedy["planned_at"] < remedy["done_at"] < row["closed_at"]
        if remedy["amount_fen"]:
            assert remedy["amount_fen"] <= most
            assert remedy["planned_by_id"] == remedy["approved_by_id"]


def test_nobody_works_at_night_and_everything_is_written_down(
    told: list[tuple[Row, list[Row]]],
) -> None:
    """What comes in with the opening has had a whole day by the evening, without its night."""
    for row, happened in told:
        assert row["received_at"].astimezone(CHINA).time() > time(9)
        for event in happened:
            assert 9 <= event["at"].astimezone(CHINA).hour <= 20, event
            silent = event["kind"] in {EventKind.REGISTERED, EventKind.TICKED, EventKind.TOLD}
            silent |= event["stage"] == Stage.CLOSED or event["details"].get("is_taken", False)
            assert event["note"] or silent
            assert "{" not in event["note"]


def test_the_heaviest_are_about_danger_and_their_causes_are_removed(dealer: Made) -> None:
    removed: dict[int, set[str]] = defaultdict(set)
    for action in dealer.rows[CauseAction]:
        if action["kind"] != ActionKind.IDEA:
            removed[action["complaint_id"]].add(action["kind"])
        assert (action["checked_at"] is None) == (action["verdict"] is None)
        assert action["due_on"] < action["check_on"]
        assert not action["done_at"] or day(action["done_at"]) < AS_OF.toordinal()
    for row in dealer.rows[Complaint]:
        is_major = row["severity"] in {Severity.L3, Severity.L4} and row["finding"]
        assert removed[row["id"]] == ({"corrective", "preventive"} if is_major else set())
        assert row["is_safety"] == (row["severity"] == Severity.L4)
    assert {action["verdict"] for action in dealer.rows[CauseAction]} == {
        None,
        "effective",
        "ineffective",
    }


# ---- against the ledger itself


def test_exactly_the_planted_clocks_are_late(database: str) -> None:
    """Every complaint of a small dealer, its ended clocks as the ledger computes them."""
    summary = load_sized(database, SMALL, as_of=AS_OF)
    facts, digest = facts_of(summary.recipe, Complained)
    assert digest == summary.truth
    with Session(engine_for(database)) as session:
        as_system(session)
        rows = session.execute(select(Complaint)).scalars().all()
        cases = [timing.Case(one.id, one.store_id, one.received_at) for one in rows]
        found = timing.clocks_of(session, cases, MORNING)
    assert len(facts) == len(rows) > 300
    seen: Tally[str] = Tally()
    for fact in facts:
        ended = {kind: one for kind, one in found[fact.complaint].items() if one.ended_at}
        late = tuple(kind for kind, one in ended.items() if one.state is ClockState.MISSED)
        assert late == fact.late, (fact, found[fact.complaint])
        seen.update(late)
    assert set(seen) == set(CLOCKS)


def test_what_is_closed_might_be_closed_and_by_whom(database: str) -> None:
    load_sized(database, SMALL, as_of=AS_OF)
    checked: Tally[EventKind] = Tally()
    with Session(engine_for(database)) as session:
        as_system(session)
        actors = {
            user.id: actor_of(user, source="tests")
            for user in session.execute(select(User)).scalars()
        }
        for one in session.execute(select(Complaint)).scalars():
            happened = events.of(session, one.id)
            for before, event in pairwise(happened):
                actor = actors[event.actor_id or 0]
                his = actor.id in {before.handler_id, one.accountable_id}
                leads = actor.may(Permission.COMPLAINTS_LEAD)
                assert event.kind in events.BY_ANYONE or his or leads
                is_asked = "is_taken" in event.details and event.kind is not EventKind.ASKED
                helps = Permission.COMPLAINTS_HELP
                assert actor.may(helps if is_asked else Permission.COMPLAINTS_HANDLE)
                if event.kind is EventKind.CLOSED:
                    upto = happened[: event.seq - 1]
                    assert guards.missing(session, actor, one, upto) == []
                checked[event.kind] += 1
    assert checked[EventKind.CLOSED] > 300
    assert checked[EventKind.REOPENED] > 3


def test_open_ones_are_in_the_hands_of_people_who_are_here(database: str) -> None:
    load_sized(database, SMALL, as_of=AS_OF)
    people = {row["id"]: row for row in kept(database, User)}
    works = {row["id"]: row["kind"] for row in kept(database, Order)}
    for row in kept(database, Complaint):
        handler = people[row["handler_id"]]
        assert handler["store_id"] == row["store_id"]
        if row["closed_at"] is None:
            assert handler["is_active"]
            assert people[row["accountable_id"]]["is_active"]
        if row["finding"]:
            is_sale = works[row["order_id"]] is OrderKind.SALE
            assert handler["desk"] is (Desk.SALES if is_sale else Desk.SERVICE)


def test_the_next_one_gets_the_next_number(database: str) -> None:
    load_sized(database, Size(customers=600, stores=3), as_of=AS_OF)
    rows = kept(database, Complaint)
    month = f"TS-{AS_OF:%Y%m}-"
    here = [row for row in rows if row["number"].startswith(month)]
    form = complaints.RegisterComplaint.model_validate(
        {
            "request_id": uuid4(),
            "store_id": 1,
            "received_at": MORNING,
            "kind": "complaint",
            "channel": "hotline",
            "person": "李女士",
            "words": "修了三次还是异响",
            "category_id": rows[0]["category_id"],
            "severity": "l1",
            "department": "service",
        }
    )
    receipt = perform(complaints.register, Named("service", "tests"), form)
    assert here
    assert receipt.number == f"{month}{len(here) + 1:04d}"
    assert receipt.id == len(rows) + 1


def test_before_any_sweep_the_wall_shows_every_open_one(database: str) -> None:
    load_sized(database, SMALL, as_of=AS_OF)
    still = {row["id"] for row in kept(database, Complaint) if row["closed_at"] is None}
    assert {row.id for row in fetch(complaints.wall, Named("director", "tests"))} == still != set()


def test_the_command_leaves_the_wall_sorted_and_tells_few(database: str) -> None:
    outcome = CliRunner().invoke(app, ["demo", "--as-of", AS_OF.isoformat(), "--json"])
    assert outcome.exit_code == 0, outcome.output
    rows = kept(database, Complaint)
    assert f'"complaints": {len(rows)}' in outcome.output
    still = {row["id"]: row["next_due_at"] for row in rows if row["closed_at"] is None}
    wall = fetch(complaints.wall, Named("director", "tests"))
    assert {row.id for row in wall} == set(still)
    due = [row.next_clock.due_at for row in wall if row.next_clock and row.next_clock.due_at]
    assert due == sorted(at for at in still.values() if at) != []
    assert 0 < len(kept(database, Notice)) <= 12 * len(still)
