"""What should be done for a customer next, read off his file."""

from datetime import date, timedelta
from typing import Final

from services.core import clock
from services.core.words import N_
from services.customers.views import NextAction, Urgency, VehicleView

AHEAD: Final = timedelta(days=60)
SOON: Final = timedelta(days=14)
BEHIND: Final = timedelta(days=90)
"""A date that passed longer ago than this is a stale datum, not a thing to do today."""

CAR_DATES: Final = {
    "insurance_until": N_("Insurance of {car} ends"),
    "inspection_due_on": N_("Inspection of {car} is due"),
    "warranty_until": N_("Warranty of {car} ends"),
}


def next_actions(
    born: date | None, vehicles: list[VehicleView], planned: date | None, missing: tuple[str, ...]
) -> list[NextAction]:
    """Dated things first, the most urgent on top; then the gaps of the file.

    `born` is None also for whoever sees the birthday masked: its day would be told by the way.
    """
    today = clock.today()
    found: list[NextAction] = []
    if planned is not None:
        found.append(_dated(N_("Contact as promised"), planned, today))
    for vehicle in vehicles:
        if vehicle.is_current:
            found += _car_actions(vehicle, today)
    if birthday := _next_birthday(born, today):
        found.append(_dated(N_("Birthday"), birthday, today))
    found.sort(key=lambda action: action.due_on or date.max)
    if missing:
        found.append(
            NextAction(
                N_("Gaps to fill in the file: {n}"), {"n": len(missing)}, None, Urgency.LATER
            )
        )
    return found


def _car_actions(vehicle: VehicleView, today: date) -> list[NextAction]:
    name = vehicle.values["plate"] or vehicle.values["model"] or vehicle.values["vin"] or ""
    return [
        _dated(msgid, day, today, car=name)
        for field, msgid in CAR_DATES.items()
        if (day := vehicle.values[field]) and today - BEHIND <= day <= today + AHEAD
    ]


def _dated(msgid: str, day: date, today: date, **params: object) -> NextAction:
    urgency = (
        Urgency.OVERDUE if day < today else Urgency.SOON if day <= today + SOON else Urgency.LATER
    )
    return NextAction(msgid, dict(params), day, urgency)


def _next_birthday(born: date | None, today: date) -> date | None:
    """The next birthday if it is near; 29 February is kept on the 28th."""
    if born is None:
        return None
    for year in (today.year, today.year + 1):
        try:
            day = born.replace(year=year)
        except ValueError:
            day = date(year, 2, 28)
        if today <= day <= today + SOON:
            return day
    return None
