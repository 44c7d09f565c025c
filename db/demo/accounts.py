"""Who signs in to the demonstration: the stores and their people."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final

import bcrypt

from db.demo.data import table
from db.demo.dice import Dice
from db.demo.names import person
from db.grams import pinyin
from db.models import Department, Desk, Gender, Role

PASSWORD: Final = "west-lake-tea-garden"  # noqa: S105 - shown on the sign-in page, on purpose
"""The one password of all demonstration accounts."""

BCRYPT_COST: Final = 12


@dataclass(frozen=True, slots=True)
class Account:
    """One person; `store` is a store's code or None for the group's department."""

    username: str
    name: str
    role: Role
    position: str
    desk: Desk | None = None
    store: str | None = None
    left: bool = False
    """Has left the house: may not sign in, still owns files."""
    department: Department | None = None
    """Of a guest: what is asked of him."""


@dataclass(frozen=True, slots=True)
class City:
    """`area` is the telephone area code without 0, `plate` the two signs a plate begins with."""

    code: str
    name: str
    short: str
    area: str
    plate: str
    districts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shop:
    """One store as it will stand in `stores`, and where it is."""

    id: int
    code: str
    name: str
    city: City


@dataclass(frozen=True, slots=True)
class Member:
    """One person as he will stand in `users`."""

    id: int
    account: Account
    store_id: int | None


def _account(row: dict[str, Any]) -> Account:
    desk, department = row.get("desk"), row.get("department")
    return Account(
        username=row["username"],
        name=row["name"],
        role=Role(row["role"]),
        position=row["position"],
        desk=Desk(desk) if desk else None,
        store=row.get("store"),
        left=row.get("left", False),
        department=Department(department) if department else None,
    )


PEOPLE: Final[tuple[Account, ...]] = tuple(map(_account, table("staff")["people"]))
"""The people of the first three stores and of the department."""

GUESTS: Final[tuple[Account, ...]] = tuple(map(_account, table("staff")["guests"]))
"""Those of other departments who are asked for their part. Their ids come after all others', so
that nobody else changes his own."""

ACCOUNTS: Final[tuple[Account, ...]] = PEOPLE + GUESTS
"""Those of `SHOWN` stand here in its order."""

SHOWN: Final[tuple[str, ...]] = (
    "director",
    "manager",
    "sales",
    "service",
    "steward",
    "club_manager",
    "club",
    "admin",
    "guest",
)
"""The user names that the sign-in page of a demonstration lists."""


@cache
def cities() -> tuple[City, ...]:
    places = table("places")
    return tuple(
        City(
            code=row["code"],
            name=row["name"],
            short=row["short"],
            area=row["area"],
            plate=places["plate_province"] + row["plate"],
            districts=tuple(row["districts"]),
        )
        for row in places["cities"]
    )


def shops(count: int) -> list[Shop]:
    """The first stores of all cities, then the second ones, and so on.

    Raises `ValueError` for more stores than there are names.
    """
    words, form = table("places")["stores"]["words"], table("places")["stores"]["name"]
    every = [
        (f"{city.code}{number:02d}", form.format(city=city.short, word=word), city)
        for number, word in enumerate(words, 1)
        for city in cities()
    ]
    if not 0 < count <= len(every):
        raise ValueError(f"1 to {len(every)} stores, not {count}")
    return [
        Shop(number, code, name, city) for number, (code, name, city) in enumerate(every[:count], 1)
    ]


def _further(shop: Shop, dice: Dice, taken: set[str]) -> list[Account]:
    people = []
    for row in table("staff")["pattern"]:
        for _ in range(row["count"]):
            gender = dice.pick((Gender.FEMALE, Gender.FEMALE, Gender.MALE))
            name = person(dice, birth_year=dice.between(1975, 1999), gender=gender)
            plain = pinyin(name).replace(" ", "")
            username = plain
            while username in taken:
                username = f"{plain}{dice.between(2, 9999)}"
            taken.add(username)
            people.append(_account({**row, "username": username, "name": name, "store": shop.code}))
    return people


def staff(shops: list[Shop], seed: int) -> list[Member]:
    """Everybody of these stores and of the department, with ids from 1 on."""
    ids = {shop.code: shop.id for shop in shops}
    accounts = [one for one in PEOPLE if one.store is None or one.store in ids]
    taken = {one.username for one in ACCOUNTS}
    manned = {one.store for one in ACCOUNTS}
    dice = Dice()
    for shop in shops:
        if shop.code not in manned:
            dice.begin(seed, shop.id)
            accounts += _further(shop, dice, taken)
    accounts += GUESTS
    return [
        Member(number, one, ids[one.store] if one.store else None)
        for number, one in enumerate(accounts, 1)
    ]


def store_rows(shops: list[Shop]) -> list[dict[str, Any]]:
    return [
        {
            "id": shop.id,
            "code": shop.code,
            "name": shop.name,
            "city": shop.city.name,
            "is_open": True,
        }
        for shop in shops
    ]


def user_rows(members: list[Member], opened: Callable[[int], datetime]) -> list[dict[str, Any]]:
    """Rows of `users`; `opened` tells when somebody's account was made.

    All share one password, so they share one hash: 0.3 s instead of minutes.
    """
    password_hash = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(BCRYPT_COST)).decode()
    return [
        {
            "id": member.id,
            "username": member.account.username,
            "name": member.account.name,
            "role": member.account.role,
            "desk": member.account.desk,
            "store_id": member.store_id,
            "position": member.account.position,
            "is_active": not member.account.left,
            "password_hash": password_hash,
            "must_change_password": False,
            "token_version": 1,
            "language": None,
            "version": 1,
            "created_at": opened(member.id),
            "updated_at": opened(member.id),
        }
        for member in members
    ]
