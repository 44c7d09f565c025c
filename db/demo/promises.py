"""What a customer who is right is promised, as the ledger of complaints keeps it."""

from datetime import datetime
from typing import Final

from db.demo.data import table
from db.demo.dice import Dice
from db.demo.matters import remedies
from db.demo.people import Row
from db.models import RemedyKind, RemedyState

_MONEY: Final = frozenset({RemedyKind.COMPENSATION, RemedyKind.REFUND})
_STEP, _STEPS = 50, (2, 10)
"""Yuan, and how many of them: what a manager may promise by himself."""
_ACCOUNT: Final = "6601.08"


def promised(dice: Dice, *, handler: int, manager: int) -> "Promise":
    """Something or other; money by whoever leads the store."""
    kind, yuan = remedies().draw(dice), _STEP * dice.between(*_STEPS)
    words = str(dice.pick(table("complaints")["promises"][kind.value]))
    return Promise(kind, yuan, manager if kind in _MONEY else handler, words)


class Promise:
    """One thing that is done for the customer."""

    def __init__(self, kind: RemedyKind, yuan: int, by: int, words: str) -> None:
        self._kind, self.by, self.words = kind, by, words
        self._is_money = kind in _MONEY
        self._amount = yuan * 100 if self._is_money else None
        self._first = RemedyState.APPROVED if self._is_money else RemedyState.PLANNED

    def details(self, *, is_done: bool) -> Row:
        """Of the event that tells of it."""
        return {
            "remedy": self._kind.value,
            "amount_fen": self._amount,
            "is_paid": False,
            "state": self._state(is_done=is_done),
        }

    def row(self, complaint_id: int, promised: datetime, done: datetime | None) -> Row:
        return {
            "complaint_id": complaint_id,
            "kind": self._kind.value,
            "words": self.words,
            "amount_fen": self._amount,
            "account_code": _ACCOUNT if self._is_money else "",
            "consent_no": None,
            "state": self._state(is_done=done is not None),
            "planned_at": promised,
            "planned_by_id": self.by,
            "approved_by_id": self.by if self._is_money else None,
            "done_at": done,
            "paid_at": None,
        }

    def _state(self, *, is_done: bool) -> str:
        return (RemedyState.DONE if is_done else self._first).value
