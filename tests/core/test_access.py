"""Who may do what, and to which rows (ASVS 8.2.1, 8.2.2, 8.2.3, 8.3.1, 8.4.1)."""

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlmodel import col

from db.engine import BrokenRule, read_transaction, write_transaction
from db.models import (
    AuditEntry,
    Customer,
    Draft,
    ImportBatch,
    ImportRow,
    Reveal,
    Role,
    Touch,
    User,
    Vehicle,
)
from db.types import Base, Scoped
from services.core import audit
from services.core.access import (
    CLEAR,
    GRANTS,
    READS,
    WRITES,
    Permission,
    beyond,
    load,
    system,
)
from services.core.errors import NotFound, NotPermitted
from tests.core import reach
from tests.core.reach import KINDS, SEES, Ground, lay, lay_papers
from tests.dealer import PEOPLE, as_system

POLICY = tomllib.loads(Path(__file__).with_name("grants.toml").read_text("utf-8"))
"""role -> permissions, written by hand."""


@pytest.fixture
def ground(dealer) -> Ground:
    return lay(dealer)


def grants_differ() -> list[str]:
    return [
        f"{role} {permission}"
        for role in Role
        for permission in Permission
        if (permission in GRANTS[role]) != (permission.value in POLICY[role.value])
    ]


def test_roles_are_granted_what_the_table_says():
    assert grants_differ() == []


def test_the_table_knows_every_role_and_no_dead_permission():
    assert set(POLICY) == set(Role)
    assert {name for names in POLICY.values() for name in names} <= set(Permission)


def test_every_role_has_its_reach():
    for policy in (GRANTS, READS, WRITES, CLEAR):
        assert set(policy) == set(Role)
    assert {role for _, role, _, _ in PEOPLE} == set(Role)


def test_everybody_sees_just_his_rows(ground):
    assert reach.reading_differs(ground) == []


@pytest.mark.parametrize("person", ["director", "manager", "sales", "service", "data", "sales2"])
def test_writers_change_just_their_rows(ground, person):
    assert reach.changing_differs(ground, [person]) == []


@pytest.mark.parametrize("person", ["steward", "club_manager", "club", "admin", "guest"])
def test_others_change_just_their_rows(ground, person):
    assert reach.changing_differs(ground, [person]) == []


def test_everybody_reads_whole_values_just_where_he_should(ground):
    assert reach.clearness_differs(ground) == []


@pytest.mark.parametrize("person", [who for who, *_ in PEOPLE])
def test_actors_are_equal_just_when_they_see_and_may_the_same(ground, person):
    """What a scope lets see is kept for equal actors (`db.engine`)."""
    actor = ground.dealer.actor(person)
    elsewhere = replace(actor, session_id=7, source="elsewhere", language="en", store_name="x")
    assert (elsewhere, hash(elsewhere)) == (actor, hash(actor))
    assert elsewhere.settings() == actor.settings()
    others = [
        replace(actor, id=actor.id + 1000),
        replace(actor, store_id=actor.store_id + 1),
        replace(actor, role=None),
        replace(actor, grants=frozenset()),
    ]
    assert actor not in others
    assert all(other.settings() != actor.settings() for other in others)


def test_every_scoped_table_is_tried():
    tables = {
        mapper.class_ for mapper in Base._sa_registry.mappers if issubclass(mapper.class_, Scoped)
    }
    assert tables == set(reach.SCOPED)


def test_a_club_without_a_store_sees_all_members(ground):
    with write_transaction() as session:
        actor = as_system(session)
        row = session.execute(select(User).where(col(User.username) == "club")).scalar_one()
        row.store_id = None
        audit.record(session, actor, audit.Action.USERS_EDITED, row)
    with read_transaction() as session:
        session.info["scope"] = ground.dealer.actor("club")
        for model in reach.SCOPED:
            for way, kinds in reach.seen_through(session, model, ground.keys[model]):
                assert kinds == {"member", "other_member"}, (model, way)


# ---- what has rules of its own


def test_papers_are_seen_by_whom_they_concern(ground):
    lay_papers(ground)
    for person in SEES:
        me = ground.dealer.user_id(person)
        with read_transaction() as session:
            session.info["scope"] = ground.dealer.actor(person)

            def seen(column, session=session):
                return set(session.execute(select(column)).scalars())

            assert seen(col(AuditEntry.store_id)) == reach.AUDIT.get(person, set()), person
            assert seen(col(ImportBatch.store_id)) == reach.BATCHES.get(person, set()), person
            assert len(seen(col(ImportRow.batch_id))) == len(reach.BATCHES.get(person, set()))
            assert seen(col(Draft.user_id)) == {me}, person
            assert seen(col(Reveal.user_id)) == {me}, person


def test_a_car_of_two_is_seen_by_the_club_when_one_is_a_member(ground):
    """The colleague's car gets a driver who is a member."""
    ground.dealer.add(
        reach.Ownership(
            vehicle_id=ground.key(Vehicle, "colleague"),
            customer_id=ground.key(Customer, "member"),
            role="driver",
            **ground.scope("member"),
        )
    )
    with read_transaction() as session:
        session.info["scope"] = ground.dealer.actor("club")
        cars = set(session.execute(select(col(Vehicle.id))).scalars())
    assert cars == {ground.key(Vehicle, "colleague"), ground.key(Vehicle, "member")}


def test_a_file_may_not_be_given_out_of_reach(ground):
    """He may write the row as it is, not as it would be."""
    for store, owner in ((2, "sales2"), (2, None), (1, "service")):
        with pytest.raises(NotPermitted), write_transaction() as session:
            session.info["scope"] = ground.dealer.actor("sales")
            row = load(session, Customer, ground.key(Customer, "own"), lock=True)
            row.store_id = store
            row.owner_id = ground.dealer.user_id(owner) if owner else None
    assert ground.dealer.row(Customer, ground.key(Customer, "own")).store_id == 1


def test_a_file_may_not_be_taken_from_out_of_reach(ground):
    key = ground.key(Customer, "colleague")
    with pytest.raises(NotPermitted), write_transaction() as session:
        session.info["scope"] = ground.dealer.actor("sales")
        load(session, Customer, key, lock=True).owner_id = ground.dealer.user_id("sales")
    assert ground.dealer.row(Customer, key).owner_id == ground.dealer.user_id("service")


def test_a_file_out_of_reach_may_not_be_deleted(ground):
    key = ground.key(Touch, "colleague")
    with pytest.raises(NotPermitted), write_transaction() as session:
        session.info["scope"] = ground.dealer.actor("sales")
        session.delete(load(session, Touch, key))
    assert ground.dealer.row(Touch, key)


def test_a_lazy_read_does_not_widen_the_scope(ground):
    """What is in the session's identity map is not handed out by `load` either."""
    with read_transaction() as session:
        as_system(session)
        key = ground.key(Customer, "other")
        kept = load(session, Customer, key)
        session.info["scope"] = ground.dealer.actor("sales")
        with pytest.raises(NotFound):
            load(session, Customer, key)
        assert kept.id == key


def test_beyond_looks_past_the_scope_once(ground):
    query = select(col(Customer.id))
    with read_transaction() as session:
        session.info["scope"] = ground.dealer.actor("guest")
        assert len(beyond(session, query).all()) == len(KINDS)
        assert session.execute(query).all() == []


@pytest.mark.usefixtures("database")
def test_the_system_has_every_right():
    actor = system("sweep")
    for permission in Permission:
        actor.require(permission)
    assert actor.is_system


def test_require_states_what_was_missing(dealer):
    with pytest.raises(NotPermitted) as refusal:
        dealer.actor("guest").require(Permission.AUDIT_VIEW)
    assert refusal.value.params == {"permission": "audit:view"}


@pytest.mark.usefixtures("database")
def test_no_scope_no_rows():
    with read_transaction() as session, pytest.raises(BrokenRule):
        load(session, Customer, 1)
