"""The list of customers: search as one types, filters in the address, one page at a time."""

from dataclasses import dataclass
from datetime import datetime

import streamlit as st

from pages.components import layout, pickers, tables
from pages.components.customers import walking
from pages.components.customers.colours import LABELS
from pages.components.frame import fetch, keep_alive
from pages.components.runs import fragment
from pages.components.tables import Column, Kind
from pages.components.words import _, field, raw
from services import customers
from services.core.words import N_
from services.customers import CustomerRow, Filters, Label, Order, Places

ORDERS = {
    Order.NEWEST.value: N_("Newest first"),
    Order.UNTOUCHED.value: N_("Longest without a touch"),
}


@dataclass(frozen=True)
class Line:
    """One row as it is shown."""

    id: int
    name: str
    number: str
    label: str
    phone: str
    vehicles: int
    store: str
    owner: str
    missing: list[str]
    last_touch_at: datetime | None


@fragment()
def show(places: Places) -> None:
    """Search, filters and the table; opens the file that is clicked.

    A fragment keeps what it was given, so `places` are not asked anew while one searches.
    """
    keep_alive()
    text = pickers.search_box(
        "customers.search",
        raw(N_("Search by name, pinyin initials, phone, plate, VIN or number")),
    )
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom"
    ):
        filters, order = _filters(text, places)
        page = fetch(customers.page, filters, order, tables.page_after())
        if page.rows:
            walking.start(page, filters, order)
    if not page.rows:
        _nothing(narrowed=filters != Filters())
        return
    chosen = tables.rows_table(
        [_line(row) for row in page.rows],
        _columns(with_store=len(places.stores) > 1),
        key="customers",
        on_select="once",
        alt=raw(N_("Customers")),
    )
    if text:
        cut = N_("The first {rows} matches. Type more to narrow them down")
        st.caption(_(cut if page.is_cut else N_("{rows} matches"), rows=len(page.rows)))
    else:
        tables.pager(page.after, shown_rows=len(page.rows))
    if chosen is not None:
        walking.go(chosen)


def _filters(text: str, places: Places) -> tuple[Filters, Order]:
    with st.container(horizontal=True, width="content", gap="small"):
        store = (
            pickers.filter_pair(field("store_id"), places.stores, "store", width=160)
            if len(places.stores) > 1
            else None
        )
        owner = _owner(places.owners(store))
        label = pickers.filter_choice(
            raw(N_("Class")), Label, "label", words=lambda label: raw(LABELS[label][0]), width=130
        )
        missing = _gap()
        order = pickers.in_url("order", ORDERS, Order.NEWEST.value)
        words = {code: raw(msgid) for code, msgid in ORDERS.items()}
        code = st.selectbox(
            _(N_("Sorted by")),
            list(words),
            format_func=words.__getitem__,
            width=170,
            **order,
        )
    return (
        Filters(
            text=text,
            store_id=store,
            owner_id=owner or None,
            in_pool=owner == 0,
            label=label,
            missing=missing,
        ),
        Order(code),
    )


def _owner(people: list[tuple[int, str]]) -> int | None:
    """0 stands for the pool: files that nobody owns."""
    choices = [(0, raw(N_("Nobody (pool)"))), *people]
    return pickers.filter_pair(field("owner_id"), choices, "owner", width=150)


def _gap() -> str | None:
    words = {"": raw(pickers.ALL), **{name: field(name) for name in fetch(customers.gaps)}}
    code = st.selectbox(
        _(N_("Missing fields")),
        list(words),
        format_func=words.__getitem__,
        width=150,
        **pickers.in_url("missing", words, ""),
    )
    return code or None


def _columns(*, with_store: bool) -> list[Column]:
    tones = {raw(words): tone for words, tone, _icon in LABELS.values()}
    columns = [
        Column("name", field("name"), width="medium"),
        Column("label", raw(N_("Class")), Kind.BADGE, tones=tones, width=90),
        Column("phone", field("phone"), width=130),
        Column("vehicles", raw(N_("Cars")), Kind.NUMBER, width=60),
        Column("owner", field("owner_id"), width=100),
        Column("store", field("store_id"), width=120),
        Column("last_touch_at", raw(N_("Last touch")), Kind.MOMENT, width=140),
        Column("missing", raw(N_("Missing fields")), Kind.BADGE, width="medium"),
        Column("number", field("number"), width=90),
    ]
    return [column for column in columns if with_store or column.name != "store"]


def _line(row: CustomerRow) -> Line:
    return Line(
        id=row.id,
        name=row.name,
        number=row.number,
        label=raw(LABELS[row.label][0]),
        phone=row.phone,
        vehicles=row.vehicles,
        store=row.store,
        owner=row.owner or raw(N_("Pool")),
        missing=[field(name) for name in row.missing],
        last_touch_at=row.last_touch_at,
    )


def _nothing(*, narrowed: bool) -> None:
    if narrowed:
        layout.empty(
            _(N_("No customer matches")),
            _(N_("Take out a filter or search for less, such as two characters of the name")),
            ":material/person_search:",
        )
        return
    layout.empty(
        _(N_("No customers yet")),
        _(N_("Make the first file, or bring a list from Excel under Import")),
        ":material/group_add:",
    )
