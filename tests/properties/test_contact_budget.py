"""Whatever is to be done with a customer, nobody contacts him more often than the rule allows.

Random days of a customer are lived through: each day what the rule lets pass is tried, and reached
or not. What came of it is then looked at by itself, without asking the rule.
"""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db.models import Hold, Trigger, VisitKind
from services.visits.budget import (
    ALWAYS,
    TOGETHER,
    UNSPACED,
    Contact,
    Norms,
    Standing,
    Wanted,
    rule,
)
from services.visits.preferred import ANY_DAY

FIRST = date(2026, 6, 1)
DAYS = 60
NORMS = Norms()

days = st.integers(0, DAYS - 1).map(lambda n: FIRST + timedelta(days=n))
courses = st.none() | st.tuples(st.integers(1, 3), st.sampled_from(["order:1", "order:2"]))


@st.composite
def wanted(draw: st.DrawFn, key: int) -> Wanted:
    begin = draw(days)
    return Wanted(
        id=key,
        kind=draw(st.sampled_from(VisitKind)),
        trigger=draw(st.sampled_from(Trigger)),
        course=draw(courses),
        is_marketing=draw(st.booleans()),
        priority=draw(st.integers(0, 9)),
        due_from=begin,
        expires_on=begin + timedelta(days=draw(st.integers(0, 40))),
    )


@dataclass
class Life:
    """What happens to one customer."""

    tasks: list[Wanted]
    known_on: list[date]
    """On which day each task is there."""
    reached: list[bool]
    """Whether he answers, of day after day."""
    silent: tuple[date, date] | None
    """He says on the first day that nobody is to contact him until the second."""
    complaint: tuple[date, date] | None
    contacts: list[tuple[date, list[Wanted]]] = field(default_factory=list)

    def live(self, norms: Norms) -> "Life":
        open_still = {one.id: one for one in self.tasks}
        for n in range(DAYS + 45):
            today = FIRST + timedelta(days=n)
            there = [
                one
                for one, on in zip(self.tasks, self.known_on, strict=True)
                if one.id in open_still and on <= today <= one.expires_on
            ]
            rulings = rule(there, self.standing(today), today, norms)
            for one in there:
                ruling = rulings[one.id]
                if ruling.into is not None or ruling.free_on is None or ruling.free_on > today:
                    continue
                made = [one, *(each for each in there if rulings[each.id].into == one.id)]
                if self.reached[n % len(self.reached)]:
                    self.contacts.append((today, made))
                    for each in made:
                        del open_still[each.id]
        return self

    def standing(self, today: date) -> Standing:
        return Standing(
            [
                Contact(on, frozenset(one.course for one in made if one.course))
                for on, made in self.contacts
            ],
            self.silent[1] if self.silent and self.silent[0] <= today else None,
            bool(self.complaint and self.complaint[0] <= today <= self.complaint[1]),
        )

    def wrongs(self) -> list[str]:
        """Contacts that should not have been, found by looking at each by itself."""
        found = []
        for n, (on, made) in enumerate(self.contacts):
            if all(one.trigger not in UNSPACED for one in made):
                for before, others in self.contacts[:n]:
                    is_other = not {o.course for o in others if o.course} & {
                        m.course for m in made if m.course
                    }
                    if is_other and (on - before).days < NORMS.spacing:
                        found.append(f"{on}: again after {before}")
            if len(made) > 1 and any(one.kind not in TOGETHER for one in made):
                found.append(f"{on}: a visit made by telephone")
            if self.complaint and self.complaint[0] <= on <= self.complaint[1]:
                found += [f"{on}: offered to who complains" for one in made if one.is_marketing]
            if self.silent and self.silent[0] <= on <= self.silent[1]:
                found += [f"{on}: unwanted" for one in made if one.trigger not in ALWAYS]
            found += [
                f"{on}: too early" for one in made if (one.due_from - on).days > NORMS.together
            ]
            found += [f"{on}: too late" for one in made if one.expires_on < on]
        return found


@st.composite
def spans(draw: st.DrawFn) -> tuple[date, date]:
    begin = draw(days)
    return begin, begin + timedelta(days=draw(st.integers(0, 30)))


@st.composite
def lives(draw: st.DrawFn) -> Life:
    tasks = [draw(wanted(key)) for key in range(1, draw(st.integers(1, 9)) + 1)]
    return Life(
        tasks,
        [max(FIRST, one.due_from - timedelta(days=draw(st.integers(0, 20)))) for one in tasks],
        draw(st.lists(st.booleans(), min_size=1, max_size=7)),
        draw(st.none() | spans()),
        draw(st.none() | spans()),
    )


@settings(max_examples=1500, deadline=None)
@given(lives())
def test_nobody_is_contacted_more_often_than_the_rule_allows(life: Life):
    assert life.live(NORMS).wrongs() == []


@pytest.mark.parametrize("norms", [Norms(spacing=1), Norms(together=9)])
def test_that_a_weaker_rule_is_noticed(norms: Norms):
    """The look at the contacts finds what a rule of fewer days lets pass."""

    @settings(max_examples=400, deadline=None, database=None, derandomize=True)
    @given(lives())
    def look(life: Life) -> None:
        assert life.live(norms).wrongs() == []

    with pytest.raises(AssertionError):
        look()


@settings(max_examples=500, deadline=None)
@given(lives())
def test_the_rule_holds_nobody_back_for_nothing(life: Life):
    """A single task of somebody whom nothing keeps is free on its first day."""
    for one in life.tasks:
        ruling = rule([one], Standing(), FIRST, NORMS)[one.id]
        assert (ruling.free_on, ruling.hold, ruling.into) == (max(FIRST, one.due_from), None, None)


# ---- by name


def task(key: int, day: int, **more: object) -> Wanted:
    values = {
        "kind": VisitKind.CALL,
        "trigger": Trigger.REPAIR,
        "course": (1, f"order:{key}"),
        "is_marketing": False,
        "priority": 5,
        "due_from": FIRST + timedelta(days=day),
        "expires_on": FIRST + timedelta(days=day + 12),
    }
    return Wanted(id=key, **{**values, **more})  # type: ignore[arg-type]


def on(day: int) -> date:
    return FIRST + timedelta(days=day)


def test_a_sale_and_a_repair_two_days_apart_are_one_call():
    """B1."""
    found = rule([task(1, 3, priority=7), task(2, 5)], Standing(), on(3), NORMS)
    assert (found[1].free_on, found[1].into) == (on(3), None)
    assert (found[2].free_on, found[2].into) == (on(3), 1)


def test_the_heavier_one_leads_on_the_first_day():
    found = rule([task(1, 3), task(2, 5, priority=8)], Standing(), on(3), NORMS)
    assert (found[2].free_on, found[2].into, found[1].into) == (on(3), None, 2)


def test_steps_of_one_course_stay_apart_and_do_not_wait_for_each_other():
    course = (1, "order:1")
    steps = [task(n, day, course=course) for n, day in enumerate((1, 3, 7), start=1)]
    found = rule(steps, Standing(), on(0), NORMS)
    assert [found[n].free_on for n in (1, 2, 3)] == [on(1), on(3), on(7)]
    assert all(found[n].into is None for n in (1, 2, 3))


def test_another_contact_waits_until_a_week_has_passed():
    reached = Standing([Contact(on(2), frozenset({(1, "order:9")}))])
    found = rule([task(1, 4)], reached, on(4), NORMS)
    assert (found[1].free_on, found[1].hold) == (on(9), Hold.SPACING)


def test_who_complained_or_asked_for_it_does_not_wait():
    reached = Standing([Contact(on(3))])
    for trigger in UNSPACED:
        assert rule([task(1, 4, trigger=trigger)], reached, on(4), NORMS)[1].free_on == on(4)


def test_an_offer_waits_for_the_complaint_and_a_service_call_does_not():
    standing = Standing(has_open_complaint=True)
    found = rule([task(1, 4, is_marketing=True), task(2, 4)], standing, on(4), NORMS)
    assert (found[1].free_on, found[1].hold) == (None, Hold.OPEN_COMPLAINT)
    assert found[2].free_on == on(4)


def test_who_does_not_want_it_is_left_alone_until_then():
    standing = Standing(do_not_contact_until=on(20))
    found = rule([task(1, 4, expires_on=on(40)), task(2, 4)], standing, on(4), NORMS)
    assert (found[1].free_on, found[1].hold) == (on(21), Hold.DO_NOT_CONTACT)
    assert found[2].free_on is not None
    assert found[2].free_on > on(16)  # beyond its last day: not made


def test_a_visit_is_not_made_by_telephone():
    found = rule([task(1, 3), task(2, 3, kind=VisitKind.VISIT)], Standing(), on(3), NORMS)
    assert found[2].into is None
    assert found[2].free_on == on(10)


SPACED = sorted(set(Trigger) - UNSPACED)


@st.composite
def wishes(draw: st.DrawFn) -> tuple[Wanted, Standing]:
    """One contact that may wait, of somebody whom some weekdays suit."""
    one = replace(draw(wanted(1)), trigger=draw(st.sampled_from(SPACED)), is_marketing=False)
    reached = draw(st.lists(st.integers(1, 20), max_size=3))
    contacts = [Contact(one.due_from - timedelta(days=n)) for n in reached]
    suits = draw(st.frozensets(st.integers(0, 6), min_size=1))
    return one, Standing(contacts, weekdays=suits)


@settings(max_examples=800, deadline=None)
@given(wishes())
def test_the_first_day_in_time_that_suits_him(wish: tuple[Wanted, Standing]):
    """A day that does not suit is right only where none in time does."""
    one, standing = wish
    plain = rule([one], replace(standing, weekdays=ANY_DAY), one.due_from, NORMS)[1].free_on
    suited = rule([one], standing, one.due_from, NORMS)[1].free_on
    assert plain is not None
    span = range(max(0, (one.expires_on - plain).days + 1))
    in_time = [plain + timedelta(days=n) for n in span]
    fitting = [day for day in in_time if day.weekday() in standing.weekdays]
    assert suited == (fitting[0] if fitting else plain)


def test_a_wish_moves_what_is_made_together_and_not_what_he_asked_for():
    saturdays = Standing(weekdays=frozenset({5}))
    found = rule([task(1, 3, priority=7), task(2, 5)], saturdays, on(3), NORMS)
    assert (found[1].free_on, found[1].hold) == (on(5), Hold.PREFERRED_DAYS)  # 6 June 2026
    assert found[2].into == 1
    asked = rule([task(1, 3, trigger=Trigger.NEXT_DATE)], saturdays, on(3), NORMS)
    assert asked[1].free_on == on(3)


def test_who_took_back_his_consent_is_offered_nothing_and_who_took_it_all_back_is_left_alone():
    offers = Standing(may_offer=False)
    found = rule([task(1, 4, is_marketing=True), task(2, 4)], offers, on(4), NORMS)
    assert (found[1].free_on, found[1].hold) == (None, Hold.NO_CONSENT)
    assert found[2].free_on == on(4)
    calls = Standing(may_call=False)
    asked = task(2, 4, trigger=Trigger.COMPLAINT)
    found = rule([task(1, 4), asked], calls, on(4), NORMS)
    assert (found[1].free_on, found[1].hold) == (None, Hold.NO_CONSENT)
    assert found[2].free_on == on(4)
