"""The figures of appointments, callers, forms, promises and reviews find their rows by index."""

import pytest

from services import kpi
from services.core.access import Named
from services.core.run import fetch
from tests.db.test_complaint_plans import MONTH, walked
from tests.db.test_plans import dealer_url, plans  # noqa: F401 - fixtures

BY: dict[str, str] = {
    "APPT-SHOW": "ix_appointments_state",
    "APPT-CANCEL": "ix_appointments_state",
    "REMIND-BOOK": "ix_visit_tasks_ended",
    "CALL-RINGS": "ix_inbound_calls_at",
    "CALL-BACK": "ix_inbound_calls_promised",
    "FORM-QUALITY": "ix_visit_forms_ended",
    "FORM-DONE": "ix_visit_forms_improve_on",
    "PROMISE": "ix_promises_moment",
    "QA-SCORE": "ix_qa_reviews_month",
    "QA-SHARE": "ix_touches_calls",
}
"""Metric -> the index that finds what it counts, in all stores."""


@pytest.mark.parametrize("who", ["director", "manager"])
@pytest.mark.parametrize("code", BY)
def test_it_walks_no_table(plans, who, code):  # noqa: F811
    [found] = fetch(kpi.figures, Named(who, "tests"), (code,), *MONTH)
    # Of reminders the demonstration has none that old, and a manager may have few of anything.
    assert found.figure.n > 0 or who == "manager" or code == "REMIND-BOOK"
    told = plans()
    assert walked(told) == []
    if who == "director":
        assert any(BY[code] in line for line, _ in told), told
