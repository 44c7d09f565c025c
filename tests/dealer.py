"""A small fixed dealer group, the ground that most tests stand on.

Two stores, HZ01 (id 1) and NB01 (id 2). One active person for every role in store 1 (three
specialists, one a desk), named in `PEOPLE`; `manager2` and `sales2` in store 2. All have the
password `PASSWORD` and need not change it.
"""

import itertools
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import bcrypt
from sqlalchemy import Engine, select
from sqlmodel import Session, col

from db.engine import BEYOND_SCOPE, engine_for, read_transaction, write_transaction
from db.models import (
    Customer,
    CustomerKind,
    Desk,
    Installation,
    InstallationKind,
    Lifecycle,
    Order,
    OrderKind,
    Ownership,
    OwnershipRole,
    Post,
    PostDuty,
    Role,
    Store,
    Touch,
    TouchKind,
    User,
    ValueClass,
    Vehicle,
)
from db.place import database_url
from db.types import Base
from services.core import audit, clock
from services.core.access import Actor, Named, actor_of, system
from services.customers.summary import refresh

PASSWORD: Final = "Violet-Harbour-42"
PASSWORD_HASH: Final = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode()
SOURCE: Final = "tests"

STORES: Final = (("HZ01", "杭州西湖店", "杭州"), ("NB01", "宁波江北店", "宁波"))
PEOPLE: Final[tuple[tuple[str, Role, Desk | None, int], ...]] = (
    ("director", Role.DIRECTOR, None, 1),
    ("manager", Role.MANAGER, None, 1),
    ("sales", Role.SPECIALIST, Desk.SALES, 1),
    ("service", Role.SPECIALIST, Desk.SERVICE, 1),
    ("data", Role.SPECIALIST, Desk.DATA, 1),
    ("steward", Role.STEWARD, None, 1),
    ("club_manager", Role.CLUB_MANAGER, None, 1),
    ("club", Role.CLUB_STAFF, None, 1),
    ("admin", Role.ADMINISTRATOR, None, 1),
    ("guest", Role.GUEST, None, 1),
    ("manager2", Role.MANAGER, None, 2),
    ("sales2", Role.SPECIALIST, Desk.SALES, 2),
)


def as_system(session: Session) -> Actor:
    """Give the session the system's scope: every row, every right."""
    actor = system(SOURCE)
    session.info["scope"] = actor
    return actor


def owner() -> Engine:
    """The test's database in the hands of whoever owns it, past the wall."""
    return engine_for(database_url())


def found_dealer() -> None:
    """Stores, people and the audit entry that they came with, into the empty database at hand."""
    with write_transaction() as session:
        actor = as_system(session)
        session.add(Installation(kind=InstallationKind.REAL, created_at=clock.now()))
        for code, name, city in STORES:
            session.add(Store(code=code, name=name, city=city))
            session.flush()  # one by one: the ids are promised
        for username, role, desk, store_id in PEOPLE:
            session.add(_person(username, role, desk, store_id))
            session.flush()
        audit.record(session, actor, audit.Action.DATA_LOADED, "users", reason="foundation")


def _person(username: str, role: Role, desk: Desk | None, store_id: int) -> User:
    return User(
        username=username,
        name=f"{username} 某",
        role=role,
        desk=desk,
        store_id=store_id,
        password_hash=PASSWORD_HASH,
        must_change_password=False,
        created_at=clock.now(),
        updated_at=clock.now(),
    )


@dataclass
class Dealer:
    """The dealer in the test's own database, with short ways to put more into it."""

    url: str
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))
    _ids: dict[str, int] = field(default_factory=dict)

    def caller(self, username: str) -> Named:
        """Whom to hand to `perform` and `fetch`."""
        return Named(username, SOURCE)

    def user_id(self, username: str) -> int:
        if username not in self._ids:
            query = select(col(User.username), col(User.id))
            with read_transaction() as session:
                rows = session.execute(query, execution_options={BEYOND_SCOPE: True})
                self._ids.update((name, key) for name, key in rows)
        return self._ids[username]

    def actor(self, username: str) -> Actor:
        """The actor without a transaction, for tests of the policy itself."""
        query = select(User).where(col(User.username) == username)
        with read_transaction() as session:
            found = session.execute(query, execution_options={BEYOND_SCOPE: True})
            return actor_of(found.scalar_one(), source=SOURCE)

    def add(self, *rows: Any) -> list[int]:
        """Put rows in as the system, with their audit entry; returns their ids."""
        with write_transaction() as session:
            actor = as_system(session)
            session.add_all(rows)
            session.flush()
            audit.record(session, actor, audit.Action.DATA_LOADED, rows[0].__tablename__)
            return [getattr(row, "id", 0) for row in rows]

    def named(
        self, duty: PostDuty, who: str | None, *, store: int | None = None, days: int = 0
    ) -> int:
        """Somebody (None: nobody) named for a duty so many days ago, past the service."""
        at = clock.now() - timedelta(days=days)
        post = Post(
            duty=duty,
            store_id=store,
            user_id=None if who is None else self.user_id(who),
            from_on=clock.day_of(at),
            created_at=at,
            reason="named for tests",
        )
        [key] = self.add(post)
        return key

    def customer(
        self,
        name: str = "王小明",
        *,
        store: int = 1,
        owner: str | None = "sales",
        **values: Any,
    ) -> int:
        """One customer's file with the summary that search and lists read; returns its id.

        `owner` None puts it into the store's pool. `values` are columns of `Customer`.
        """
        serial = next(self._numbers)
        row = Customer(
            **{
                "number": f"T{serial:07d}",
                "kind": CustomerKind.PERSON,
                "name": name,
                "phone": f"+86138{serial:08d}",
                "lifecycle": Lifecycle.POTENTIAL,
                "value_class": ValueClass.ORDINARY,
                "store_id": store,
                "owner_id": self.user_id(owner) if owner else None,
                **values,
            }
        )
        with write_transaction() as session:  # both or none: a running app's sweep looks for gaps
            actor = as_system(session)
            session.add(row)
            session.flush()
            refresh(session, row.id)
            audit.record(session, actor, audit.Action.DATA_LOADED, row.__tablename__)
            return row.id

    def summarise(self, customer_id: int) -> None:
        """Derive the customer's summary anew, as every command that changes a file does."""
        with write_transaction() as session:
            as_system(session)
            refresh(session, customer_id)

    def vehicle(self, customer_id: int, **values: Any) -> int:
        """One car that the customer owns, in his store and his keeper's hands; returns its id."""
        serial = next(self._numbers)
        [key] = self.add(
            Vehicle(
                **{
                    "vin": f"LSVAA4182E2{serial:06d}",
                    "plate": f"浙A{serial:05d}",
                    "brand": "Aurora",
                    "model": "A7",
                    **self._scope_of(customer_id),
                    **values,
                }
            )
        )
        self.add(
            Ownership(
                vehicle_id=key,
                customer_id=customer_id,
                role=OwnershipRole.OWNER,
                **self._scope_of(customer_id),
            )
        )
        self.summarise(customer_id)
        return key

    def order(self, customer_id: int, **values: Any) -> int:
        """One sale (or what `values` say) of the customer; returns its id."""
        [key] = self.add(
            Order(
                **{
                    "kind": OrderKind.SALE,
                    "number": f"O{next(self._numbers):07d}",
                    "customer_id": customer_id,
                    "ordered_on": datetime(2026, 5, 4, tzinfo=UTC).date(),
                    "amount_fen": 12_800_000,
                    **self._scope_of(customer_id),
                    **values,
                }
            )
        )
        return key

    def touch(self, customer_id: int, **values: Any) -> int:
        """One call (or what `values` say) with the customer; returns its id."""
        [key] = self.add(
            Touch(
                **{
                    "customer_id": customer_id,
                    "at": clock.now(),
                    "kind": TouchKind.CALL,
                    "summary": "asked for a test drive",
                    **self._scope_of(customer_id),
                    **values,
                }
            )
        )
        self.summarise(customer_id)
        return key

    def row(self, model: type[Base], key: int) -> Any:
        """One row as the system sees it."""
        with read_transaction() as session:
            as_system(session)
            query = select(model).where(col(model.id) == key)  # type: ignore[attr-defined]
            return session.execute(query).scalar_one()

    def rows(self, model: Any) -> list[Any]:
        """All rows of a table as the system sees them."""
        with read_transaction() as session:
            as_system(session)
            return list(session.execute(select(model)).scalars())

    def _scope_of(self, customer_id: int) -> dict[str, Any]:
        row = self.row(Customer, customer_id)
        return {"store_id": row.store_id, "owner_id": row.owner_id}
