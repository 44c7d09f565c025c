"""Every kind of list that can be imported, by name."""

from types import MappingProxyType
from typing import Final

from services.core.errors import InvalidInput
from services.core.words import N_
from services.imports.of_complaints import COMPLAINTS
from services.imports.of_customers import CUSTOMERS
from services.imports.of_orders import REPAIRS, SALES
from services.imports.of_surveys import SURVEYS
from services.imports.plans import Kind

KINDS: Final = MappingProxyType(
    {kind.name: kind for kind in (CUSTOMERS, SALES, REPAIRS, COMPLAINTS, SURVEYS)}
)


class UnknownKind(InvalidInput):
    msgid = N_("There is no kind of list named {kind}. Choose one of: {known}")


def kind_of(name: str) -> Kind:
    kind = KINDS.get(name)
    if kind is None:
        raise UnknownKind(kind=name, known=", ".join(KINDS))
    return kind
