"""Hostile addresses: whatever stands in a query parameter, a page answers in its own words."""

import pytest

from services.core import incidents
from tests.nasty import case
from tests.pages.visit import visit

HARD = (
    *("N001", "N039", "N049", "N065", "N089", "N097", "N099", "N111", "N117", "N119", "N121"),
    *("N129", "N131", "N139", "N141", "N143", "N147", "N149", "N151", "N171", "N173", "N177"),
    *("N181", "N183", "N185", "N189", "N195", "N207", "N209", "N275", "N297"),
)
"""The nastiest for something that reads numbers, codes and days. Lone surrogates fit no address."""

PAGES = {
    "care/customers.py": (("id",), ("after", "store", "owner", "label", "missing", "order")),
    "care/complaints.py": (
        ("id",),
        ("after", "view", "part", "store", "handler", "level", "department", "wanted", "mark"),
    ),
    "care/appointments.py": (("id",), ("view", "store", "day", "by", "days", "state", "work")),
    "care/inbound.py": (("call",), ("view", "days", "wish", "answerer")),
    "admin/audit.py": (("number",), ("after", "person", "action", "days")),
    "admin/users.py": (("after", "role", "store"),),
    "admin/imports.py": (("batch",),),
    "admin/settings.py": (("store",),),
    "admin/calendars.py": (("store", "year"),),
}
"""page -> parameters that are tried together"""


@pytest.fixture
def bugs(monkeypatch) -> list[Exception]:
    """What came up in a page and was no fact of ours."""
    found: list[Exception] = []

    def note(bug: Exception) -> str:
        found.append(bug)
        return "0"

    monkeypatch.setattr(incidents, "note", note)
    return found


@pytest.mark.parametrize("page", sorted(PAGES))
def test_nasty_addresses(dealer, bugs, page):
    dealer.customer("王小明")
    person = "manager" if page == "admin/imports.py" else "director"
    app = visit(dealer, person, page)
    wrong = []
    for id_ in HARD:
        for names in PAGES[page]:
            for text in dict.fromkeys((case(id_).text, f"{case(id_).text}..2026-01-01")):
                app.query_params.clear()
                for name in names:
                    app.query_params[name] = text
                app.run()
                place = f"{id_} as {' and '.join(names)}"
                wrong += [f"{place}: {error.value}" for error in app.exception]
                wrong += [f"{place}: {bug!r:.200}" for bug in bugs]
                bugs.clear()
    assert wrong == []
