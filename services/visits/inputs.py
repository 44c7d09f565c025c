"""What the commands on contacts take."""

from typing import Annotated, Final

from pydantic import Field

from db.models import CallResult, Desk, FeedbackCode, Rsvp, TouchKind, VisitKind
from services.campaigns.inputs import People
from services.core.fields import DateInRange, Line, Moment, OrNone, PositiveId, Reason, text, whole
from services.core.inputs import Input, Request
from services.core.uploads import Upload
from services.promises.inputs import Promised
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
    campaign_id: OrNone[PositiveId] = None
    """The invitation that he answered."""
    rsvp: OrNone[Rsvp] = None
    """What he answered; None: he was not asked, or did not say."""
    people: OrNone[People] = None
    """Where he comes: how many come with him, he among them."""
    promise: OrNone[Promised] = None
    """What the customer was promised at it."""
    promised_at: OrNone[Moment] = None
    """By when."""


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

Answer = Annotated[str, text(1000, lines=True)]


class Told(Request):
    """What a visit form says (LC 16.06.302.02, V19, V20): where, when, whom, the six answers."""

    visited_place: Line
    started_at: Moment
    ended_at: Moment
    met: Line
    companion_id: OrNone[PositiveId] = None
    """A colleague who went along (V50)."""
    needs: Answer
    rivals: Answer
    gap: Answer
    improvement: Answer
    improve_on: DateInRange
    feedback: Answer
    strategy: Answer
    codes: tuple[FeedbackCode, ...] = ()


class WriteForm(Told, WorkOnTask):
    """The form of a visit, which is the contact's result: with what was promised, photos, and the
    next contact and what it is for, or why nothing more follows."""

    next_on: OrNone[DateInRange] = None
    next_purpose: OrNone[Line] = None
    no_more: OrNone[Reason] = None
    promise: OrNone[Promised] = None
    promised_at: OrNone[Moment] = None
    files: tuple[Upload, ...] = ()


class CorrectForm(Told):
    """What the form should have said."""

    form_id: PositiveId
    version: PositiveId


class NoteImprovement(Request):
    """What came of what was to be done better."""

    form_id: PositiveId
    version: PositiveId
    outcome: Answer


class TakeForm(Input):
    """One form on paper."""

    form_id: PositiveId


class TakePaper(Input):
    """A photo or paper of a visit, as it came."""

    file_id: PositiveId
