"""Everything that may go wrong and is not a bug.

An error states a fact: its class carries the English msgid, the instance the parameters. Whoever
shows it (a page, a command, a document) puts it into the reader's language.
"""

from typing import ClassVar

from services.core.words import N_


class AppError(Exception):
    """Expected trouble. `params` fill the placeholders of `msgid`."""

    msgid: ClassVar[str] = N_("Something went wrong")
    is_recorded: ClassVar[bool] = False
    """Whether the door writes the attempt into the audit; then `params` hold nothing personal."""

    def __init__(self, **params: object) -> None:
        super().__init__(f"{self.msgid} {params}" if params else self.msgid)
        self.params = params


class SignedOut(AppError):
    """The caller has no live session, or his account was disabled or changed meanwhile."""

    msgid = N_("You are signed out. Please sign in again")


class NotPermitted(AppError):
    msgid = N_("You do not have the right to do this")
    is_recorded = True


class NotFound(AppError):
    """Absent, or not yours to see: the two answer alike."""

    msgid = N_("This record does not exist, or it is not yours to see")


class InvalidInput(AppError):
    msgid = N_("Please check what you entered")


class Conflict(AppError):
    msgid = N_("This cannot be done in the present state")


class StaleRecord(Conflict):
    """Someone else saved first. `changes`: [(field, was, theirs), …] where it is known."""

    msgid = N_("Someone else has changed this record meanwhile")


class RequestReused(Conflict):
    msgid = N_("This form was already sent with other values. Open it again")


class Busy(AppError):
    msgid = N_("The system is busy. Try again in a moment")


class Unavailable(AppError):
    msgid = N_("The database cannot be reached. Try again in a moment")
