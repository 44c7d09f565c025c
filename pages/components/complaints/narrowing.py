"""What narrows the ledger and its boards; the choices stand in the address as codes."""

from pages.components import pickers
from pages.components.words import field, raw
from services.complaints import DemandKind, Department, Filters, Mark, Part, Severity
from services.core.words import N_
from services.customers import Places


def ledger(view: str, places: Places) -> Filters:
    text = pickers.search_box("complaints.search", raw(N_("Number")), width=130)
    store_id = store(places)
    handler = (
        pickers.filter_pair(field("handler_id"), places.owners(store_id), "handler", width=140)
        if places.people
        else None
    )
    severity = level()
    department = pickers.filter_choice(field("department"), Department, "department", width=130)
    wanted = pickers.filter_choice(field("demand_kind"), DemandKind, "wanted", width=130)
    mark = pickers.filter_choice(
        field("mark"), Mark, "mark", words=lambda one: field(f"is_{one}"), width=120
    )
    parts = {part.value: part for part in Part}
    return Filters(
        part=parts.get(view),
        store_id=store_id,
        handler_id=handler,
        severity=severity,
        department=department,
        demand_kind=wanted,
        mark=mark,
        text=text,
    )


def store(places: Places) -> int | None:
    """One store, where the reader sees several."""
    if len(places.stores) <= 1:
        return None
    return pickers.filter_pair(field("store_id"), places.stores, "store", width=160)


def level() -> Severity | None:
    return pickers.filter_choice(field("severity"), Severity, "level", width=120)
