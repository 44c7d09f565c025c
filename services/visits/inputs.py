"""What the commands on contacts take."""

from typing import Annotated, Final

from pydantic import Field

from db.models import CallResult, Desk, TouchKind, VisitKind
from services.core.fields import DateInRange, Line, OrNone, PositiveId, Reason, text, whole
from services.core.inputs import Input, Request
from services.surveys.inputs import Answers

Words = Annotated[str, text(2000, least=0, lines=True)]
Seconds = Annotated[int, whole(0, 24 * 3600)]
AT_ONCE: Final = 200
"""Contacts that one command moves."""


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
    desk: OrNone[Desk] = None
    """Whose work it is; None: one's own desk's."""


class MoveTask(WorkOnTask):
    """To another day (None: it stays), another person (None: whoever of the desk takes it), or
    both."""

    due_on: OrNone[DateInRange] = None
    owner_id: OrNone[PositiveId] = None
    reason: OrNone[Reason] = None


class Shown(Input):
    """A contact as it was shown."""

    task_id: PositiveId
    version: PositiveId


class MoveTasks(Request):
    """Many at once, to a day, to a person or back to their desks. What is not said stays."""

    tasks: Annotated[tuple[Shown, ...], Field(min_length=1, max_length=AT_ONCE)]
    due_on: OrNone[DateInRange] = None
    owner_id: OrNone[PositiveId] = None
    to_desk: bool = False
    """Whoever of the desk takes them; then nobody is named."""
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
