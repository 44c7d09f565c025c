"""The list: filtered, searched as one types, paged by keyset; masked for everyone."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, and_, false, literal, select, tuple_
from sqlmodel import Session, col

from db import search
from db.grams import fold, query_grams
from db.models import NEVER, Customer, CustomerSummary, Lifecycle, Store, User, ValueClass
from db.summaries import gap_bit, missing_names
from db.types import UtcDateTime
from services.core import masks
from services.core.access import READS, Actor, Permission, Reach
from services.core.fields import id_in
from services.customers import policy
from services.customers.views import CustomerRow, Label, Owner, Page, Places, label_of

PAGE = 50


class Order(StrEnum):
    """How the list is sorted."""

    NEWEST = "newest"
    UNTOUCHED = "untouched"
    """Longest without a touch first; those never touched lead."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows the list; None or empty means no bound."""

    text: str = ""
    store_id: int | None = None
    owner_id: int | None = None
    in_pool: bool = False
    """Only files that nobody owns."""
    label: Label | None = None
    lifecycle: Lifecycle | None = None
    missing: str | None = None
    """A gap's name (`db.summaries.GAPS`)."""
    members: bool = False


def page(
    session: Session,
    actor: Actor,
    filters: Filters = Filters(),
    order: Order = Order.NEWEST,
    after: str | None = None,
    size: int = PAGE,
) -> Page:
    """One page of the actor's customers. `after` is the code of the last row seen."""
    actor.require(Permission.CUSTOMERS_VIEW)
    size = max(1, min(size, PAGE))
    if filters.text.strip():
        return _searched(session, actor, filters, size)
    query = _narrowed(_ROWS, filters)
    if order is Order.NEWEST:
        if key := id_in(after):  # on both tables: PostgreSQL would walk the one without
            query = query.where(col(Customer.id) < key, col(CustomerSummary.customer_id) < key)
        query = query.order_by(col(Customer.id).desc())
    else:
        query = _untouched_first(query, after)
    found = session.execute(query.limit(size + 1)).all()
    rows = found[:size]
    more = _code(rows[-1], order) if len(found) > size else None
    return Page(rows=[_view(row) for row in rows], after=more)


def find(session: Session, actor: Actor, text: str, size: int = 8) -> list[CustomerRow]:
    """The best matches for a few characters: name, pinyin initials, phone, plate, VIN, number."""
    actor.require(Permission.CUSTOMERS_VIEW)
    return _searched(session, actor, Filters(text=text), size).rows


def places(session: Session, actor: Actor) -> Places:
    """Where the customers that the actor sees are, and who may own them there."""
    actor.require(Permission.CUSTOMERS_VIEW)
    owning = and_(
        col(User.store_id) == col(Store.id), col(User.is_active), col(User.role).in_(policy.MAY_OWN)
    )
    query = (
        select(col(Store.id), col(Store.name), col(User.id), col(User.name))
        .outerjoin(User, owning)
        .order_by(col(Store.id), col(User.name), col(User.id))
    )
    if actor.store_id is not None and actor.reach(READS) is not Reach.ALL:
        query = query.where(col(Store.id) == actor.store_id)
    found = session.execute(query).all()
    return Places(
        stores=tuple(dict.fromkeys((store_id, store) for store_id, store, _, _ in found)),
        people=tuple(Owner(key, name, at) for at, _, key, name in found if key is not None),
    )


def gaps(session: Session, actor: Actor) -> tuple[str, ...]:
    """The names of the required fields that a file can lack, for the filter."""
    actor.require(Permission.CUSTOMERS_VIEW)
    return missing_names(-1)


# Built once: a list is asked for in every search.
_ROWS: Final[Any] = (
    select(
        col(Customer.id),
        col(Customer.number),
        col(Customer.name),
        col(Customer.kind),
        col(Customer.lifecycle),
        col(Customer.value_class),
        col(Customer.phone),
        col(Customer.is_member),
        col(Store.name).label("store"),
        col(User.name).label("owner"),
        col(CustomerSummary.vehicles),
        col(CustomerSummary.missing),
        col(CustomerSummary.last_touch_at),
    )
    .join(CustomerSummary, col(CustomerSummary.customer_id) == col(Customer.id))
    .join(Store, col(Store.id) == col(Customer.store_id))
    .outerjoin(User, col(User.id) == col(Customer.owner_id))
    .where(col(Customer.merged_into_id).is_(None), col(Customer.is_archived).is_(False))
)


def _view(row: Row[Any]) -> CustomerRow:
    return CustomerRow(
        id=row.id,
        number=row.number,
        name=row.name,
        kind=row.kind,
        label=label_of(row.lifecycle, row.value_class),
        phone=masks.phone(row.phone) if row.phone else "",
        store=row.store,
        owner=row.owner or "",
        vehicles=row.vehicles,
        missing=missing_names(row.missing),
        last_touch_at=row.last_touch_at if row.last_touch_at > NEVER else None,
        is_member=row.is_member,
    )


def _narrowed(query: Select[Any], filters: Filters) -> Select[Any]:
    wanted: list[ColumnElement[bool]] = []
    if filters.store_id is not None:  # on both tables: each sort has its index on one of them
        wanted.append(col(Customer.store_id) == filters.store_id)
        wanted.append(col(CustomerSummary.store_id) == filters.store_id)
    if filters.owner_id is not None:
        wanted.append(col(Customer.owner_id) == filters.owner_id)
        wanted.append(col(CustomerSummary.owner_id) == filters.owner_id)
    if filters.in_pool:
        wanted.append(col(Customer.owner_id).is_(None))
    if filters.lifecycle is not None:
        wanted.append(col(Customer.lifecycle) == filters.lifecycle)
    if filters.label is not None:
        wanted.append(_labelled(filters.label))
    if filters.members:
        wanted.append(col(Customer.is_member).is_(True))
    if filters.missing:
        bit = gap_bit(filters.missing)
        wanted.append(col(CustomerSummary.missing).bitwise_and(bit) != 0 if bit else false())
    return query.where(*wanted)


def _labelled(label: Label) -> ColumnElement[bool]:
    if label is Label.LOST:
        return col(Customer.lifecycle) == Lifecycle.LOST
    if label is Label.POTENTIAL:
        return col(Customer.lifecycle) == Lifecycle.POTENTIAL
    value = ValueClass.IMPORTANT if label is Label.IMPORTANT else ValueClass.ORDINARY
    return and_(col(Customer.lifecycle) == Lifecycle.EXISTING, col(Customer.value_class) == value)


def _untouched_first(query: Select[Any], after: str | None) -> Select[Any]:
    """Keyset over (last touch, id); those never touched come first."""
    touched, key = col(CustomerSummary.last_touch_at), col(CustomerSummary.customer_id)
    stamp, _, last = (after or "").partition("_")
    micros, last_id = _number(stamp), id_in(last)
    if micros is not None and last_id is not None:
        at = NEVER + timedelta(microseconds=micros)
        query = query.where(tuple_(touched, key) > tuple_(literal(at, UtcDateTime), last_id))
    return query.order_by(touched, key)


def _code(row: Row[Any], order: Order) -> str:
    if order is Order.NEWEST:
        return str(row.id)
    return f"{(row.last_touch_at - NEVER) // timedelta(microseconds=1)}_{row.id}"


def _number(text: str | None) -> int | None:
    """The number in a code out of an address bar; None for anything else."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 18 else None  # noqa: PLR2004


def _searched(session: Session, actor: Actor, filters: Filters, size: int) -> Page:
    """Candidates by grams within the actor's scope, then read, narrowed and ranked."""
    text = filters.text.strip()[:64]
    if any(map(str.isdigit, fold(text))):  # without a digit no phone, plate or VIN is asked for
        policy.count_guess(actor, "search")
    asked = query_grams(text, parts=actor.may(Permission.CUSTOMERS_SEARCH_PARTS))
    ids = search.candidates(session, asked, within=_within(actor))
    query = _narrowed(_ROWS, filters).where(col(Customer.id).in_(ids))
    found = session.execute(query).all() if ids else []
    ranked = sorted(found, key=lambda row: (_rank(row, text), -row.id))
    return Page(
        rows=[_view(row) for row in ranked[:size]],
        is_cut=len(ids) == search.CANDIDATES or len(ranked) > size,
    )


def _rank(row: Row[Any], text: str) -> int:
    """0 is what the searcher most likely meant."""
    asked = text.casefold()
    name = row.name.casefold()
    whole = asked in {name, row.number.casefold(), (row.phone or "").removeprefix("+86")}
    return 0 if whole else 1 if name.startswith(asked) else 2 if asked in name else 3


def _within(actor: Actor) -> list[list[str]]:
    """The actor's reach as grams, alternatives of lists."""
    reach = actor.reach(READS)
    store = f"zs{actor.store_id}"
    if reach is Reach.STORE:
        return [[store]]
    if reach is Reach.OWN:
        return [[f"zo{actor.id}"], [f"zu{actor.store_id}"]]
    if reach is Reach.MEMBERS:
        return [["zm", store]] if actor.store_id is not None else [["zm"]]
    return [] if reach is Reach.ALL else [["zx"]]
