"""Papers in the archive and consents: what is there, what is missing, what was taken back."""

from datetime import date, timedelta
from typing import Any

from db.demo.data import table
from db.demo.dice import Dice, Weighted
from db.demo.people import File, Row
from db.demo.world import World
from db.models import (
    Channel,
    DocumentKind,
    DocumentStatus,
    Lifecycle,
    OrderKind,
    Purpose,
    RepairKind,
)

_KEPT_YEARS = 10
_YEAR = 365
_STATES = Weighted(
    {DocumentStatus.IN_PLACE: 93, DocumentStatus.BORROWED: 4, DocumentStatus.DESTROYED: 3}
)
_OF_SALE = (DocumentKind.PURCHASE_CONTRACT, DocumentKind.LICENCE, DocumentKind.INSURANCE)
_OF_SERVICE = {
    RepairKind.MAINTENANCE.value: (DocumentKind.MAINTENANCE_RECORD,),
    RepairKind.REPAIR.value: (DocumentKind.JOB_ORDER, DocumentKind.SETTLEMENT),
    RepairKind.WARRANTY.value: (DocumentKind.JOB_ORDER,),
    RepairKind.BODY.value: (DocumentKind.JOB_ORDER, DocumentKind.SETTLEMENT),
}
_PURPOSES = (
    (Purpose.SERVICE_CALLS, 0.9),
    (Purpose.MARKETING, 0.45),
    (Purpose.SURVEY, 0.3),
    (Purpose.SHARING, 0.06),
)


def _place(dice: Dice) -> str:
    life = table("life")
    return str(
        life["archive_place"].format(
            room=dice.pick(life["archive_rooms"]),
            cabinet=dice.pick("ABCDEFGH"),
            box=dice.between(1, 40),
            slot=dice.between(1, 50),
        )
    )


def _document(
    world: World, dice: Dice, file: File, kind: DocumentKind, about: tuple[int | None, str, date]
) -> Row:
    """One paper. `about` is the order's id and number (None and "" without one) and its day."""
    order_id, title, day = about
    missing = dice.chance(0.02 + file.gaps / 2)
    status = DocumentStatus.MISSING if missing else _STATES.draw(dice)
    at = world.instant(dice, min(world.last, day.toordinal() + dice.between(0, 3)))
    file.papers.append(status.value)
    return {
        "customer_id": file.id,
        "order_id": order_id,
        "kind": kind.value,
        "title": title,
        "status": status.value,
        "place": "" if missing or status is DocumentStatus.DESTROYED else _place(dice),
        "retain_until": day + timedelta(days=_KEPT_YEARS * _YEAR),
        "version": 1,
        "created_at": at,
        "updated_at": at,
        **file.scope,
    }


def documents(world: World, dice: Dice, file: File, orders: list[Row]) -> list[Row]:
    """The papers of one file, without ids: all of sales, some of services, the contract of old."""
    rows = []
    for order in orders:
        about = (order["id"], order["number"], order["ordered_on"])
        if order["kind"] == OrderKind.SALE.value:
            kinds: tuple[DocumentKind, ...] = _OF_SALE
        elif dice.chance(0.4):
            kinds = _OF_SERVICE[order["repair_kind"]]
        else:
            continue
        rows += [_document(world, dice, file, kind, about) for kind in kinds]
    has_sale = any(order["kind"] == OrderKind.SALE.value for order in orders)
    if not has_sale and file.links and not dice.chance(file.gaps):
        about_old = (None, "", date.fromordinal(file.created))
        rows.append(_document(world, dice, file, DocumentKind.PURCHASE_CONTRACT, about_old))
    return rows


def _consent(world: World, dice: Dice, file: File, purpose: Purpose) -> Row:
    life = table("life")
    day = min(world.last, file.created + dice.between(0, 40))
    given = world.instant(dice, day)
    withdrawn = None
    if dice.chance(0.12 if purpose is Purpose.MARKETING else 0.04) and day < world.last:
        withdrawn = world.instant(dice, dice.between(day + 1, world.last))
    elif purpose is Purpose.SERVICE_CALLS:
        file.may_be_called = True
    channel: Any = dice.pick((Channel.PHONE, Channel.WECHAT, None)) if dice.chance(0.5) else None
    return {
        "customer_id": file.id,
        "purpose": purpose.value,
        "channel": channel.value if channel else None,
        "wording_version": dice.pick(life["wordings"]),
        "proof": dice.pick(life["proofs"]),
        "given_at": given,
        "withdrawn_at": withdrawn,
        **file.scope,
    }


def consents(world: World, dice: Dice, file: File) -> list[Row]:
    """The consents of one customer, without ids; a withdrawn one stays and says so."""
    is_potential = file.lifecycle == Lifecycle.POTENTIAL.value
    asked = [
        purpose
        for purpose, share in _PURPOSES
        if dice.chance(share * (1 - file.gaps) * (0.75 if is_potential else 1))
    ]
    if file.row["is_member"]:
        asked.append(Purpose.CLUB)
    return [_consent(world, dice, file, purpose) for purpose in asked]
