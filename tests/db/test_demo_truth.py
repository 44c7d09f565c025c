"""What is planted in the demonstration dealer is in its rows, and what is not is not."""

import re
from collections import Counter as Tally
from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from db.demo import Size
from db.demo.data import table
from db.demo.facts import (
    Brought,
    BroughtKind,
    Crowd,
    Duplicate,
    DuplicateKind,
    Habit,
    Invented,
    InventedKind,
    LookAlike,
    LookAlikeKind,
    Misfiled,
    MisfiledKind,
    Tenure,
)
from db.demo.recipe import DEFAULT_SEED, Recipe
from db.demo.truth import duplicate_pairs, facts_of
from db.demo.world import CHINA
from db.models import (
    Customer,
    CustomerKind,
    Lifecycle,
    Order,
    OrderKind,
    Ownership,
    RepairKind,
    Touch,
    Vehicle,
)
from services.core import normal
from tests.demonstration import AS_OF, Made, by_customer, made

Row = dict[str, Any]
SHARES = table("planting")["shares"]


@pytest.fixture(scope="module")
def dealer() -> Made:
    """Large enough for every kind; nothing may change it."""
    return made(Size(customers=5_000, stores=3, chunk=1_000))


@pytest.fixture(scope="module")
def people(dealer: Made) -> dict[int, Row]:
    return {row["id"]: row for row in dealer.rows[Customer]}


@pytest.fixture(scope="module")
def cars(dealer: Made) -> dict[int, Row]:
    return {row["id"]: row for row in dealer.rows[Vehicle]}


@pytest.fixture(scope="module")
def garage(dealer: Made) -> dict[int, set[int]]:
    """Customer -> the cars that he has or had to do with."""
    out: dict[int, set[int]] = defaultdict(set)
    for row in dealer.rows[Ownership]:
        out[row["customer_id"]].add(row["vehicle_id"])
    return out


def distance(one: str, other: str) -> int:
    """In how many places two numbers of one length differ."""
    return sum(left != right for left, right in zip(one, other, strict=True))


def test_the_truth_can_be_made_again(dealer: Made) -> None:
    recipe = Recipe(5_000, 3, AS_OF, DEFAULT_SEED, 1_000)
    found, digest = facts_of(recipe, Duplicate)
    assert found == dealer.all(Duplicate)
    assert len(digest) == 64
    assert facts_of(Recipe(600, 3, AS_OF, 1))[1] != facts_of(Recipe(600, 3, AS_OF, 2))[1]


def test_the_shares_hold(dealer: Made) -> None:
    count = len(dealer.rows[Customer])
    repairs = sum(row["kind"] == OrderKind.REPAIR for row in dealer.rows[Order])
    assert 0.02 <= len(dealer.all(Duplicate)) / count <= 0.03
    assert 0.005 <= len(dealer.all(Invented)) / count <= 0.01
    assert 0.005 <= len(dealer.all(Crowd)) / count <= 0.01
    assert 0.003 <= len(dealer.all(Misfiled)) / repairs <= 0.01
    assert {fact.kind for fact in dealer.all(Duplicate)} == set(DuplicateKind) - {
        DuplicateKind.BETWEEN_COPIES
    }
    assert {fact.kind for fact in dealer.all(LookAlike)} == set(LookAlikeKind)
    assert {fact.kind for fact in dealer.all(Invented)} == set(InventedKind)
    assert {fact.kind for fact in dealer.all(Misfiled)} == set(MisfiledKind)
    assert {fact.kind for fact in dealer.all(Brought)} == set(BroughtKind)
    seconds = sum(fact.also is not None for fact in dealer.all(Duplicate))
    assert 0.08 <= seconds / len(dealer.all(Duplicate)) <= 0.3
    assert DuplicateKind.BETWEEN_COPIES in duplicate_pairs(dealer.all(Duplicate)).values()


# ---- second files


def another_phone(copy: Row, first: Row) -> bool:
    return copy["phone"] not in {first["phone"], first["other_phone"]}


HOLDS: dict[DuplicateKind, Callable[[Row, Row], bool]] = {
    DuplicateKind.NAME_TYPO: lambda copy, first: (
        copy["name"] != first["name"] and copy["name"][0] == first["name"][0]
    ),
    DuplicateKind.NAME_HOMOPHONE: lambda copy, first: (
        copy["name"] != first["name"] and copy["name_pinyin"] == first["name_pinyin"]
    ),
    DuplicateKind.COURTESY_NAME: lambda copy, first: (
        copy["name"] != first["name"] and first["name"].startswith(normal.name_core(copy["name"]))
    ),
    DuplicateKind.SHORT_NAME: lambda copy, first: (
        copy["name"] != first["name"] and copy["name"] in first["name"]
    ),
    DuplicateKind.PHONE_SWAPPED: lambda copy, first: (
        distance(copy["phone"], first["phone"]) == 2
        and sorted(copy["phone"]) == sorted(first["phone"])
    ),
    DuplicateKind.PHONE_DIGIT: lambda copy, first: distance(copy["phone"], first["phone"]) == 1,
    DuplicateKind.PHONE_MOVED: lambda copy, first: (
        copy["other_phone"] == first["phone"] != copy["phone"]
    ),
    DuplicateKind.OLD_PHONE: another_phone,
    DuplicateKind.NO_PHONE: lambda copy, _: copy["phone"] is None,
    DuplicateKind.PLATE_TYPO: another_phone,
    DuplicateKind.OLD_PLATE: another_phone,
    DuplicateKind.SAME_CAR: another_phone,
    DuplicateKind.OTHER_STORE: lambda copy, first: copy["store_id"] != first["store_id"],
}
"""Kind -> whether a second file differs from the first one as the kind says."""


def test_every_second_file_has_its_errors(dealer: Made, people: dict[int, Row]) -> None:
    for fact in dealer.all(Duplicate):
        copy, first = people[fact.customer], people[fact.original]
        assert copy["kind"] == first["kind"]
        assert copy["created_at"] > first["created_at"]
        for kind in {fact.kind, fact.also} - {None}:
            assert HOLDS[kind](copy, first), fact
        if fact.kind is not DuplicateKind.OTHER_STORE:
            assert copy["store_id"] == first["store_id"]


def test_second_files_can_be_known_by_two_things(
    dealer: Made, people: dict[int, Row], cars: dict[int, Row], garage: dict[int, set[int]]
) -> None:
    for fact in dealer.all(Duplicate):
        copy, first = people[fact.customer], people[fact.original]
        phones = {copy["phone"], copy["other_phone"]} & {first["phone"], first["other_phone"]}
        plates = [{cars[key]["plate"] for key in garage[row["id"]]} for row in (copy, first)]
        ties = [
            bool(phones - {None}),
            copy["name"] == first["name"] or copy["name_pinyin"] == first["name_pinyin"],
            copy["birthday"] is not None and copy["birthday"] == first["birthday"],
            copy["street"] != "" and copy["street"] == first["street"],
            bool(plates[0] & plates[1] - {None}),
            fact.kind in {DuplicateKind.COURTESY_NAME, DuplicateKind.SHORT_NAME},
        ]
        assert sum(ties) >= 2, fact


def test_a_car_told_twice_is_told_wrong(
    dealer: Made, cars: dict[int, Row], garage: dict[int, set[int]]
) -> None:
    seen: Tally[DuplicateKind] = Tally()
    for fact in dealer.all(Duplicate):
        mine, his = garage[fact.customer], garage[fact.original]
        if fact.kind is DuplicateKind.SAME_CAR:
            assert mine <= his
        elif fact.kind is DuplicateKind.PLATE_TYPO:
            [car] = mine
            plates = [cars[key]["plate"] for key in his if cars[key]["plate"]]
            near = [one for one in plates if len(one) == len(cars[car]["plate"])]
            assert any(distance(one, cars[car]["plate"]) == 1 for one in near)
        elif fact.kind is DuplicateKind.OLD_PLATE:
            [car] = mine
            vins = [cars[key]["vin"] for key in his if cars[key]["vin"]]
            assert any(distance(one, cars[car]["vin"]) == 1 for one in vins)
            assert normal.vin(cars[car]["vin"]).checks is False
        else:
            continue
        assert mine
        seen[fact.kind] += 1
    assert len(seen) == 3


# ---- look-alikes


def test_look_alikes_look_alike_and_are_no_duplicates(
    dealer: Made, people: dict[int, Row], garage: dict[int, set[int]]
) -> None:
    doubled = duplicate_pairs(dealer.all(Duplicate))
    for fact in dealer.all(LookAlike):
        one, other = people[fact.customer], people[fact.other]
        assert tuple(sorted((fact.customer, fact.other))) not in doubled
        match fact.kind:
            case LookAlikeKind.SOLD_ON:
                assert garage[one["id"]] & garage[other["id"]]
            case LookAlikeKind.FLEET:
                assert other["kind"] == CustomerKind.COMPANY != one["kind"]
                assert (one["phone"], one["employer"]) == (other["phone"], other["name"])
            case LookAlikeKind.FAMILY:
                assert (one["phone"], one["street"]) == (other["phone"], other["street"])
                assert one["name"] != other["name"]
            case LookAlikeKind.FATHER_AND_SON:
                assert one["street"] == other["street"]
                assert one["name"][:2] == other["name"][:2]
                assert one["name"] != other["name"]
                assert one["birthday"] - other["birthday"] > timedelta(days=20 * 365)
            case LookAlikeKind.NAMESAKE:
                assert one["name"] == other["name"]
                assert one["phone"] != other["phone"]


# ---- invented files


def runs(facts: list[Any]) -> dict[int, list[Any]]:
    out: dict[int, list[Any]] = defaultdict(list)
    for fact in facts:
        out[fact.burst].append(fact)
    return out


def test_invented_files_come_in_runs_at_the_end_of_a_month(
    dealer: Made, people: dict[int, Row]
) -> None:
    for run in runs(dealer.all(Invented)).values():
        files = [people[fact.customer] for fact in run]
        moments = [row["created_at"] for row in files]
        assert len(files) >= 4
        assert moments == sorted(moments)
        assert moments[-1] - moments[0] <= timedelta(minutes=10)
        day = moments[0].astimezone(CHINA).date()
        assert (day + timedelta(days=3)).month != day.month
        assert {(row["store_id"], row["owner_id"]) for row in files} == {
            (files[0]["store_id"], run[0].by)
        }
        assert len({row["need"] for row in files}) == 1


def test_nobody_is_behind_an_invented_file(
    dealer: Made, people: dict[int, Row], cars: dict[int, Row], garage: dict[int, set[int]]
) -> None:
    orders, touches = by_customer(dealer.rows, Order), by_customer(dealer.rows, Touch)
    misfiled = {fact.customer for fact in dealer.all(Misfiled)}
    told = 0
    for fact in dealer.all(Invented):
        key = fact.customer
        assert people[key]["street"] == ""
        assert not orders[key] or key in misfiled
        assert not any(row["is_inbound"] for row in touches[key])
        for car in garage[key]:
            code = normal.vin(cars[car]["vin"])
            years = "ABCDEFGHJKLMNPRSTVWXY123456789"
            year = 2010 + years.index(code.code[9])
            assert not code.checks or year > people[key]["created_at"].year + 1
            told += 1
    assert told


def test_true_crowds_are_spoken_with_later(dealer: Made) -> None:
    touches = by_customer(dealer.rows, Touch)
    for run in runs(dealer.all(Crowd)).values():
        assert any(len(touches[fact.customer]) > 1 for fact in run)
        assert any(row["is_inbound"] for fact in run for row in touches[fact.customer])


# ---- wrong files


def test_wrong_orders_are_of_cars_of_others(dealer: Made, garage: dict[int, set[int]]) -> None:
    orders = {row["id"]: row for row in dealer.rows[Order]}
    for fact in dealer.all(Misfiled):
        order = orders[fact.order]
        assert (order["customer_id"], order["vehicle_id"]) == (fact.customer, fact.vehicle)
        assert fact.vehicle not in garage[fact.customer]
        assert fact.vehicle in garage[fact.belongs_to]
    for brought in dealer.all(Brought):
        assert orders[brought.order]["customer_id"] == brought.customer
        is_linked = brought.vehicle in garage[brought.customer]
        assert is_linked is (brought.kind is BroughtKind.DRIVER)
    known = {fact.order for kind in (Misfiled, Brought) for fact in dealer.all(kind)}
    for key, order in orders.items():
        assert key in known or order["vehicle_id"] in garage[order["customer_id"]]


def test_heaps_are_heaps(dealer: Made) -> None:
    orders = {row["id"]: row for row in dealer.rows[Order]}
    heaps: dict[int, list[Row]] = defaultdict(list)
    for fact in dealer.all(Misfiled):
        if fact.kind is MisfiledKind.HEAP:
            heaps[fact.customer].append(orders[fact.order])
    for found in heaps.values():
        days = [row["ordered_on"] for row in found]
        assert len({row["vehicle_id"] for row in found}) > 3
        assert max(days) - min(days) <= timedelta(days=90)


# ---- habits, and who left


def visits(dealer: Made) -> dict[tuple[int, int], list[date]]:
    """(customer, car) -> the days of its services."""
    out: dict[tuple[int, int], list[date]] = defaultdict(list)
    for row in dealer.rows[Order]:
        if row["repair_kind"] == RepairKind.MAINTENANCE:
            out[row["customer_id"], row["vehicle_id"]].append(row["ordered_on"])
    return {key: sorted(days) for key, days in out.items()}


def test_who_left_has_left(dealer: Made, people: dict[int, Row]) -> None:
    habits = dealer.all(Habit)
    left = {fact.customer: fact.left_on for fact in habits if fact.left_on}
    apart = {fact.order for kind in (Misfiled, Brought) for fact in dealer.all(kind)}
    for row in dealer.rows[Order]:
        if row["customer_id"] in left and row["id"] not in apart:
            assert row["ordered_on"] < left[row["customer_id"]]
    said = Tally(people[key]["lifecycle"] for key in left)
    assert said[Lifecycle.LOST.value] > said[Lifecycle.EXISTING.value] > 0
    stays = {fact.customer for fact in habits} - set(left)
    assert any(people[key]["lifecycle"] == Lifecycle.LOST for key in stays)


def test_services_follow_the_habit(dealer: Made) -> None:
    days = visits(dealer)
    ratios, fading = [], []
    for fact in dealer.all(Habit):
        for before, after in pairwise(days.get((fact.customer, fact.vehicle), [])):
            ratio = (after - before).days / fact.every_days
            slows = fact.fading_from and before > fact.fading_from + timedelta(days=200)
            (fading if slows else ratios).append(ratio)
    usual = sorted(ratios)[len(ratios) // 2]
    assert 0.9 <= usual <= 1.2
    assert sorted(fading)[len(fading) // 2] > 1.3 * usual


def test_some_loyal_customers_come_rarely(dealer: Made) -> None:
    loyal = [fact for fact in dealer.all(Habit) if not fact.left_on and not fact.fading_from]
    rare = [fact for fact in loyal if fact.every_days > 500]
    assert 0.02 <= len(rare) / len(loyal) <= 0.2
    assert all(fact.every_km > 0 for fact in loyal)


# ---- people, days, words


def test_nobody_speaks_before_he_came_or_after_he_left(dealer: Made) -> None:
    tenures = {fact.user: fact for fact in dealer.all(Tenure)}
    assert {bool(fact.left_on) for fact in tenures.values()} == {True, False}
    spoke: Tally[int] = Tally()
    for row in dealer.rows[Touch]:
        fact = tenures.get(row["user_id"])
        if fact:
            day = row["at"].astimezone(CHINA).date()
            assert (fact.joined_on or day) <= day < (fact.left_on or date.max)
            spoke[fact.user] += 1
    assert set(spoke) == set(tenures)


def test_orders_name_who_was_there() -> None:
    recipe = Recipe(1, 3, AS_OF)
    world, _, members = recipe.found()
    for store in world.stores:
        for day in range(world.begin, world.today, 40):
            for desk in ("sales", "service"):
                assert world.present(store, desk, day)
    left = [one.id for one in members if one.account.left]
    assert left
    assert not any(world.works(one, world.last) for one in left)
    assert all(world.works(one, world.begin) for one in left)


def test_sales_have_seasons_and_weekends(dealer: Made) -> None:
    days = [row["created_at"].astimezone(CHINA).date() for row in dealer.rows[Customer]]
    recent = [day for day in days if day >= AS_OF - timedelta(days=730)]
    weekend = sum(day.weekday() >= 5 for day in recent) / len(recent)
    assert 0.34 <= weekend <= 0.48
    months = Tally(day.month for day in recent)
    assert months[9] + months[10] > 1.3 * (months[2] + months[7])


def test_words_and_dates_agree(dealer: Made) -> None:
    named: Tally[str] = Tally()
    weekdays = table("touches")["slots"]["weekday"]
    for row in dealer.rows[Touch]:
        day: date = row["at"].astimezone(CHINA).date()
        then: date | None = row["next_contact_on"]
        assert then is None or then > day
        text = row["summary"]
        if match := re.search(r"(\d+)天后", text):
            assert then == day + timedelta(days=int(match[1]))
            named["days"] += 1
        elif match := re.search(r"周[一二三四五六日](?=[上下]午)", text):
            assert then is not None
            assert weekdays[then.weekday()] == match[0]
            assert (then - day).days <= 7
            named["weekday"] += 1
        elif re.search(r"约定周末|愿意周末", text):
            assert then is not None
            assert then.weekday() >= 5
            named["weekend"] += 1
        elif "下周来签" in text:
            assert then is not None
            assert then.isocalendar()[1] == (day + timedelta(days=7)).isocalendar()[1]
            named["next_week"] += 1
    assert len(named) == 4


def test_files_are_opened_when_the_store_is_open(dealer: Made) -> None:
    for row in dealer.rows[Customer]:
        at: datetime = row["created_at"].astimezone(CHINA)
        assert 9 <= at.hour < 18
