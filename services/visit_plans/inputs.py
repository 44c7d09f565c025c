"""What the commands on weekly visit plans take."""

from typing import Annotated

from services.core.fields import DateInRange, Line, OrNone, PositiveId, text, whole
from services.core.inputs import Request

Target = Annotated[int, whole(1, 100)]
Focus = Annotated[str, text(500, lines=True)]
Note = Annotated[str, text(500, least=0, lines=True)]
Verdict = Annotated[str, text(500, least=2, lines=True)]
Summary = Annotated[str, text(1000, least=2, lines=True)]


class WritePlan(Request):
    """Where one goes in a week (any of its days), to how many customers, with what in view (V18).
    `version` is that of the plan that was shown; None: there was none."""

    week_on: DateInRange
    version: OrNone[PositiveId] = None
    area: Line
    target: Target
    focus: Focus


class OnPlan(Request):
    """`version` is the one that was shown."""

    plan_id: PositiveId
    version: PositiveId


class AddVisit(OnPlan):
    """A customer whom one goes to see in that week."""

    customer_id: PositiveId
    due_on: DateInRange
    purpose: Line


class SubmitPlan(OnPlan):
    """It is ready to be looked at."""


class DecidePlan(OnPlan):
    """Agreed to, or sent back with a note."""

    is_granted: bool
    note: Note = ""


class SummarisePlan(OnPlan):
    """How the week went (V54)."""

    summary: Summary


class ReviewPlan(OnPlan):
    """What whoever leads says of the week (V22)."""

    verdict: Verdict
