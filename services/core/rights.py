"""What can be allowed, and to which role: the tables of the policy, read by `access`."""

from enum import StrEnum
from typing import Final

from db.models import Role, Touch
from db.types import Base


class Permission(StrEnum):
    """Everything that can be allowed, as `noun:verb`."""

    APPROVALS_DECIDE = "approvals:decide"
    """To be a second person at all; each kind of request names what else he needs."""
    AUDIT_SEAL = "audit:seal"
    """The system's own, granted to no role."""
    AUDIT_VIEW = "audit:view"
    CALENDARS_CHANGE = "calendars:change"
    CALENDARS_VIEW = "calendars:view"
    COMPLAINTS_EXPORT = "complaints:export"
    """To take the ledger along as a file, as far as one sees it: a few rows at a time."""
    COMPLAINTS_EXPORT_ALL = "complaints:export_all"
    """To take along as many rows as a file holds."""
    COMPLAINTS_HANDLE = "complaints:handle"
    COMPLAINTS_HELP = "complaints:help"
    """To answer what one was asked about a complaint."""
    COMPLAINTS_LEAD = "complaints:lead"
    """To act in complaints that others handle, lower a level, close one as unjustified."""
    COMPLAINTS_REGISTER = "complaints:register"
    COMPLAINTS_SETTLE = "complaints:settle"
    """To agree to money beyond what a manager may promise."""
    COMPLAINTS_VIEW = "complaints:view"
    CUSTOMERS_ASSIGN = "customers:assign"
    CUSTOMERS_CREATE = "customers:create"
    CUSTOMERS_EDIT = "customers:edit"
    CUSTOMERS_REVEAL = "customers:reveal"
    CUSTOMERS_SEARCH_PARTS = "customers:search_parts"
    CUSTOMERS_TOUCH = "customers:touch"
    CUSTOMERS_VIEW = "customers:view"
    DATA_SWEEP = "data:sweep"
    """The system's own, granted to no role."""
    DATA_VERIFY = "data:verify"
    DECKS_EDIT = "decks:edit"
    """To write the comments of a monthly presentation, until it is signed."""
    DECKS_SIGN = "decks:sign"
    DECKS_VIEW = "decks:view"
    """To see and take along the monthly presentations, of the whole group."""
    IMPORTS_RUN = "imports:run"
    IMPORTS_VIEW = "imports:view"
    JOBS_RUN = "jobs:run"
    """The system's own, granted to no role."""
    JOBS_VIEW = "jobs:view"
    """The system's jobs too; one's own are everyone's to see."""
    KPI_VIEW = "kpi:view"
    """To see figures, of what one sees."""
    POSTS_NAME = "posts:name"
    """To say who stands for a duty, of the group or of one's own store."""
    POSTS_VIEW = "posts:view"
    PROFILE_EDIT = "profile:edit"
    SESSIONS_OPEN = "sessions:open"
    """What happens before anyone is signed in: the system's own, granted to no role."""
    SETTINGS_APPROVE = "settings:approve"
    SETTINGS_CHANGE = "settings:change"
    SETTINGS_PROPOSE = "settings:propose"
    """To ask for a change that somebody else decides."""
    SETTINGS_VIEW = "settings:view"
    USERS_MANAGE = "users:manage"
    USERS_VIEW = "users:view"
    VISITS_LEAD = "visits:lead"
    """To hand contacts to others, and to approve by which rules they are made."""
    VISITS_VIEW = "visits:view"
    VISITS_WORK = "visits:work"
    """To make contacts and write down what came of them, of one's own and of one's desk."""


class Reach(StrEnum):
    """How far over the rows an actor's eyes or hands go."""

    NONE = "none"
    OWN = "own"
    """His own files and his store's unassigned pool."""
    MEMBERS = "members"
    STORE = "store"
    ALL = "all"


P = Permission
EVERYONE: Final = frozenset({P.PROFILE_EDIT})
_BEHOLDER: Final = EVERYONE | {P.COMPLAINTS_HELP, P.COMPLAINTS_VIEW}
_READER: Final = _BEHOLDER | {P.CUSTOMERS_VIEW, P.KPI_VIEW}
_DESK: Final = _READER | {
    P.COMPLAINTS_HANDLE,
    P.COMPLAINTS_REGISTER,
    P.CUSTOMERS_CREATE,
    P.CUSTOMERS_EDIT,
    P.CUSTOMERS_REVEAL,
    P.CUSTOMERS_TOUCH,
    P.VISITS_VIEW,
    P.VISITS_WORK,
}
_FILES: Final = _DESK | {
    P.COMPLAINTS_EXPORT,
    P.DECKS_VIEW,
    P.CUSTOMERS_ASSIGN,
    P.IMPORTS_RUN,
    P.IMPORTS_VIEW,
}
_NORMS: Final = frozenset({P.CALENDARS_VIEW, P.POSTS_VIEW, P.SETTINGS_VIEW})
_OVERSIGHT: Final = _NORMS | {P.AUDIT_VIEW, P.USERS_VIEW}
_SECOND: Final = frozenset({P.APPROVALS_DECIDE, P.SETTINGS_APPROVE})

GRANTS: Final[dict[Role, frozenset[Permission]]] = {
    Role.DIRECTOR: _FILES
    | _OVERSIGHT
    | _SECOND
    | {
        P.CALENDARS_CHANGE,
        P.COMPLAINTS_EXPORT_ALL,
        P.COMPLAINTS_LEAD,
        P.COMPLAINTS_SETTLE,
        P.CUSTOMERS_SEARCH_PARTS,
        P.DATA_VERIFY,
        P.DECKS_EDIT,
        P.DECKS_SIGN,
        P.JOBS_VIEW,
        P.POSTS_NAME,
        P.SETTINGS_CHANGE,
        P.SETTINGS_PROPOSE,
        P.VISITS_LEAD,
    },
    Role.MANAGER: _FILES
    | _OVERSIGHT
    | {
        P.APPROVALS_DECIDE,
        P.CALENDARS_CHANGE,
        P.COMPLAINTS_LEAD,
        P.DECKS_EDIT,
        P.POSTS_NAME,
        P.SETTINGS_PROPOSE,
        P.VISITS_LEAD,
    },
    Role.SPECIALIST: _DESK,
    Role.STEWARD: _FILES | _NORMS | {P.CUSTOMERS_SEARCH_PARTS, P.DATA_VERIFY, P.SETTINGS_PROPOSE},
    Role.CLUB_MANAGER: _READER
    | _NORMS
    | {P.CUSTOMERS_REVEAL, P.CUSTOMERS_TOUCH, P.SETTINGS_PROPOSE},
    Role.CLUB_STAFF: _READER | {P.CUSTOMERS_TOUCH},
    Role.ADMINISTRATOR: EVERYONE
    | _OVERSIGHT
    | _SECOND
    | {P.DATA_VERIFY, P.JOBS_VIEW, P.USERS_MANAGE},
    Role.GUEST: _BEHOLDER,
}

READS: Final[dict[Role, Reach]] = {
    Role.DIRECTOR: Reach.ALL,
    Role.MANAGER: Reach.STORE,
    Role.SPECIALIST: Reach.STORE,
    Role.STEWARD: Reach.ALL,
    Role.CLUB_MANAGER: Reach.MEMBERS,
    Role.CLUB_STAFF: Reach.MEMBERS,
    Role.ADMINISTRATOR: Reach.NONE,
    Role.GUEST: Reach.NONE,
}
"""Which customers' rows a role sees at all."""

OF_GROUP: Final[frozenset[Role]] = frozenset({Role.DIRECTOR, Role.STEWARD, Role.ADMINISTRATOR})
"""Whose work is the whole group's, whichever store they sit in."""

WRITES: Final[dict[Role, Reach]] = {
    Role.DIRECTOR: Reach.ALL,
    Role.MANAGER: Reach.STORE,
    Role.SPECIALIST: Reach.OWN,
    Role.STEWARD: Reach.ALL,
    Role.CLUB_MANAGER: Reach.NONE,
    Role.CLUB_STAFF: Reach.NONE,
    Role.ADMINISTRATOR: Reach.NONE,
    Role.GUEST: Reach.NONE,
}
"""Which of them it may change (F50)."""

OPEN_HANDED: Final[frozenset[type[Base]]] = frozenset({Touch})
"""Tables into which one may write wherever one may read: whoever takes a colleague's customer's
call writes it down."""

CLEAR: Final[dict[Role, Reach]] = {**WRITES, Role.CLUB_MANAGER: Reach.MEMBERS}
"""Where personal fields are shown whole in the file; lists mask them for everyone."""
