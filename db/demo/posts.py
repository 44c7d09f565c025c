"""Whom the demonstration dealer has named for standing duties, and a fortnight of its mailbox."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import Connection, insert

from db.demo.accounts import Member, Shop
from db.demo.data import table
from db.demo.dice import Dice
from db.demo.people import Row
from db.demo.world import CHINA, World
from db.demo.writers import table_of
from db.models import MailboxCheck, Post

_OF_MAILBOX: Final = (1 << 39) + (1 << 38)
"""Where its dice begin: apart from all others."""
_EARLY, _LATE = time(8, 40), time(10, 45)
_HOUR: Final = 60


def write_posts(
    connection: Connection, world: World, shops: Sequence[Shop], members: Sequence[Member]
) -> None:
    """The people named, by the director or a store's manager; the looks up to the eve of today."""
    told = table("posts")
    people = {member.account.username: member.id for member in members}
    places = {shop.code: shop.id for shop in shops}
    rows = [
        _post(world, one, people, places)
        for one in told["posts"]
        if one["username"] in people and one.get("store") in {None, *places}
    ]
    connection.execute(insert(table_of(Post)), rows)
    keeper = next(row["user_id"] for row in reversed(rows) if row["duty"] == "mailbox")
    connection.execute(insert(table_of(MailboxCheck)), _looks(world, keeper, told["looks"]))


def _post(
    world: World, one: Mapping[str, Any], people: Mapping[str, int], places: Mapping[str, int]
) -> Row:
    begun = max(world.as_of - timedelta(days=one["from_days"]), date.fromordinal(world.begin))
    store = one.get("store")
    return {
        "duty": one["duty"],
        "store_id": places[store] if store else None,
        "user_id": people[one["username"]],
        "from_on": begun,
        "created_at": datetime.combine(begun - timedelta(days=1), time(9), tzinfo=UTC),
        "author_id": people["manager" if store else "director"],
        "reason": one["reason"],
    }


def _looks(world: World, keeper: int, told: Mapping[str, Any]) -> list[Row]:
    """One a day, early, now and then a second one; on one day none, on one too late."""
    dice = Dice()
    dice.begin(world.seed, _OF_MAILBOX)
    rows: list[Row] = []
    for ago in range(told["days"], 0, -1):
        day = world.as_of - timedelta(days=ago)
        if ago == told["missed"]:
            continue
        hours = [_LATE if ago == told["late"] else _EARLY]
        if dice.chance(0.3):
            hours.append(time(16, 5))
        for hour in hours:
            at = datetime.combine(day, hour, tzinfo=CHINA) + timedelta(minutes=dice.below(_HOUR))
            new = dice.below(6)
            rows.append(
                {
                    "at": at.astimezone(UTC),
                    "user_id": keeper,
                    "new_count": new,
                    "made_count": dice.below(2) if new else 0,
                    "note": dice.pick(told["notes"]),
                }
            )
    return rows
