"""What is kept of complaints for figures is always what their events say."""

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from db.models import ComplaintEvent, EventKind, Severity
from services import calendars, kpi
from services.calendars import SetDays
from services.complaints import accounts
from services.core import clock
from services.core.run import fetch, perform
from tests.dealer import Dealer
from tests.services.test_complaint_figures import DAY, HOUR, NOW, looks, story  # noqa: F401

K = EventKind
MAY = datetime(2026, 5, 4, 2, 0, tzinfo=UTC)
DEEDS = (K.ACKNOWLEDGED, K.CONTACTED, K.PROPOSED, K.PAUSED, K.RESUMED, K.REPLIED, K.CONFIRMED)
TIMES = [(date(2026, 5, 1), date(2026, 5, day)) for day in (6, 9, 13, 31)]
TIMES.append((date(2026, 5, 20), date(2026, 6, 5)))


@pytest.fixture(autouse=True)
def on_friday(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


def figures(dealer: Dealer) -> list[Any]:
    """All there are, of times that end before, between and after what happens."""
    caller = dealer.caller("director")
    codes = tuple(kpi.METRICS)
    return [fetch(kpi.figures, caller, codes, since, until) for since, until in TIMES]


def anew(dealer: Dealer, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The same with nothing kept."""
    with monkeypatch.context() as empty:
        empty.setattr(accounts, "_shelf", accounts._Shelf(room=0))
        return figures(dealer)


def lives(dice: random.Random) -> list[tuple[Any, ...]]:
    """What happens to a complaint, one thing after the other, at any distance."""
    after, told = timedelta(), []
    for kind in dice.sample(DEEDS, dice.randrange(1, len(DEEDS))):
        after += dice.choice([HOUR, 3 * HOUR, DAY, 4 * DAY])
        details = {"is_answer": dice.random() < 0.5, "was_reached": True}
        if kind is K.CONTACTED:
            told.append((after, kind, {"details": details}))
        else:
            told.append((after, kind, {"severity": dice.choice(list(Severity))}))
    if dice.random() < 0.6:
        told.append((after + HOUR, K.CLOSED))
        told.append((after + DAY, K.SURVEYED, {"details": {"satisfaction": dice.randint(1, 5)}}))
    return told


def test_kept_figures_are_those_read_anew(
    dealer: Dealer,
    story: Callable[..., int],  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
):
    """Also of what is written down late, and of times that ended in between."""
    dice = random.Random(20261130)
    keys = [story(*lives(dice), at=MAY + n * 2 * DAY) for n in range(12)]
    for _ in range(4):
        assert figures(dealer) == anew(dealer, monkeypatch)
        some = dice.sample(keys, 4)
        for key in some:
            late(dealer, key, MAY + dice.randrange(30) * DAY)
    assert figures(dealer) == anew(dealer, monkeypatch)


def late(dealer: Dealer, key: int, at: datetime) -> None:
    """A talk of long ago that is written down now, after all else that is known."""
    last = max(
        (one for one in dealer.rows(ComplaintEvent) if one.complaint_id == key),
        key=lambda one: one.seq,
    )
    values = last.model_dump(exclude={"id"}) | {"seq": last.seq + 1, "kind": K.CONTACTED}
    told = {"at": at, "recorded_at": NOW, "details": {"is_answer": True, "was_reached": True}}
    dealer.add(ComplaintEvent(**values | told))


def test_a_corrected_calendar_is_not_kept_out(
    dealer: Dealer,
    story: Callable[..., int],  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
):
    story((DAY, K.ACKNOWLEDGED), (2 * DAY, K.CLOSED), at=MAY + 2 * DAY)
    before = figures(dealer)
    form = SetDays(
        request_id=uuid4(),
        reason="closed by the flood",
        first_on=date(2026, 5, 7),
        last_on=date(2026, 5, 7),
        hours="",
        corrects_past=True,
    )
    perform(calendars.set_days, dealer.caller("director"), form)
    after = figures(dealer)
    assert after != before
    assert after == anew(dealer, monkeypatch)


def test_events_are_read_once_and_only_of_what_is_new(
    dealer: Dealer,
    story: Callable[..., int],  # noqa: F811
):
    """A look again costs one statement less, however many complaints there are."""
    for n in range(5):
        story((HOUR, K.CLOSED), at=MAY + n * DAY)

    def look() -> None:
        fetch(kpi.figures, dealer.caller("director"), ("MTTR",), *TIMES[3])

    look()
    few = looks(look)
    for n in range(5):
        story((HOUR, K.CLOSED), at=MAY + n * DAY)
    assert [looks(look), looks(look)] == [few + 1, few]


def test_a_full_shelf_makes_room(
    dealer: Dealer,
    story: Callable[..., int],  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
):
    shelf = accounts._Shelf(room=3)
    monkeypatch.setattr(accounts, "_shelf", shelf)
    for n in range(5):
        story((HOUR, K.CLOSED), at=MAY + n * DAY)
    found = figures(dealer)
    assert len(shelf._accounts) == 3
    assert found == figures(dealer)
