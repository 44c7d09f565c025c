"""Audit: who did what to which record, when and why."""

from datetime import timedelta

import streamlit as st

from pages.components import audits as lines
from pages.components import layout, pickers, tables
from pages.components.frame import fetch, open_page
from pages.components.tables import Column, Kind
from pages.components.words import _, field, raw
from services import audits
from services.core import clock
from services.core.access import Permission
from services.core.audit import Action
from services.core.words import N_

open_page(N_("Audit"), needs=Permission.AUDIT_VIEW)
layout.header(_(N_("Audit")), _(N_("Every deed, newest first. It can be read, never changed")))

with st.container(horizontal=True, gap="small"):
    person = pickers.filter_pair(raw(N_("By")), fetch(audits.people), "person", width=180)
    action = pickers.filter_choice(raw(N_("Deed")), Action, "action", words=lines.action, width=180)
    number = st.text_input(
        _(N_("Customer number")), key="number", bind="query-params", max_chars=12, width=150
    )
    today = clock.today()
    since, until = pickers.filter_period(
        raw(N_("Period")), "days", (today - timedelta(days=30), today)
    )

page = fetch(
    audits.page,
    audits.AuditFilters(
        person_id=person,
        action=action.value if action else None,
        customer_number=number.strip().upper(),
        since=since,
        until=until,
    ),
    tables.page_after(),
)
if not page.lines:
    layout.empty(
        _(N_("No deed matches")),
        _(N_("Choose a longer period or take out a filter")),
        ":material/policy:",
    )
else:
    tables.rows_table(
        [lines.deed(line) for line in page.lines],
        [
            Column("at", field("at"), Kind.MOMENT, width=135),
            Column("person", raw(N_("By")), width=90),
            Column("action", raw(N_("Deed")), width=130),
            Column("record", raw(N_("Record")), width=170),
            Column("what", raw(N_("What")), width=280),
            Column("reason", field("reason"), width=120),
            Column("source", raw(N_("From where")), width=90),
        ],
        key="audit",
    )
    tables.pager(page.after, shown_rows=len(page.lines))
