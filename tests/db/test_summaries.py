"""What a file lacks, by kind and class, and what its summary counts."""

from datetime import date
from typing import Any

import pytest

from db.summaries import GAPS, CustomerFacts, VehicleFacts, missing_of, required, summary_row

BITS = {gap.name: gap.bit for gap in GAPS}


def facts(**changes: Any) -> CustomerFacts:
    full = {
        "id": 7,
        "store_id": 1,
        "owner_id": 3,
        "number": "C0000007",
        "kind": "person",
        "name": "王小明",
        "contact_name": "",
        "phone": "+8613857116208",
        "other_phone": None,
        "source": "walk_in",
        "need": "保养",
        "province": "浙江省",
        "city": "杭州市",
        "district": "西湖区",
        "birthday": date(1980, 1, 2),
        "preferred_channel": "phone",
        "lifecycle": "existing",
        "value_class": "important",
        "second_contact_id": 4,
        "decision_maker": "王小明",
        "is_member": True,
    }
    return CustomerFacts(**{**full, **changes})


CAR = VehicleFacts(9, "LYKYC20B8NA001000", "浙AD12345", date(2024, 5, 1))


@pytest.mark.parametrize(
    ("changes", "vehicles", "consent", "documents", "missing"),
    [
        ({}, [CAR], True, ["in_place"], set()),
        ({"name": ""}, [CAR], True, ["borrowed", "destroyed"], {"name"}),
        ({}, [], True, ["in_place"], {"vin", "plate", "delivered_on"}),
        ({}, [CAR], False, ["missing", "in_place"], {"service_consent", "documents"}),
        ({}, [CAR], True, ["destroyed"], {"documents"}),
        ({"district": ""}, [CAR], True, ["in_place"], {"address"}),
        (
            {"second_contact_id": None, "decision_maker": "", "birthday": None},
            [CAR],
            True,
            ["in_place"],
            {"second_contact", "decision_maker", "birthday"},
        ),
        ({"kind": "company", "birthday": None}, [CAR], True, ["in_place"], set()),
        (
            {"value_class": "ordinary", "second_contact_id": None, "decision_maker": ""},
            [CAR],
            True,
            ["in_place"],
            set(),
        ),
        (
            {"lifecycle": "potential", "birthday": None, "second_contact_id": None},
            [],
            True,
            [],
            set(),
        ),
        ({"lifecycle": "potential", "owner_id": None}, [], False, [], {"owner", "service_consent"}),
    ],
)
def test_what_is_asked_of_whom(
    changes: dict[str, Any],
    vehicles: list[VehicleFacts],
    consent: bool,
    documents: list[str],
    missing: set[str],
) -> None:
    mask = missing_of(facts(**changes), vehicles, has_service_consent=consent, documents=documents)
    assert {name for name, bit in BITS.items() if mask & bit} == missing


def test_a_car_of_now_counts_before_one_of_the_past() -> None:
    past = VehicleFacts(8, None, None, None, is_current=False)
    for vehicles, count in (([CAR, past], 1), ([past], 0)):
        row = summary_row(
            facts(),
            vehicles,
            has_service_consent=True,
            documents=["in_place"],
            last_touch_at=None,
        )
        assert row["vehicles"] == count
        assert bool(row["missing"] & BITS["vin"]) == (count == 0)


def test_gaps_have_weights_where_they_are_asked_for() -> None:
    assert len({gap.bit for gap in GAPS}) == len(GAPS) == 15
    assert [gap.name for gap in required("person", "potential", "ordinary")] == [
        *("name", "phone", "source", "owner", "need", "address", "service_consent")
    ]
    important = required("person", "existing", "important")
    assert sum(gap.weight("existing", "important") for gap in important) == 34
    assert required("person", "lost", "important") == important
    assert "birthday" not in {gap.name for gap in required("company", "existing", "important")}
