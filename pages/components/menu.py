"""The pages of the application: one table for the menu, the addresses and the rights."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from pages.components.words import raw
from services.core.access import Actor, Permission
from services.core.words import N_

PAGES: Final = Path(__file__).parents[1]


@dataclass(frozen=True)
class Entry:
    """One page. `address` is what stands in the browser: links to it may be kept for years."""

    script: str
    """Under `pages/`."""
    title: str
    icon: str
    address: str
    needs: Permission
    section: str


CUSTOMERS: Final = N_("Customer relations")
DATA: Final = N_("Data")
ADMINISTRATION: Final = N_("Administration")
ACCOUNT: Final = N_("Account")

ENTRIES: Final = (
    Entry(
        "care/customers.py",
        N_("Customers"),
        ":material/groups:",
        "customers",
        Permission.CUSTOMERS_VIEW,
        CUSTOMERS,
    ),
    Entry(
        "care/visits.py",
        N_("Visit plan"),
        ":material/event_note:",
        "visits",
        Permission.VISITS_VIEW,
        CUSTOMERS,
    ),
    Entry(
        "care/fieldwork.py",
        N_("Field visits"),
        ":material/directions_walk:",
        "fieldwork",
        Permission.VISITS_VIEW,
        CUSTOMERS,
    ),
    Entry(
        "care/rules.py",
        N_("Rules and quality"),
        ":material/rule:",
        "rules",
        Permission.VISITS_VIEW,
        CUSTOMERS,
    ),
    Entry(
        "care/campaigns.py",
        N_("Campaigns"),
        ":material/campaign:",
        "campaigns",
        Permission.VISITS_VIEW,
        CUSTOMERS,
    ),
    Entry(
        "care/surveys.py",
        N_("Satisfaction"),
        ":material/sentiment_satisfied:",
        "surveys",
        Permission.VISITS_VIEW,
        CUSTOMERS,
    ),
    Entry(
        "care/inbound.py",
        N_("Reception"),
        ":material/support_agent:",
        "inbound",
        Permission.VISITS_VIEW,
        CUSTOMERS,
    ),
    Entry(
        "care/appointments.py",
        N_("Appointments"),
        ":material/calendar_clock:",
        "appointments",
        Permission.VISITS_VIEW,
        CUSTOMERS,
    ),
    Entry(
        "care/complaints.py",
        N_("Complaints"),
        ":material/feedback:",
        "complaints",
        Permission.COMPLAINTS_VIEW,
        CUSTOMERS,
    ),
    Entry(
        "care/decks.py",
        N_("Monthly presentation"),
        ":material/slideshow:",
        "decks",
        Permission.DECKS_VIEW,
        CUSTOMERS,
    ),
    Entry(
        "admin/imports.py",
        N_("Import"),
        ":material/upload_file:",
        "imports",
        Permission.IMPORTS_VIEW,
        DATA,
    ),
    Entry(
        "admin/users.py",
        N_("Users"),
        ":material/manage_accounts:",
        "users",
        Permission.USERS_VIEW,
        ADMINISTRATION,
    ),
    Entry(
        "admin/settings.py",
        N_("Parameters"),
        ":material/tune:",
        "settings",
        Permission.SETTINGS_VIEW,
        ADMINISTRATION,
    ),
    Entry(
        "admin/calendars.py",
        N_("Working hours"),
        ":material/calendar_month:",
        "calendars",
        Permission.CALENDARS_VIEW,
        ADMINISTRATION,
    ),
    Entry(
        "admin/posts.py",
        N_("Named people"),
        ":material/badge:",
        "posts",
        Permission.POSTS_VIEW,
        ADMINISTRATION,
    ),
    Entry(
        "admin/audit.py",
        N_("Audit"),
        ":material/policy:",
        "audit",
        Permission.AUDIT_VIEW,
        ADMINISTRATION,
    ),
    Entry(
        "account/notices.py",
        N_("Notices"),
        ":material/notifications:",
        "notices",
        Permission.PROFILE_EDIT,
        ACCOUNT,
    ),
    Entry(
        "account/approvals.py",
        N_("Approvals"),
        ":material/approval:",
        "approvals",
        Permission.PROFILE_EDIT,
        ACCOUNT,
    ),
    Entry(
        "account/profile.py",
        N_("My profile"),
        ":material/account_circle:",
        "profile",
        Permission.PROFILE_EDIT,
        ACCOUNT,
    ),
)


def leads_to(actor: Actor, address: str) -> str | None:
    """The script of the page at an address, for `st.switch_page`; None where he has none."""
    found = (entry for entry in ENTRIES if entry.address == address and actor.may(entry.needs))
    entry = next(found, None)
    return str(PAGES / entry.script) if entry else None


def sections(actor: Actor) -> dict[str, list[StreamlitPage]]:
    """The actor's menu, in the reader's language; the first page is where he begins."""
    menu: dict[str, list[StreamlitPage]] = {}
    for entry in ENTRIES:
        if actor.may(entry.needs):
            page = st.Page(
                PAGES / entry.script,
                title=raw(entry.title),
                icon=entry.icon,
                url_path=entry.address,
            )
            menu.setdefault(raw(entry.section), []).append(page)
    return menu
