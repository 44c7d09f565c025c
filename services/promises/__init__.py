"""What customers were promised, by whom and until when, and what they were told of it (V11)."""

from db.models import PromiseState
from services.promises.figures import BEHIND, METRICS, Past
from services.promises.inputs import ClosePromise, MakePromise, RemindOfPromises
from services.promises.making import close, make
from services.promises.register import Kept, Standing, of_customer, register
from services.promises.reminding import remind
from services.promises.views import PromiseLine, Register

__all__ = [
    "BEHIND",
    "METRICS",
    "ClosePromise",
    "Kept",
    "MakePromise",
    "Past",
    "PromiseLine",
    "PromiseState",
    "Register",
    "RemindOfPromises",
    "Standing",
    "close",
    "make",
    "of_customer",
    "register",
    "remind",
]
