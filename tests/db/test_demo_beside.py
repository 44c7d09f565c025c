"""What happens to the demonstration's complaints beside their course: as the services would have
left it, and as they show it."""

from collections import Counter as Tally
from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import Session

from db import storage
from db.demo import Size, accounts, enclosures, load_sized
from db.demo.chunks import chunks
from db.demo.data import table
from db.demo.recipe import Recipe
from db.demo.world import CHINA, moment
from db.engine import engine_for
from db.models import (
    CauseAction,
    Complaint,
    ComplaintEvent,
    ComplaintFile,
    ComplaintPerson,
    ComplaintStep,
    Department,
    EventKind,
    PartIn,
    PostDuty,
    Role,
    Severity,
    StoredFile,
    User,
    Verdict,
)
from services import complaints, posts
from services.complaints import actions, checklists, events, talking
from services.complaints.items import ITEMS, Checklist
from services.core import clock
from services.core.access import Named
from services.core.run import fetch
from services.core.uploads import Upload
from tests.dealer import as_system
from tests.demonstration import AS_OF, Made, kept, made

Row = dict[str, Any]
SMALL = Size(customers=2_000, stores=3)
MORNING = datetime(AS_OF.year, AS_OF.month, AS_OF.day, 10, tzinfo=CHINA)
MAJOR = {Severity.L3.value, Severity.L4.value}


@pytest.fixture(autouse=True)
def at_ten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts, "BCRYPT_COST", 4)
    monkeypatch.setattr(clock, "now", lambda: MORNING)


@pytest.fixture(scope="module")
def dealer() -> Made:
    """Nothing may change it."""
    return made(Size(customers=5_000, stores=3))


@pytest.fixture(scope="module")
def happened(dealer: Made) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = defaultdict(list)
    for row in dealer.rows[ComplaintEvent]:
        found[row["complaint_id"]].append(row)
    return found


def of_kind(rows: list[Row], kind: EventKind) -> list[Row]:
    return [row for row in rows if row["kind"] == kind]


# ---- others are asked


def test_each_question_is_told_by_its_events(dealer: Made, happened: dict[int, list[Row]]) -> None:
    steps, seen = dealer.rows[ComplaintStep], Tally[str]()
    guests = dict(Recipe(1, 3, AS_OF).found()[0].guests)
    for step in steps:
        mine = happened[step["complaint_id"]]
        assert step["asked_of_id"] == guests[Department(step["department"])]
        (asked,) = [one for one in of_kind(mine, EventKind.ASKED) if one["at"] == step["asked_at"]]
        assert (asked["actor_id"], asked["note"]) == (step["asked_by_id"], step["question"])
        assert asked["details"]["of"] == step["department"]
        due = step["due_at"] + timedelta(minutes=1)
        assert due.astimezone(CHINA).time() == datetime.min.time()
        if step["taken_at"]:
            (taken,) = [one for one in mine if one["at"] == step["taken_at"]]
            assert (taken["kind"], taken["details"]["is_taken"]) == (EventKind.NOTED, True)
            assert step["asked_at"] < step["taken_at"] < (step["done_at"] or MORNING)
        if step["done_at"]:
            (helped,) = [one for one in mine if one["at"] == step["done_at"]]
            assert (helped["kind"], helped["note"]) == (EventKind.HELPED, step["result"])
            assert helped["actor_id"] == step["done_by_id"] == step["asked_of_id"]
            seen["slow"] += step["done_at"] > step["due_at"]
        seen[step["department"]] += 1
        seen["open"] += step["done_at"] is None
    events_of = Tally(row["kind"] for row in dealer.rows[ComplaintEvent])
    assert events_of[EventKind.ASKED] == len(steps)
    assert events_of[EventKind.HELPED] == sum(step["done_at"] is not None for step in steps)
    assert set(seen) == {"slow", "open", "technical", "parts", "finance", "legal"}
    assert all(seen.values())


def test_who_was_asked_sees_what_is_still_open(
    dealer: Made, happened: dict[int, list[Row]]
) -> None:
    still = {row["id"]: row for row in dealer.rows[Complaint] if row["closed_at"] is None}
    ended = {key: [one["at"] for one in of_kind(happened[key], EventKind.CLOSED)] for key in still}
    asked = {
        (step["complaint_id"], step["asked_of_id"])
        for step in dealer.rows[ComplaintStep]
        if step["complaint_id"] in still
        and all(at < step["asked_at"] for at in ended[step["complaint_id"]])
    }
    people = dealer.rows[ComplaintPerson]
    sees = {(row["complaint_id"], row["user_id"]) for row in people if row["part"] == PartIn.ASKED}
    assert sees == asked != set()
    named = {row["complaint_id"] for row in people if row["part"] == PartIn.NAMED}
    assert named == {row["id"] for row in dealer.rows[Complaint] if row["is_legal"]} != set()


def test_the_services_show_what_was_asked(database: str) -> None:
    load_sized(database, SMALL, as_of=AS_OF)
    people = {row["id"]: row["name"] for row in kept(database, User)}
    steps: dict[int, list[Row]] = defaultdict(list)
    for row in kept(database, ComplaintStep):
        steps[row["complaint_id"]].append(row)
    still = {row["id"] for row in kept(database, Complaint) if row["closed_at"] is None}
    for key in still & steps.keys():
        shown = fetch(complaints.case, Named("director", "tests"), key).steps
        assert [
            (one.id, one.person, one.question, one.done_at, one.result, one.is_late)
            for one in shown
        ] == [
            (
                row["id"],
                people[row["asked_of_id"]],
                row["question"],
                row["done_at"],
                row["result"],
                row["done_at"] is None and row["due_at"] < MORNING,
            )
            for row in steps[key]
        ]
    waiting = fetch(complaints.asked, Named("director", "tests"), complaints.Filters())
    unanswered = {row["id"] for key in still for row in steps[key] if row["done_at"] is None}
    assert {one.id for one in waiting} == unanswered != set()


def test_the_guest_sees_his_cases_and_a_question_waits_for_him(database: str) -> None:
    load_sized(database, SMALL, as_of=AS_OF)
    (guest,) = [row for row in kept(database, User) if row["username"] == "guest"]
    assert (guest["role"], guest["store_id"]) == (Role.GUEST, None)
    his = {row["complaint_id"] for row in kept(database, ComplaintPerson)
           if row["user_id"] == guest["id"]}  # fmt: skip
    caller = Named("guest", "tests")
    assert {row.id for row in fetch(complaints.wall, caller)} == his != set()
    assert {row.id for row in fetch(complaints.page, caller, complaints.Filters()).rows} == his
    waits = [one for key in his for one in fetch(complaints.case, caller, key).steps]
    assert any(one.may_answer and one.is_late for one in waits)
    assert any(one.may_take and not one.is_late for one in waits)


# ---- papers


def test_papers_are_what_their_names_say_and_few_contents_serve_many(
    dealer: Made, happened: dict[int, list[Row]]
) -> None:
    files = dealer.rows[ComplaintFile]
    contents = {storage.digest_of(one): one for one in enclosures._contents().values()}
    assert len(contents) == len(table("beside")["papers"]) < len(files)
    for row in files:
        upload = Upload(name=row["name"], content=contents[row["sha256"]])
        assert (upload.media_type, len(upload.content)) == (row["media_type"], row["size"])
        (filed,) = [one for one in happened[row["complaint_id"]] if one["at"] == row["added_at"]]
        assert (filed["kind"], filed["note"]) == (EventKind.FILED, row["name"])
        assert filed["details"] == {"sha256": row["sha256"]}
        assert filed["actor_id"] == row["added_by_id"]
    assert len({(row["complaint_id"], row["sha256"]) for row in files}) == len(files)
    assert {row["sha256"] for row in files} == set(contents)


def test_the_contents_lie_where_the_storage_finds_them(database: str) -> None:
    load_sized(database, Size(customers=150, stores=3), as_of=AS_OF)
    assert {row["sha256"] for row in kept(database, StoredFile)} == {
        enclosures.paper(one["code"])["sha256"] for one in table("beside")["papers"]
    }
    with Session(engine_for(database)) as session:
        as_system(session)
        for row in session.execute(select(ComplaintFile)).scalars():
            content = storage.content_of(session, row.sha256)
            assert content is not None
            assert len(content) == row.size


# ---- crises


@pytest.mark.parametrize("as_of", [AS_OF, date(2026, 2, 25), date(2026, 10, 9)])
def test_each_of_the_first_stores_stands_in_two_crises(as_of: date) -> None:
    """Whatever the day, also after the holidays."""
    rows: list[Row] = []
    for chunk in chunks(Recipe(SMALL.customers, SMALL.stores, as_of)):
        rows += chunk.rows[Complaint]
    told = {one["words"] for one in table("crises")["cases"]}
    mine = [row for row in rows if row["words"] in told]
    assert len(mine) == len(told)
    assert all(row["closed_at"] is None and row["severity"] in MAJOR for row in mine)
    crises = Tally(row["store_id"] for row in mine if row["is_safety"] or row["is_media"])
    assert sorted(crises) == [1, 2, 3]
    assert min(crises.values()) >= 2
    assert Tally(row["is_legal"] for row in mine)[True] == 1
    assert Tally(row["is_dispute"] for row in mine)[True] == 1


def test_what_is_ticked_stands_on_the_checklist(
    dealer: Made, happened: dict[int, list[Row]]
) -> None:
    rows = {row["id"]: row for row in dealer.rows[Complaint]}
    for key, mine in happened.items():
        ticked = of_kind(mine, EventKind.TICKED)
        items = [one["details"]["item"] for one in ticked]
        assert len(set(items)) == len(items)
        assert set(items) <= set(ITEMS[Checklist.CRISIS])
        row = rows[key]
        is_crisis = row["severity"] == Severity.L4 or row["is_safety"] or row["is_media"]
        assert is_crisis or not items
        assert all(one["details"]["is_done"] for one in ticked)


def test_minutes_name_who_was_there_and_were_written_afterwards(
    dealer: Made, happened: dict[int, list[Row]]
) -> None:
    names = set(Recipe(1, 3, AS_OF).found()[0].names.values())
    met = [one for mine in happened.values() for one in of_kind(mine, EventKind.MET)]
    assert len(met) >= 3
    for one in met:
        details = one["details"]
        assert datetime.fromisoformat(details["held_at"]) < one["at"]
        assert set(details["people"]) <= names
        assert len(details["people"]) >= 2
        assert details["decided"]


def test_a_crisis_is_shown_as_it_was_told(database: str) -> None:
    load_sized(database, SMALL, as_of=AS_OF)
    told = {one["words"]: one for one in table("crises")["cases"]}
    directors = {row["id"] for row in kept(database, User) if row["role"] is Role.DIRECTOR}
    with Session(engine_for(database)) as session:
        as_system(session)
        rows = [one for one in session.execute(select(Complaint)).scalars() if one.words in told]
        progress = checklists.progress(session, rows)
        for one in rows:
            lines = told[one.words]["events"]
            mine = events.of(session, one.id)
            assert len(mine) == len(lines) + 1
            if checklists.is_crisis(one):
                ticked = sum(line["kind"] == "ticked" for line in lines)
                assert progress[one.id].done == ticked > 0
            talked = {event.actor_id for event in mine if event.kind is EventKind.CONTACTED}
            assert one.has_director == bool(talked & directors)
            assert talking.has_head(one, mine) >= one.has_director
            speakers = posts.held_by(session, PostDuty.SPOKESPERSON, one.store_id)
            assert one.spokesperson_id is None or one.spokesperson_id in speakers
            answers = [event.actor_id for event in mine if event.kind is EventKind.REPLIED]
            assert set(answers) <= {one.spokesperson_id}
    public = [row for row in rows if row.link]
    assert len(public) == 2
    assert all(row.is_media and row.spokesperson_id for row in public)


def test_in_a_legal_case_only_those_act_who_are_named(database: str) -> None:
    load_sized(database, SMALL, as_of=AS_OF)
    (case,) = [row for row in kept(database, Complaint) if row["is_legal"]]
    named = {row["user_id"] for row in kept(database, ComplaintPerson)
             if row["complaint_id"] == case["id"] and row["part"] is PartIn.NAMED}  # fmt: skip
    mine = [row for row in kept(database, ComplaintEvent) if row["complaint_id"] == case["id"]]
    since = next(row["at"] for row in mine if row["details"].get("is_legal"))
    assert {row["actor_id"] for row in mine if row["at"] >= since} <= named
    assert {case["handler_id"], case["accountable_id"]} <= named
    people = {row["id"]: row for row in kept(database, User)}
    shown = fetch(complaints.case, Named("director", "tests"), case["id"]).named
    assert shown == sorted(people[key]["name"] for key in named)
    for key in named:
        caller = Named(people[key]["username"], "tests")
        assert case["id"] in {row.id for row in fetch(complaints.wall, caller)}
    assert case["id"] not in {row.id for row in fetch(complaints.wall, Named("steward", "tests"))}


# ---- what is learnt


def test_ideas_have_an_author_and_customers_hear_of_what_works(database: str) -> None:
    load_sized(database, SMALL, as_of=AS_OF)
    found = fetch(complaints.ideas, Named("director", "tests"))
    assert {one.id for one in found} == {
        row["id"] for row in kept(database, CauseAction) if row["kind"] == "idea"
    }
    assert len(found) >= 4
    assert all(one.by for one in found)
    assert not any(one.is_late for one in found)
    rows = {row["id"]: row for row in kept(database, CauseAction)}
    heard = [row for row in kept(database, ComplaintEvent) if row["kind"] is EventKind.TOLD]
    assert len(heard) >= 3
    for event in heard:
        action = rows[event["details"]["action_id"]]
        assert action["complaint_id"] == event["complaint_id"]
        assert action["verdict"] is not Verdict.INEFFECTIVE
        assert action["what"] == event["details"]["what"]
        day = date.fromisoformat(event["details"]["told_on"])
        assert clock.day_of(action["done_at"]) <= day == clock.day_of(event["at"])
    with Session(engine_for(database)) as session:
        as_system(session)
        key = heard[0]["complaint_id"]
        assert heard[0]["details"]["action_id"] in actions.told_on(events.of(session, key))


def test_nothing_happens_after_the_history(dealer: Made) -> None:
    now = moment(AS_OF.toordinal(), 0)
    for model in (ComplaintStep, ComplaintFile, ComplaintPerson, CauseAction):
        for row in dealer.rows[model]:
            moments = [
                value for name, value in row.items() if name.endswith("_at") and name != "due_at"
            ]
            assert all(value < now for value in moments if value)
