"""Parameters: each number within its bounds, and its value on any day."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st
from sqlmodel import Session

from db.engine import engine
from db.models import ParameterValue
from services.core import clock, parameters
from services.core.parameters import (
    PARAMETERS,
    REVEALS_OF_MANAGER,
    REVEALS_OF_SPECIALIST,
    OutOfBounds,
    Parameter,
    Unit,
    UnknownParameter,
)
from tests.core.test_words import string_of
from tests.dealer import Dealer, as_system
from tests.test_docs import rows_of_requirements

DAY = date(2026, 3, 10)
SHARE = Parameter("x.y", "", Unit.SHARE, Decimal("0.5"), Decimal(0), Decimal(1), source="A21")
COUNT = Parameter("x.z", "", Unit.DAYS, 7, least=1, most=90, source="A21")


def decided(
    value: int | None, from_on: date, store_id: int | None = None, **more: Any
) -> ParameterValue:
    return ParameterValue(
        **{
            "key": REVEALS_OF_SPECIALIST,
            "value": parameters.AS_GROUP if value is None else str(value),
            "from_on": from_on,
            "store_id": store_id,
            "created_at": clock.now(),
            "reason": "decided",
            **more,
        }
    )


def value_on(day: date | None, store_id: int | None = None) -> parameters.Number:
    with Session(engine()) as session:
        as_system(session)
        return parameters.value(session, REVEALS_OF_SPECIALIST, day, store_id)


# ---- the register


@pytest.mark.parametrize("each", PARAMETERS.values(), ids=lambda each: each.key)
def test_every_parameter_is_whole(each: Parameter):
    assert PARAMETERS[each.key] is each
    assert each.read(str(each.default)) == each.default
    assert string_of(each.label)
    assert each.source in {row[0] for row in rows_of_requirements()}
    assert len(str(each.most)) <= 20


@pytest.mark.parametrize(("written", "number"), [("1", 1), ("90", 90), ("10", 10)])
def test_whole_numbers(written: str, number: int):
    assert COUNT.read(written) == number


@pytest.mark.parametrize("written", ["0", "0.25", "1", "0.00001"])
def test_shares_are_exact(written: str):
    found = SHARE.read(written)
    assert isinstance(found, Decimal)
    assert str(found) == written


@pytest.mark.parametrize(
    "written", ["0", "91", "-1", "+5", "05", "5.5", "5.0", "5e0", "５", "٥", "x", "", "1_0", "NaN"]
)
def test_what_is_no_such_number_is_refused_with_the_bounds(written: str):
    with pytest.raises(OutOfBounds) as refused:
        COUNT.read(written)
    assert refused.value.params == {"least": 1, "most": 90}


@pytest.mark.parametrize("written", ["1.5", "0.50", "0.", ".5", "0.0000001", "Infinity", "-0"])
def test_what_is_no_share_is_refused(written: str):
    with pytest.raises(OutOfBounds):
        SHARE.read(written)


# ---- on a day


def test_before_anyone_decides_the_default_holds(dealer: Dealer):
    assert value_on(DAY) == value_on(None, 1) == 60


def test_a_value_holds_from_its_day_until_the_next(dealer: Dealer):
    dealer.add(decided(40, DAY), decided(50, DAY + timedelta(days=10)))
    days = (DAY - timedelta(days=1), DAY, DAY + timedelta(days=9), DAY + timedelta(days=10))
    assert [value_on(day) for day in days] == [60, 40, 40, 50]


def test_a_stores_own_value_stands_over_the_groups_even_when_older(dealer: Dealer):
    dealer.add(decided(30, DAY, store_id=1), decided(90, DAY + timedelta(days=5)))
    later = DAY + timedelta(days=6)
    assert [value_on(later, store) for store in (None, 1, 2)] == [90, 30, 90]
    assert value_on(DAY - timedelta(days=1), 1) == 60


def test_what_was_withdrawn_never_held(dealer: Dealer):
    dealer.add(decided(40, DAY, withdrawn_at=clock.now()))
    assert value_on(DAY) == 60


def test_many_keys_take_one_query(dealer: Dealer, monkeypatch: pytest.MonkeyPatch):
    dealer.add(decided(40, DAY))
    asked = []
    with Session(engine()) as session:
        as_system(session)
        execute = session.execute
        monkeypatch.setattr(session, "execute", lambda query: asked.append(query) or execute(query))
        found = parameters.values(session, PARAMETERS, DAY)
    assert len(asked) == 1
    assert (found[REVEALS_OF_SPECIALIST], found[REVEALS_OF_MANAGER]) == (40, 200)
    assert found.keys() == PARAMETERS.keys()


def test_an_unknown_key_is_refused(dealer: Dealer):
    with Session(engine()) as session:
        as_system(session)
        with pytest.raises(UnknownParameter):
            parameters.value(session, "customers.nothing")


# ---- against an oracle that goes through the days one by one

DECISIONS = st.lists(
    st.tuples(
        st.integers(0, 12),  # day
        st.sampled_from([None, 1, 2]),  # store
        st.none() | st.integers(0, 1000),  # None: it follows the group again
        st.booleans(),  # withdrawn
    ).filter(lambda each: each[1:3] != (None, None)),
    max_size=10,
    unique_by=lambda each: each[:2],
)


Decided = tuple[int, int | None, int | None, bool]


def oracle(decisions: list[Decided], day: int, store: int | None) -> int:
    """Each morning whatever begins takes its place; a store without its own has the group's."""
    held: dict[int | None, int | None] = {None: 60}
    for morning in range(day + 1):
        held |= {at: value for when, at, value, gone in decisions if when == morning and not gone}
    own = held.get(store)
    found = own if own is not None else held[None]
    assert found is not None
    return found


def test_the_value_of_any_day_is_the_oracles(dealer: Dealer):
    @limits(max_examples=60, deadline=None)
    @given(DECISIONS, st.integers(-1, 13), st.sampled_from([None, 1, 2]))
    def agree(decisions: list[Decided], day: int, store: int | None) -> None:
        on, key = DAY + timedelta(days=day), REVEALS_OF_SPECIALIST
        with Session(engine()) as session:
            as_system(session)
            for when, at, value, gone in decisions:
                ended = clock.now() if gone else None
                row = decided(value, DAY + timedelta(days=when), at, withdrawn_at=ended)
                session.add(row)
            session.flush()
            found = parameters.value(session, key, on, store)
            told = parameters.in_force(parameters.history(session, [key]), on, store)
            session.rollback()
        expected = oracle(decisions, day, store)
        assert found == expected
        assert parameters.held(told, PARAMETERS[key]) == expected

    agree()
