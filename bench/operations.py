"""What is measured, one entry each. A new feature appends its own to `OPERATIONS`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

from bench.driving import Visitor
from db.grams import pinyin
from services import complaints, customers, visits
from services.core.access import Named
from services.core.run import fetch
from services.core.words import N_
from services.customers import Filters

WHO: Final = "director"
"""The role that sees most, and so pays most."""
NEIGHBOUR: Final = "manager"
"""Of his store is the customer that is looked at, so that the store's people see him too."""

TIMES_FLOOR: Final = 1.5
TIMES_EMPTY_OF_A_LIST: Final = 4.0
TIMES_EMPTY_OF_A_FILE: Final = 5.0
TIMES_EMPTY_AFTER_SIGN_IN: Final = 2.0
TIMES_SMALLEST: Final = 1.2
"""A larger dealer may cost so much more than the smallest that was measured."""
TIMES_ALONE: Final = 5.0
"""The slow runs of many people beside the slow runs of one."""


@dataclass(frozen=True)
class Contact:
    """One of the visit plan, as it was shown, and whoever would be the first to make it."""

    id: int
    version: int
    caller_id: int


@dataclass(frozen=True)
class Subject:
    """What the operations of one dealer are about: a customer from the middle of the numbers, and
    a complaint."""

    customer_id: int
    name_part: str
    initials: str
    phone_part: str
    complaint_id: int
    complaint_part: str
    """Of its number: digits of its month and all of its serial."""
    store_id: int
    """Where the complaint belongs."""
    contacts: tuple["Contact", ...]
    """That nobody has taken. Results are written down from the first one on, moves are made from
    the last one on; one in the middle is only looked at."""


Step = Callable[[Visitor, Subject, int], None]
"""Does something as a visitor, for the nth time."""


def nothing_first(_visitor: Visitor, _subject: Subject, _nth: int) -> None:
    """No step before the measured one."""


@dataclass(frozen=True)
class Operation:
    """`act` is measured, `approach` brings the tab to where it begins."""

    name: str
    words: str
    """A msgid."""
    act: Step
    approach: Step = nothing_first
    writes: bool = False
    for_everyone: bool = True
    """Whether whoever is at work in the office may do it, see `running.OFFICE`."""
    times_empty: float | None = None
    times_floor: float = TIMES_FLOOR


def _searching(part: Callable[[Subject], str]) -> dict[str, Any]:
    def first(visitor: Visitor, _subject: Subject, _nth: int) -> None:
        visitor.open("customers")

    def search(visitor: Visitor, subject: Subject, _nth: int) -> None:
        visitor.type("customers.search", part(subject))

    return {"approach": first, "act": search, "times_empty": TIMES_EMPTY_OF_A_LIST}


def _begin_an_edit(visitor: Visitor, subject: Subject, nth: int) -> None:
    visitor.open("customers", f"id={subject.customer_id}&edit=1")
    visitor.type(":hobbies:", f"tennis {nth}")


def _begin_a_customer(visitor: Visitor, _subject: Subject, nth: int) -> None:
    visitor.open("customers")
    visitor.press(words=N_("New customer"))
    visitor.type("customers.create:name:", f"Bench {nth:05d}")
    visitor.type("customers.create:phone:", phone(nth))


def _searching_complaints(visitor: Visitor, subject: Subject, _nth: int) -> None:
    visitor.type("complaints.search", subject.complaint_part)


def _open_all_complaints(visitor: Visitor, _subject: Subject, _nth: int) -> None:
    visitor.open("complaints", "view=ledger")


def _open_some_complaints(visitor: Visitor, subject: Subject, _nth: int) -> None:
    visitor.open("complaints", f"view=ledger&part=closed&store={subject.store_id}&level=l2")


def _begin_a_complaint(visitor: Visitor, _subject: Subject, nth: int) -> None:
    visitor.open("complaints")
    visitor.press(words=N_("Register"))
    visitor.type("complaints.register:words:", f"waited too long {nth}")
    visitor.choose("complaints.register:category_id:")
    visitor.type("complaints.register:person:", f"Bench {nth:05d}")


def _register(visitor: Visitor, _subject: Subject, _nth: int) -> None:
    visitor.press(key="complaints.register:send")


def _begin_to_acknowledge(visitor: Visitor, subject: Subject, nth: int) -> None:
    """Of a complaint of its own, which leads to its case once it is registered."""
    _begin_a_complaint(visitor, subject, nth)
    _register(visitor, subject, nth)
    visitor.press(key="deed:next")
    visitor.type("complaints.acknowledge:", f"told the number {nth}")


def _contact(subject: Subject, nth: int) -> Contact:
    return subject.contacts[nth % len(subject.contacts)]


def _open_a_call(visitor: Visitor, subject: Subject, nth: int) -> None:
    visitor.open("visits", f"task={_contact(subject, nth).id}")


def _open_the_week(visitor: Visitor, subject: Subject, _nth: int) -> None:
    visitor.open("visits", f"view=week&store={subject.store_id}")


def _move_a_card(visitor: Visitor, subject: Subject, nth: int) -> None:
    """To whoever should make it; the day stays."""
    one = _contact(subject, -1 - nth)
    move = {"id": one.id, "version": one.version, "row": f"p{one.caller_id}", "col": "late"}
    visitor.tell("visits:week", "moved", move | {"stays": True, "request": str(uuid4())})


def phone(nth: int) -> str:
    """The nth mobile number of a range that the demonstration dealer does not use."""
    return f"192{nth:08d}"


OPERATIONS: Final = (
    Operation(
        "list_first",
        N_("First page of the customers"),
        lambda visitor, _subject, _nth: visitor.open("customers"),
        times_empty=TIMES_EMPTY_OF_A_LIST,
    ),
    Operation(
        "list_deep",
        N_("A page deep in the list"),
        lambda visitor, subject, _nth: visitor.open("customers", f"after={subject.customer_id}"),
        times_empty=TIMES_EMPTY_OF_A_LIST,
    ),
    Operation("search_name", N_("Search by part of a name"), **_searching(lambda s: s.name_part)),
    Operation(
        "search_phone", N_("Search by part of a phone"), **_searching(lambda s: s.phone_part)
    ),
    Operation("search_pinyin", N_("Search by pinyin initials"), **_searching(lambda s: s.initials)),
    Operation(
        "file_open",
        N_("Open a 360 view"),
        lambda visitor, subject, _nth: visitor.open("customers", f"id={subject.customer_id}"),
        times_empty=TIMES_EMPTY_OF_A_FILE,
    ),
    Operation(
        "customer_create",
        N_("Make a file"),
        lambda visitor, _subject, _nth: visitor.press(key="drawer.save"),
        approach=_begin_a_customer,
        writes=True,
    ),
    Operation(
        "edit_save",
        N_("Save a correction"),
        lambda visitor, _subject, _nth: visitor.press(words=N_("Save")),
        approach=_begin_an_edit,
        writes=True,
    ),
    Operation(
        "complaints_wall",
        N_("The wall of complaints"),
        lambda visitor, _subject, _nth: visitor.open("complaints"),
        times_empty=TIMES_EMPTY_OF_A_LIST,
    ),
    Operation(
        "complaints_list",
        N_("First page of the complaints"),
        _open_all_complaints,
        times_empty=TIMES_EMPTY_OF_A_LIST,
    ),
    Operation(
        "complaints_filtered",
        N_("A filtered page of the complaints"),
        _open_some_complaints,
        times_empty=TIMES_EMPTY_OF_A_LIST,
    ),
    Operation(
        "complaints_search",
        N_("Search complaints by part of a number"),
        _searching_complaints,
        approach=_open_all_complaints,
        times_empty=TIMES_EMPTY_OF_A_LIST,
    ),
    Operation(
        "complaint_open",
        N_("Open a case"),
        lambda visitor, subject, _nth: visitor.open("complaints", f"id={subject.complaint_id}"),
        for_everyone=False,
        times_empty=TIMES_EMPTY_OF_A_FILE,
    ),
    Operation(
        "complaint_register",
        N_("Register a complaint"),
        _register,
        approach=_begin_a_complaint,
        writes=True,
    ),
    Operation(
        "complaint_acknowledge",
        N_("Acknowledge a complaint"),
        lambda visitor, _subject, _nth: visitor.press(key="complaints.acknowledge:"),
        approach=_begin_to_acknowledge,
        writes=True,
    ),
    Operation(
        "visits_day",
        N_("My day of contacts"),
        lambda visitor, _subject, _nth: visitor.open("visits"),
        times_empty=TIMES_EMPTY_OF_A_LIST,
    ),
    Operation(
        "visits_week",
        N_("The week of a store's contacts"),
        _open_the_week,
        times_empty=TIMES_EMPTY_OF_A_FILE,
    ),
    Operation(
        "visit_open",
        N_("Open a contact"),
        lambda visitor, subject, _nth: _open_a_call(visitor, subject, len(subject.contacts) // 2),
        for_everyone=False,
        times_empty=TIMES_EMPTY_OF_A_FILE,
    ),
    Operation(
        "visit_record",
        N_("Write down what came of a call"),
        lambda visitor, _subject, _nth: visitor.press(key="visits:no_answer"),
        approach=_open_a_call,
        writes=True,
    ),
    Operation(
        "visit_move",
        N_("Carry a card to another person"),
        _move_a_card,
        approach=_open_the_week,
        writes=True,
    ),
    Operation(
        "complaints_figures",
        N_("Figures of the complaints"),
        lambda visitor, _subject, _nth: visitor.open("complaints", "view=figures"),
        for_everyone=False,
    ),
)


def subject_of_this_dealer() -> Subject:
    """Somebody with one car and a timeline of the usual length, found through the door."""
    who = Named(NEIGHBOUR, "bench")
    newest = fetch(customers.page, who).rows[0].id
    near = fetch(customers.page, who, Filters(), after=str(newest // 2)).rows
    usual = 8

    def strangeness(row: customers.CustomerRow) -> tuple[bool, int]:
        timeline = fetch(customers.timeline, who, row.id)
        return row.vehicles != 1 or not row.phone, abs(len(timeline) - usual)

    row = min(near, key=strangeness)
    number = str(fetch(customers.file, who, row.id).values["phone"])
    case = _a_case()
    return Subject(
        row.id,
        name_part=row.name[:2],
        initials="".join(syllable[0] for syllable in pinyin(row.name).split()),
        phone_part=number[-6:-1],
        complaint_id=case.id,
        complaint_part=case.number[-7:],
        store_id=case.store_id,
        contacts=_contacts(),
    )


def _contacts() -> tuple[Contact, ...]:
    """Open ones that nobody has taken, each of another customer: what is done about one may change
    the others of its customer."""
    who = Named(WHO, "bench")
    rows = fetch(visits.page, who, visits.TaskFilters(in_pool=True)).rows
    by_customer = {row.customer_id: row for row in reversed(rows) if row.hold is None}
    return tuple(
        Contact(row.id, row.version, fetch(visits.callers, who, row.customer_id).lines[0].id)
        for row in by_customer.values()
    )


def _a_case() -> complaints.Case:
    """A closed one of the usual course."""
    who, usual = Named(WHO, "bench"), 10
    rows = fetch(complaints.page, who, complaints.Filters(part=complaints.Part.CLOSED)).rows
    cases = [fetch(complaints.case, who, row.id) for row in rows]
    return min(cases, key=lambda case: abs(len(case.events) - usual))
