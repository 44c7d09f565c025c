"""What the commands on contacts take."""

from typing import Annotated

from db.models import CallResult, TouchKind, VisitKind
from services.core.fields import DateInRange, Line, OrNone, PositiveId, Reason, text, whole
from services.core.inputs import Request
from services.surveys.inputs import Answers

Words = Annotated[str, text(2000, least=0, lines=True)]
Seconds = Annotated[int, whole(0, 24 * 3600)]


class WorkOnTask(Request):
    """`version` is the one that was shown."""

    task_id: PositiveId
    version: PositiveId


class RecordCall(WorkOnTask):
    """What came of one attempt. Where somebody was reached: what was said, and the next contact,
    or why there is none; a call of a few seconds needs a reason."""

    result: CallResult
    words: Words = ""
    next_on: OrNone[DateInRange] = None
    no_more: OrNone[Reason] = None
    """Why nothing more follows."""
    seconds: OrNone[Seconds] = None
    """How long it took."""
    short_reason: OrNone[Reason] = None
    survey_id: OrNone[PositiveId] = None
    """The version by which he was asked."""
    answers: Answers = ()
    """What he answered, where he was reached; none: he was not asked, or would not answer."""


class PlanContact(Request):
    """A contact that somebody wants (V30, V41). `owner_id` None: whoever of the desk takes it."""

    customer_id: PositiveId
    kind: VisitKind
    due_on: DateInRange
    purpose: Line
    owner_id: OrNone[PositiveId] = None


class MoveTask(WorkOnTask):
    """To another day, another person, or both."""

    due_on: DateInRange
    owner_id: OrNone[PositiveId] = None
    reason: OrNone[Reason] = None


class CancelTask(WorkOnTask):
    reason: Reason


TOUCHES = {
    VisitKind.CALL: TouchKind.CALL,
    VisitKind.VISIT: TouchKind.VISIT,
    VisitKind.MESSAGE: TouchKind.WECHAT,
    VisitKind.RECEPTION: TouchKind.WALK_IN,
}
"""A contact that was made, as it stands on the customer's timeline."""
