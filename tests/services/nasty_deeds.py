"""Doing a nasty thing in earnest: what came of it, what was written, whether it still opens."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from sqlalchemy import event, inspect, select
from sqlmodel import Session, col

from db.engine import BEYOND_SCOPE, engine, wall_opened
from db.models import (
    AuditEntry,
    CalendarDay,
    CalendarWeek,
    Customer,
    ParameterValue,
    Revision,
    SentRequest,
    User,
    Vehicle,
)
from db.types import Base
from services import audits, calendars, customers, drafts, imports, settings, stores, users
from services.core import limits, run
from services.core.access import Actor, identify, system
from services.core.inputs import Request
from tests.services.matrix_examples import World
from tests.services.nasty_inputs import FUNCTIONS
from tests.services.test_matrix import ROLES, policy

DOERS = {
    "services.customers.reveal": "service",
    "services.installation.found": None,
    "services.visits.correct_form": "sales",
    "services.visit_plans.add_visit": "sales",
    "services.visit_plans.summarise": "sales",
}
"""The director sees everything whole: nothing to reveal. An empty database knows nobody. A form is
its writer's to correct."""


@dataclass(frozen=True)
class Written:
    """One row that a deed wrote, as the database has it."""

    row: Base
    values: dict[str, Any]


def doer_of(service: str) -> str | None:
    """Someone who may; None: only the system itself."""
    if service in DOERS:
        return DOERS[service]
    able = [name for name in ("director", "admin", "manager") if ROLES[name] in policy()[service]]
    return next(iter(able), None)


def actor_for(session: Session, world: World, person: str | None) -> Actor:
    if person is not None and world.dealer is not None:
        return identify(session, world.dealer.caller(person))
    actor = session.info["scope"] = system("tests")
    return actor


@contextmanager
def undone(world: World, service: str) -> Iterator[tuple[Session, Actor]]:
    """A session and who is at work in it; nothing of what happens within is kept."""
    limits.forget()
    with Session(engine(), expire_on_commit=False) as session:
        try:
            yield session, actor_for(session, world, doer_of(service))
        finally:
            session.rollback()


def do(session: Session, actor: Actor, service: str, arguments: dict[str, Any]) -> list[Written]:
    """The call as the door makes it. Raises what the service raises."""
    rows: dict[int, Base] = {}

    def note(flushed: Session, _context: object) -> None:
        rows.update((id(row), row) for row in (*flushed.new, *flushed.dirty))

    event.listen(session, "after_flush", note)
    try:
        function = FUNCTIONS[service]
        forms = [value for value in arguments.values() if isinstance(value, Request)]
        if forms:
            run._once(session, actor, function, *forms)
        else:
            others = {name: value for name, value in arguments.items() if name != "which"}
            function(session, actor, **others)
        session.flush()
    finally:
        event.remove(session, "after_flush", note)
    kept = [row for row in rows.values() if not isinstance(row, SentRequest)]
    with wall_opened(session):
        kept += revisions_of(session, [row.id for row in kept if isinstance(row, AuditEntry)])
        return [Written(row, as_kept(session, row)) for row in kept]


def revisions_of(session: Session, entries: list[int]) -> list[Revision]:
    """They are written in bulk, past the notice of the session."""
    query = select(Revision).where(col(Revision.audit_id).in_(entries))
    return list(session.execute(query, execution_options={BEYOND_SCOPE: True}).scalars())


def as_kept(session: Session, row: Base) -> dict[str, Any]:
    """The row's columns read again from the database; empty if it is gone."""
    table = inspect(type(row)).local_table
    key = inspect(row).identity or ()
    here = [c == v for c, v in zip(table.primary_key.columns, key, strict=True)]
    found = session.connection().execute(select(table).where(*here)).mappings().one_or_none()
    return dict(found or {})


def reopen(session: Session, world: World, written: list[Written]) -> None:
    """Show what was done wherever it is shown: lists, files, search, the audit."""
    kinds = {one.row.__tablename__ for one in written}
    director = actor_for(session, world, "director")
    keys = {
        getattr(one.row, "id" if isinstance(one.row, Customer) else "customer_id", None)
        for one in written
    } - {None}
    for key in keys:
        customers.history(session, director, key)
        name = customers.file(session, director, key).values["name"]
        if kinds & {"touches", "consents", "orders"}:
            customers.timeline(session, director, key)
        if "customers" in kinds:
            customers.find(session, director, name)
            customers.page(session, director)
    if "import_batches" in kinds:
        imports.batches(session, director)
    if "stores" in kinds:
        stores.lines(session, director)
    if "audit_entries" in kinds:
        audits.page(session, director, audits.AuditFilters())
    reopen_settings(session, director, written)
    reopen_calendars(session, director, written)
    if "drafts" in kinds:
        drafts.kept(session, director, "customers.update:1")
    if kinds & {"users", "user_sessions"}:
        users.lines(session, actor_for(session, world, "admin"), users.Wanted())


SHOWN_VERSION = (("vehicle_id", Vehicle), ("customer_id", Customer), ("id", User))


def up_to_date(session: Session, form: BaseModel) -> int | None:
    """The version of the record that a form is about."""
    for name, model in SHOWN_VERSION:
        if name in type(form).model_fields:
            query = select(col(model.version)).where(col(model.id) == getattr(form, name))
            return session.execute(query).scalar_one_or_none()
    return None


def reopen_settings(session: Session, director: Actor, written: list[Written]) -> None:
    for one in written:
        if isinstance(one.row, ParameterValue):
            settings.page(session, director)
            settings.history(session, director, one.row.key)


def reopen_calendars(session: Session, director: Actor, written: list[Written]) -> None:
    for one in written:
        if isinstance(one.row, CalendarWeek):
            calendars.page(session, director, one.row.store_id, 2026)
        if isinstance(one.row, CalendarDay):
            calendars.page(session, director, one.row.store_id, one.row.falls_on.year)
