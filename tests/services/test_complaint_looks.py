"""The ledger asks the database as often for a full screen as for a few rows."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from db.models import Complaint
from services import complaints
from services.complaints import Filters, Part
from services.core import clock
from services.core.run import fetch
from tests.dealer import Dealer
from tests.services.complaint_deeds import FRIDAY, laid
from tests.services.test_complaint_boards import statements

FEW, MANY = 2, 60

LOOKS: dict[str, Callable[[Any], Any]] = {
    "wall": lambda who: fetch(complaints.wall, who),
    "ledger": lambda who: fetch(complaints.page, who),
    "filtered": lambda who: fetch(complaints.page, who, Filters(part=Part.OPEN, store_id=1)),
    "search": lambda who: fetch(complaints.page, who, Filters(text="202606-00")),
}


def looks(read: Callable[[Any], Any], who: Any) -> int:
    read(who)  # what is kept, such as the calendar, is read now
    with statements() as sent:
        read(who)
    return len(sent)


@pytest.mark.parametrize("role", ["manager", "service"])
def test_a_full_screen_takes_no_more_looks_than_a_few_rows(
    dealer: Dealer, monkeypatch: pytest.MonkeyPatch, role: str
) -> None:
    monkeypatch.setattr(clock, "now", lambda: FRIDAY)
    who = dealer.caller(role)

    def lay(first: int, last: int) -> None:
        for serial in range(first, last + 1):
            laid(
                dealer,
                f"TS-202606-{serial:04d}",
                "sales" if serial % 2 else "service",
                next_due_at=FRIDAY + timedelta(hours=serial),
            )

    lay(1, FEW)
    few = {name: looks(read, who) for name, read in LOOKS.items()}
    lay(FEW + 1, MANY)
    assert len(fetch(complaints.wall, who)) == len(dealer.rows(Complaint)) == MANY
    assert {name: looks(read, who) for name, read in LOOKS.items()} == few
    assert min(few.values()) > 1
