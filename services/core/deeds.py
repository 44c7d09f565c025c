"""Every deed that can stand in the audit, and its words."""

from enum import StrEnum

from services.core.words import N_


class Action(StrEnum):
    """Every deed that can stand in the audit, as `noun:past`; `ACTIONS` has its words."""

    ACCESS_DENIED = "access:denied"
    APPOINTMENTS_AGREED = "appointments:agreed"
    APPOINTMENTS_ARRIVED = "appointments:arrived"
    APPOINTMENTS_BOOKED = "appointments:booked"
    APPOINTMENTS_CANCELLED = "appointments:cancelled"
    APPOINTMENTS_CONFIRMED = "appointments:confirmed"
    APPOINTMENTS_EXPORTED = "appointments:exported"
    APPOINTMENTS_MISSED = "appointments:missed"
    APPOINTMENTS_MOVED = "appointments:moved"
    APPOINTMENTS_REMINDED = "appointments:reminded"
    APPROVALS_ASKED = "approvals:asked"
    APPROVALS_EXPIRED = "approvals:expired"
    APPROVALS_GRANTED = "approvals:granted"
    APPROVALS_REFUSED = "approvals:refused"
    APPROVALS_WITHDRAWN = "approvals:withdrawn"
    BAYS_CHANGED = "bays:changed"
    BAYS_OPENED = "bays:opened"
    CADENCES_ADOPTED = "cadences:adopted"
    CADENCES_APPROVED = "cadences:approved"
    CADENCES_BEGUN = "cadences:begun"
    CADENCES_DISCARDED = "cadences:discarded"
    CADENCES_EDITED = "cadences:edited"
    CADENCES_RETIRED = "cadences:retired"
    CALENDARS_CHANGED = "calendars:changed"
    CALENDARS_DAYS_SET = "calendars:days_set"
    CALENDARS_DAYS_WITHDRAWN = "calendars:days_withdrawn"
    CALENDARS_WITHDRAWN = "calendars:withdrawn"
    CAMPAIGNS_ADOPTED = "campaigns:adopted"
    CAMPAIGNS_ANSWERED = "campaigns:answered"
    CAMPAIGNS_APPROVED = "campaigns:approved"
    CAMPAIGNS_ARRIVED = "campaigns:arrived"
    CAMPAIGNS_BEGUN = "campaigns:begun"
    CAMPAIGNS_CLEARED = "campaigns:cleared"
    CAMPAIGNS_CONTACTED = "campaigns:contacted"
    CAMPAIGNS_DISCARDED = "campaigns:discarded"
    CAMPAIGNS_EDITED = "campaigns:edited"
    CAMPAIGNS_ENDED = "campaigns:ended"
    COMPLAINTS_ACCEPTED = "complaints:accepted"
    COMPLAINTS_ACKNOWLEDGED = "complaints:acknowledged"
    COMPLAINTS_ACTED = "complaints:acted"
    COMPLAINTS_AGREED = "complaints:agreed"
    COMPLAINTS_ASKED = "complaints:asked"
    COMPLAINTS_CLOSED = "complaints:closed"
    COMPLAINTS_CONFIRMED = "complaints:confirmed"
    COMPLAINTS_CONTACTED = "complaints:contacted"
    COMPLAINTS_COVERED = "complaints:covered"
    COMPLAINTS_EXECUTED = "complaints:executed"
    COMPLAINTS_EXPORTED = "complaints:exported"
    COMPLAINTS_FILED = "complaints:filed"
    COMPLAINTS_FILE_TAKEN = "complaints:file_taken"
    COMPLAINTS_FLAGGED = "complaints:flagged"
    COMPLAINTS_FOUND = "complaints:found"
    COMPLAINTS_HELPED = "complaints:helped"
    COMPLAINTS_LEVELLED = "complaints:levelled"
    COMPLAINTS_LOG_TAKEN = "complaints:log_taken"
    COMPLAINTS_MERGED = "complaints:merged"
    COMPLAINTS_MET = "complaints:met"
    COMPLAINTS_NAMED = "complaints:named"
    COMPLAINTS_NOTED = "complaints:noted"
    COMPLAINTS_OFFERED = "complaints:offered"
    COMPLAINTS_PAUSED = "complaints:paused"
    COMPLAINTS_PREPARED = "complaints:prepared"
    COMPLAINTS_PROPOSED = "complaints:proposed"
    COMPLAINTS_REGISTERED = "complaints:registered"
    COMPLAINTS_REJECTED = "complaints:rejected"
    COMPLAINTS_REOPENED = "complaints:reopened"
    COMPLAINTS_REPLIED = "complaints:replied"
    COMPLAINTS_RESUMED = "complaints:resumed"
    COMPLAINTS_SURVEYED = "complaints:surveyed"
    COMPLAINTS_TICKED = "complaints:ticked"
    COMPLAINTS_TIMED = "complaints:timed"
    COMPLAINTS_TOLD = "complaints:told"
    COMPLAINTS_TRANSFERRED = "complaints:transferred"
    COMPLAINTS_TRIAGED = "complaints:triaged"
    COMPLAINTS_WITHDRAWN = "complaints:withdrawn"
    CUSTOMERS_ASSIGNED = "customers:assigned"
    CUSTOMERS_CREATED = "customers:created"
    CUSTOMERS_EDITED = "customers:edited"
    CUSTOMERS_REVEALED = "customers:revealed"
    CUSTOMERS_TOUCHED = "customers:touched"
    CUSTOMERS_CONSENTED = "customers:consented"
    CUSTOMERS_DOCUMENTED = "customers:documented"
    DATA_LOADED = "data:loaded"
    DECKS_COMMENTED = "decks:commented"
    DECKS_FROZEN = "decks:frozen"
    DECKS_KEPT = "decks:kept"
    DECKS_SIGNED = "decks:signed"
    DECKS_TAKEN = "decks:taken"
    FILE_ISSUES_CLOSED = "file_issues:closed"
    FILE_ISSUES_OPENED = "file_issues:opened"
    IMPORTS_CHECKED = "imports:checked"
    IMPORTS_EXPORTED = "imports:exported"
    IMPORTS_RUN = "imports:run"
    IMPORTS_UNDONE = "imports:undone"
    INBOUND_ANSWERED = "inbound:answered"
    INBOUND_LINKED = "inbound:linked"
    INBOUND_PASSED = "inbound:passed"
    INBOUND_TAKEN = "inbound:taken"
    MAILBOX_CHECKED = "mailbox:checked"
    POSTS_ENDED = "posts:ended"
    POSTS_NAMED = "posts:named"
    PROFILE_EDITED = "profile:edited"
    PROMISES_CLOSED = "promises:closed"
    PROMISES_MADE = "promises:made"
    QA_REVIEWED = "qa:reviewed"
    QA_SEEN = "qa:seen"
    SCRIPTS_ANSWERED = "scripts:answered"
    SCRIPTS_PROPOSED = "scripts:proposed"
    SESSIONS_ENDED = "sessions:ended"
    SESSIONS_OPENED = "sessions:opened"
    SESSIONS_REFUSED = "sessions:refused"
    SETTINGS_CHANGED = "settings:changed"
    SETTINGS_WITHDRAWN = "settings:withdrawn"
    STORES_CREATED = "stores:created"
    SURVEYS_ADOPTED = "surveys:adopted"
    SURVEYS_ANSWERED = "surveys:answered"
    SURVEYS_APPROVED = "surveys:approved"
    SURVEYS_DRAFTED = "surveys:drafted"
    SURVEYS_EDITED = "surveys:edited"
    SURVEYS_RETIRED = "surveys:retired"
    SURVEYS_TAKEN_UP = "surveys:taken_up"
    USERS_CREATED = "users:created"
    USERS_EDITED = "users:edited"
    USERS_PASSWORD_RESET = "users:password_reset"  # noqa: S105 - a name, not a password
    VEHICLES_ADDED = "vehicles:added"
    VEHICLES_EDITED = "vehicles:edited"
    VISIT_PLANS_APPROVED = "visit_plans:approved"
    VISIT_PLANS_RETURNED = "visit_plans:returned"
    VISIT_PLANS_REVIEWED = "visit_plans:reviewed"
    VISIT_PLANS_SUBMITTED = "visit_plans:submitted"
    VISIT_PLANS_SUMMED = "visit_plans:summed"
    VISIT_PLANS_WRITTEN = "visit_plans:written"
    VISITS_CALLED = "visits:called"
    VISITS_CANCELLED = "visits:cancelled"
    VISITS_EXPORTED = "visits:exported"
    VISITS_CORRECTED = "visits:corrected"
    VISITS_FORM_TAKEN = "visits:form_taken"
    VISITS_IMPROVED = "visits:improved"
    VISITS_MADE = "visits:made"
    VISITS_MOVED = "visits:moved"
    VISITS_PAPER_TAKEN = "visits:paper_taken"
    VISITS_PLANNED = "visits:planned"
    VISITS_REPORTED = "visits:reported"
    VISITS_SETTLED = "visits:settled"
    VISITS_WEIGHED = "visits:weighed"
    VISITS_WRITTEN = "visits:written"


ACTIONS: dict[Action, str] = {
    Action.ACCESS_DENIED: N_("Attempt refused"),
    Action.APPOINTMENTS_AGREED: N_("Appointment agreed to"),
    Action.APPOINTMENTS_ARRIVED: N_("Customer arrived"),
    Action.APPOINTMENTS_BOOKED: N_("Appointment booked"),
    Action.APPOINTMENTS_CANCELLED: N_("Appointment cancelled"),
    Action.APPOINTMENTS_CONFIRMED: N_("Appointment confirmed"),
    Action.APPOINTMENTS_EXPORTED: N_("Appointments taken along"),
    Action.APPOINTMENTS_MISSED: N_("Customer did not come"),
    Action.APPOINTMENTS_MOVED: N_("Appointment moved"),
    Action.APPOINTMENTS_REMINDED: N_("Customer reminded"),
    Action.APPROVALS_ASKED: N_("Approval asked for"),
    Action.APPROVALS_EXPIRED: N_("Request for approval expired"),
    Action.APPROVALS_GRANTED: N_("Approval granted"),
    Action.APPROVALS_REFUSED: N_("Approval refused"),
    Action.APPROVALS_WITHDRAWN: N_("Request for approval withdrawn"),
    Action.BAYS_CHANGED: N_("Bay changed"),
    Action.BAYS_OPENED: N_("Bay opened"),
    Action.CADENCES_ADOPTED: N_("Rule of contacts taken over"),
    Action.CADENCES_APPROVED: N_("Rule of contacts approved"),
    Action.CADENCES_BEGUN: N_("Draft of a rule of contacts begun"),
    Action.CADENCES_DISCARDED: N_("Draft of a rule of contacts thrown away"),
    Action.CADENCES_EDITED: N_("Draft of a rule of contacts edited"),
    Action.CADENCES_RETIRED: N_("Rule of contacts ended"),
    Action.CALENDARS_CHANGED: N_("Working hours changed"),
    Action.CALENDARS_DAYS_SET: N_("Single days decided"),
    Action.CALENDARS_DAYS_WITHDRAWN: N_("Single days withdrawn"),
    Action.CALENDARS_WITHDRAWN: N_("Working hours withdrawn"),
    Action.CAMPAIGNS_ADOPTED: N_("Campaign taken over"),
    Action.CAMPAIGNS_ANSWERED: N_("Invitation answered"),
    Action.CAMPAIGNS_APPROVED: N_("Campaign approved"),
    Action.CAMPAIGNS_ARRIVED: N_("Guest arrived"),
    Action.CAMPAIGNS_BEGUN: N_("Draft of a campaign begun"),
    Action.CAMPAIGNS_CLEARED: N_("Contacts of ended campaigns cancelled"),
    Action.CAMPAIGNS_CONTACTED: N_("Contacts of a campaign made"),
    Action.CAMPAIGNS_DISCARDED: N_("Draft of a campaign thrown away"),
    Action.CAMPAIGNS_EDITED: N_("Draft of a campaign edited"),
    Action.CAMPAIGNS_ENDED: N_("Campaign ended early"),
    Action.COMPLAINTS_ACCEPTED: N_("Answer accepted"),
    Action.COMPLAINTS_ACKNOWLEDGED: N_("Complaint acknowledged"),
    Action.COMPLAINTS_ACTED: N_("Action against a cause"),
    Action.COMPLAINTS_AGREED: N_("Proposal agreed to"),
    Action.COMPLAINTS_ASKED: N_("Department asked"),
    Action.COMPLAINTS_CLOSED: N_("Complaint closed"),
    Action.COMPLAINTS_CONFIRMED: N_("Answer confirmed"),
    Action.COMPLAINTS_CONTACTED: N_("Talk about a complaint"),
    Action.COMPLAINTS_COVERED: N_("Complaint covered"),
    Action.COMPLAINTS_EXECUTED: N_("Remedy done"),
    Action.COMPLAINTS_EXPORTED: N_("Complaints taken along as a file"),
    Action.COMPLAINTS_FILED: N_("Paper added to a complaint"),
    Action.COMPLAINTS_FILE_TAKEN: N_("Paper of a complaint taken along"),
    Action.COMPLAINTS_FLAGGED: N_("Complaint marked"),
    Action.COMPLAINTS_FOUND: N_("Complaint investigated"),
    Action.COMPLAINTS_HELPED: N_("Department answered"),
    Action.COMPLAINTS_LEVELLED: N_("Level of a complaint changed"),
    Action.COMPLAINTS_LOG_TAKEN: N_("Log of a complaint taken along"),
    Action.COMPLAINTS_MERGED: N_("Complaint merged"),
    Action.COMPLAINTS_MET: N_("Meeting about a complaint"),
    Action.COMPLAINTS_NAMED: N_("People named in a complaint"),
    Action.COMPLAINTS_NOTED: N_("Note on a complaint"),
    Action.COMPLAINTS_OFFERED: N_("Remedy for a complaint"),
    Action.COMPLAINTS_PAUSED: N_("Complaint waits"),
    Action.COMPLAINTS_PREPARED: N_("Proposal prepared"),
    Action.COMPLAINTS_PROPOSED: N_("Proposal made"),
    Action.COMPLAINTS_REGISTERED: N_("Complaint registered"),
    Action.COMPLAINTS_REJECTED: N_("Proposal rejected"),
    Action.COMPLAINTS_REOPENED: N_("Complaint opened again"),
    Action.COMPLAINTS_REPLIED: N_("Customer answered"),
    Action.COMPLAINTS_RESUMED: N_("Complaint goes on"),
    Action.COMPLAINTS_SURVEYED: N_("Satisfaction asked"),
    Action.COMPLAINTS_TICKED: N_("Checklist of a complaint"),
    Action.COMPLAINTS_TIMED: N_("Due moments of complaints renewed"),
    Action.COMPLAINTS_TOLD: N_("Customer told of an improvement"),
    Action.COMPLAINTS_TRANSFERRED: N_("Complaint transferred"),
    Action.COMPLAINTS_TRIAGED: N_("Complaint triaged"),
    Action.COMPLAINTS_WITHDRAWN: N_("Complaint withdrawn"),
    Action.CUSTOMERS_ASSIGNED: N_("Owner changed"),
    Action.CUSTOMERS_CREATED: N_("Customer created"),
    Action.CUSTOMERS_EDITED: N_("Customer edited"),
    Action.CUSTOMERS_REVEALED: N_("Masked field revealed"),
    Action.CUSTOMERS_TOUCHED: N_("Touch recorded"),
    Action.CUSTOMERS_CONSENTED: N_("Consent recorded"),
    Action.CUSTOMERS_DOCUMENTED: N_("Document recorded"),
    Action.DATA_LOADED: N_("Data loaded"),
    Action.DECKS_COMMENTED: N_("Presentation commented"),
    Action.DECKS_FROZEN: N_("Presentation frozen"),
    Action.DECKS_KEPT: N_("Signed presentation kept"),
    Action.DECKS_SIGNED: N_("Presentation signed"),
    Action.DECKS_TAKEN: N_("Presentation taken along"),
    Action.FILE_ISSUES_CLOSED: N_("File issue closed"),
    Action.FILE_ISSUES_OPENED: N_("File issue opened"),
    Action.IMPORTS_CHECKED: N_("Import checked"),
    Action.IMPORTS_EXPORTED: N_("Wrong rows exported"),
    Action.IMPORTS_RUN: N_("Import run"),
    Action.IMPORTS_UNDONE: N_("Import undone"),
    Action.INBOUND_ANSWERED: N_("Caller answered"),
    Action.INBOUND_LINKED: N_("Call followed up"),
    Action.INBOUND_PASSED: N_("Call handed on"),
    Action.INBOUND_TAKEN: N_("Call taken"),
    Action.MAILBOX_CHECKED: N_("Mailbox checked"),
    Action.POSTS_ENDED: N_("Duty ended"),
    Action.POSTS_NAMED: N_("Person named for a duty"),
    Action.PROFILE_EDITED: N_("Profile edited"),
    Action.PROMISES_CLOSED: N_("Promise closed"),
    Action.PROMISES_MADE: N_("Promise made to a customer"),
    Action.QA_REVIEWED: N_("Call reviewed"),
    Action.QA_SEEN: N_("Review of a call read"),
    Action.SCRIPTS_ANSWERED: N_("Proposal for a script answered"),
    Action.SCRIPTS_PROPOSED: N_("Change of a script proposed"),
    Action.SESSIONS_ENDED: N_("Session ended"),
    Action.SESSIONS_OPENED: N_("Signed in"),
    Action.SESSIONS_REFUSED: N_("Sign-in refused"),
    Action.SETTINGS_CHANGED: N_("Parameter changed"),
    Action.SETTINGS_WITHDRAWN: N_("Parameter change withdrawn"),
    Action.STORES_CREATED: N_("Store created"),
    Action.SURVEYS_ADOPTED: N_("Survey taken over"),
    Action.SURVEYS_ANSWERED: N_("Survey answered"),
    Action.SURVEYS_APPROVED: N_("Survey approved"),
    Action.SURVEYS_DRAFTED: N_("New version of a survey"),
    Action.SURVEYS_EDITED: N_("Draft of a survey changed"),
    Action.SURVEYS_RETIRED: N_("Survey ended"),
    Action.SURVEYS_TAKEN_UP: N_("Complaint made of a bad answer"),
    Action.USERS_CREATED: N_("User created"),
    Action.USERS_EDITED: N_("User edited"),
    Action.USERS_PASSWORD_RESET: N_("Password reset"),
    Action.VEHICLES_ADDED: N_("Vehicle added"),
    Action.VEHICLES_EDITED: N_("Vehicle edited"),
    Action.VISIT_PLANS_APPROVED: N_("Visit plan approved"),
    Action.VISIT_PLANS_RETURNED: N_("Visit plan sent back"),
    Action.VISIT_PLANS_REVIEWED: N_("Visit plan reviewed"),
    Action.VISIT_PLANS_SUBMITTED: N_("Visit plan handed in"),
    Action.VISIT_PLANS_SUMMED: N_("Week summed up"),
    Action.VISIT_PLANS_WRITTEN: N_("Visit plan written"),
    Action.VISITS_CALLED: N_("Contact attempted"),
    Action.VISITS_CANCELLED: N_("Contact cancelled"),
    Action.VISITS_EXPORTED: N_("Contacts taken along as a file"),
    Action.VISITS_CORRECTED: N_("Visit form corrected"),
    Action.VISITS_FORM_TAKEN: N_("Visit form taken along"),
    Action.VISITS_IMPROVED: N_("Improvement after a visit carried out"),
    Action.VISITS_MADE: N_("Contacts planned by a cadence"),
    Action.VISITS_MOVED: N_("Contact moved"),
    Action.VISITS_PAPER_TAKEN: N_("Photo or paper of a visit taken along"),
    Action.VISITS_PLANNED: N_("Contact planned"),
    Action.VISITS_REPORTED: N_("Return-visit report taken along as a file"),
    Action.VISITS_SETTLED: N_("Reminders of maintenance adjusted"),
    Action.VISITS_WEIGHED: N_("Contacts held, merged or ended by the rule"),
    Action.VISITS_WRITTEN: N_("Visit form written"),
}
