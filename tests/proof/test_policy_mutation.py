"""Every cell of the policy is changed once; the tests of access must notice (at least 97 %).

The mutants run in this process against the same functions that the ordinary tests call. A cell of
GRANTS is flipped, a reach is replaced by every other reach.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from db.models import Role
from services.core import access
from services.core.access import Permission, Reach
from tests.core import reach
from tests.core.reach import lay
from tests.core.test_access import grants_differ
from tests.dealer import PEOPLE

pytestmark = [pytest.mark.proof, pytest.mark.parametrize("database", ["sqlite"], indirect=True)]

LEAST = 0.97


@dataclass(frozen=True)
class Mutant:
    table: str
    role: Role
    value: Any

    def __str__(self) -> str:
        return f"{self.table}[{self.role}] = {self.value}"


def mutants() -> Iterator[Mutant]:
    for role in Role:
        for permission in Permission:
            yield Mutant("GRANTS", role, access.GRANTS[role] ^ {permission})
        for table in ("READS", "WRITES", "CLEAR"):
            for other in Reach:
                if other is not getattr(access, table)[role]:
                    yield Mutant(table, role, other)


def people_of(role: Role) -> list[str]:
    return [name for name, of, _, _ in PEOPLE if of is role]


def noticed(ground: reach.Ground, mutant: Mutant) -> bool:
    people = people_of(mutant.role)
    if mutant.table == "GRANTS":
        return bool(grants_differ())
    if mutant.table == "READS":
        return bool(reach.reading_differs(ground, people))
    if mutant.table == "WRITES":
        return bool(reach.changing_differs(ground, people, [reach.Customer]))
    return bool(reach.clearness_differs(ground, people))


def test_changes_of_the_policy_are_noticed(dealer, monkeypatch):
    ground = lay(dealer)
    tried = list(mutants())
    survivors = []
    for mutant in tried:
        with monkeypatch.context() as change:
            change.setitem(getattr(access, mutant.table), mutant.role, mutant.value)
            if not noticed(ground, mutant):
                survivors.append(str(mutant))
    assert len(tried) > 150
    assert len(survivors) <= len(tried) * (1 - LEAST), survivors


def test_the_unchanged_policy_is_not_noticed(dealer):
    ground = lay(dealer)
    assert grants_differ() == []
    assert reach.reading_differs(ground) == []
    assert reach.changing_differs(ground, models=[reach.Customer]) == []
    assert reach.clearness_differs(ground) == []
