"""What pages are told of promises: frozen values, no tables."""

from dataclasses import dataclass
from datetime import datetime

from db.models import PromiseState, TouchKind


@dataclass(frozen=True, slots=True)
class PromiseLine:
    """One promise in the register, of the register's own table or of a complaint's "hear from us".

    `promise_id` and `version` belong to the one, `complaint_id` and `number` to the other; the
    others are None, 0 and "". Whoever complains and has no file has no `customer_id`.
    """

    promise_id: int | None
    version: int
    complaint_id: int | None
    number: str
    customer_id: int | None
    customer: str
    what: str
    """"" of a complaint: that he hears from us."""
    made_at: datetime | None
    made_by: str
    due_at: datetime
    owner_id: int | None
    owner: str
    state: PromiseState
    closed_at: datetime | None
    told_by: TouchKind | None
    told_at: datetime | None
    reply: str
    is_late: bool
    """Open, or kept, after its moment."""
    may_close: bool


@dataclass(frozen=True, slots=True)
class Register:
    """Open promises, the most overdue first, or the closed ones, the newest first."""

    lines: list[PromiseLine]
    open: int
    late: int
    """Of the open ones."""
