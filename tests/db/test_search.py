"""Search candidates stay within the asked scope, on both engines."""

import pytest
from sqlalchemy import text

from db.engine import read_transaction
from db.grams import query_grams
from db.models import Customer
from db.search import CANDIDATES, candidates, scope_grams
from tests.dealer import as_system, owner


def found(asked, within=(), most=CANDIDATES):
    with read_transaction() as session:
        as_system(session)
        return candidates(session, asked, within=within, most=most)


@pytest.fixture
def people(dealer):
    return {
        "mine": dealer.customer("王小明", owner="sales"),
        "colleague": dealer.customer("王小红", owner="service"),
        "pool": dealer.customer("王小明", owner=None),
        "member": dealer.customer("李小明", owner="service", is_member=True),
        "other": dealer.customer("王小明", store=2, owner="sales2"),
    }


def named(people, keys):
    return {name for name, key in people.items() if key in keys}


def test_without_a_bound_all_are_found(people):
    assert named(people, found(query_grams("小明"))) == {"mine", "pool", "member", "other"}


@pytest.mark.parametrize(
    ("within", "names"),
    [
        ([["zs1"]], {"mine", "pool", "member"}),
        ([["zs2"]], {"other"}),
        ([["zm"]], {"member"}),
        ([["zs2", "zm"]], set()),
        ([["zu1"]], {"pool"}),
        ([["zs9"]], set()),
    ],
)
def test_candidates_stay_within(people, within, names):
    assert named(people, found(query_grams("小明"), within)) == names


def test_own_and_pool(people, dealer):
    within = [[f"zo{dealer.user_id('sales')}"], ["zu1"]]
    assert named(people, found(query_grams("小明"), within)) == {"mine", "pool"}


def test_scope_grams_are_what_the_index_holds(dealer):
    assert scope_grams(1, 3, is_member=False) == ["zs1", "zo3"]
    assert scope_grams(1, None, is_member=True) == ["zs1", "zu1", "zm"]


@pytest.mark.parametrize("asked", [[], [["nosuchgram"]]])
def test_nothing_asked_nothing_found(people, asked):
    assert found(asked) == []


def test_newest_first_and_no_more_than_asked(dealer):
    keys = [dealer.customer("王小明") for _ in range(5)]
    assert found(query_grams("小明"), most=3) == keys[:1:-1]


@pytest.mark.parametrize(
    "words",
    ['"', "' OR 1=1 --", "a* OR b", "NEAR(a b)", "{grams}: x", "^小", "(((", "小明') OR ('1'='1"],
)
def test_the_engines_own_language_is_not_reachable(people, words):
    """Whatever is typed is either no gram at all or looked for literally."""
    assert len(found(query_grams(words), [["zs2"]])) <= 1


def test_the_mirror_follows_changes(dealer):
    key = dealer.customer("王小明")
    with owner().begin() as connection:
        connection.execute(text("UPDATE customer_summaries SET grams = 'zs1 zznew'"))
    assert found([["zznew"]]) == [key]
    assert found(query_grams("小明")) == []
    with owner().begin() as connection:
        connection.execute(text("DELETE FROM customer_summaries"))
    assert found([["zznew"]]) == []
    assert dealer.row(Customer, key)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_mirror_is_sound(people):
    with owner().begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO customer_grams(customer_grams, rank) VALUES ('integrity-check', 1)"
        )


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_the_index_can_be_used(people):
    asked = (
        "SELECT customer_id FROM customer_summaries WHERE string_to_array(grams, ' ') @> '{zs1}'"
    )
    with owner().begin() as connection:
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        plan = str(connection.exec_driver_sql(f"EXPLAIN {asked}").all())
    assert "ix_customer_summaries_grams" in plan
