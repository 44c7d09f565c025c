"""What the commands on promises take."""

from typing import Annotated

from db.models import PromiseState, TouchKind
from services.core.fields import Moment, OrNone, PositiveId, text
from services.core.inputs import Input, Request

Promised = Annotated[str, text(500, least=2, lines=True)]
Reply = Annotated[str, text(1000, least=2, lines=True)]


class MakePromise(Request):
    """A customer was promised something by a moment. `owner_id` None: whoever writes it keeps
    it."""

    customer_id: PositiveId
    promise: Promised
    promised_at: Moment
    owner_id: OrNone[PositiveId] = None


class ClosePromise(Request):
    """What became of it, and how the customer was told. `told_at` None: now."""

    promise_id: PositiveId
    version: PositiveId
    state: PromiseState
    told_by: TouchKind
    told_at: OrNone[Moment] = None
    reply: Reply


class RemindOfPromises(Input):
    """Look for promises that are due soon, or late."""
