"""Changes that whoever makes the contacts proposes to a script; whoever leads takes them over into
a draft, or says why not (V13)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final

from sqlalchemy import func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from db.models import Cadence, CadenceState, CadenceStep, ProposalState, ScriptProposal, User
from services.core import audit, clock, notices
from services.core.access import Actor, Permission, load
from services.core.audit import Action
from services.core.choices import choice_label
from services.core.errors import Conflict, InvalidInput, NotFound, StaleRecord
from services.core.fields import PositiveId, Reason, text
from services.core.inputs import Request
from services.core.tellings import NoticeKind
from services.core.words import N_
from services.visits import scripts, versions

MOST: Final = 200
Words = Annotated[str, text(4000, lines=True)]
Answer = Annotated[str, text(200, least=0)]


class NotOpen(Conflict):
    msgid = N_("This proposal was answered meanwhile")


class StepGone(Conflict):
    msgid = N_("The draft has no such step any more. Put it there by hand, and say so")


class NothingNew(InvalidInput):
    msgid = N_("This is what the script says already")


class ProposeScript(Request):
    """What to say instead at a step of a rule, and why."""

    step_id: PositiveId
    is_english: bool = False
    script: Words
    reason: Reason


class AnswerProposal(Request):
    """`version` is the one that was shown."""

    proposal_id: PositiveId
    version: PositiveId


class TakeProposal(AnswerProposal):
    """Into the draft of its rule, which is begun where there is none."""

    answer: Answer = ""


class DeclineProposal(AnswerProposal):
    answer: Reason


@dataclass(frozen=True, slots=True)
class ProposalLine:
    """`was` is what the script said in that language when it was proposed."""

    id: int
    version: int
    cadence_id: int
    code: str
    rule: str
    rule_en: str
    nth: int
    purpose: str
    purpose_en: str
    is_english: bool
    was: str
    script: str
    reason: str
    state: ProposalState
    author: str
    created_at: datetime
    answer: str
    answered_by: str
    answered_at: datetime | None


def propose(session: Session, actor: Actor, form: ProposeScript) -> int:
    """Propose another script for a step; returns the proposal's id.

    Raises NotFound (also for a step of a draft), NothingNew, UnknownPlace, StrayBrace.
    """
    actor.require(Permission.VISITS_WORK)
    step = load(session, CadenceStep, form.step_id)
    cadence = load(session, Cadence, step.cadence_id)
    if cadence.state is CadenceState.DRAFT:  # whoever writes it takes advice by word of mouth
        raise NotFound(record="CadenceStep", id=form.step_id)
    scripts.check(form.script)
    if form.script == (step.script_en if form.is_english else step.script):
        raise NothingNew
    proposal = ScriptProposal(
        **form.model_dump(exclude={"request_id"}), author_id=actor.id, created_at=clock.now()
    )
    session.add(proposal)
    session.flush()
    audit.record(session, actor, Action.SCRIPTS_PROPOSED, proposal, what=cadence.code)
    leading = notices.those_who_may(session, Permission.VISITS_LEAD, actor.store_id)
    notices.tell(
        session,
        [one for one in leading if one != actor.id],
        NoticeKind.SCRIPT_PROPOSED,
        _cause(proposal),
        person=actor.name,
        name=cadence.name,
        rule=cadence.id,
    )
    return proposal.id


def take_over(session: Session, actor: Actor, form: TakeProposal) -> int:
    """Put it into the draft of its rule; returns the draft's id.

    Raises NotFound, NotOpen, StaleRecord, StepGone.
    """
    actor.require(Permission.VISITS_LEAD)
    proposal = _hold(session, form)
    step = load(session, CadenceStep, proposal.step_id)
    draft = versions.draft_for(session, actor, load(session, Cadence, step.cadence_id))
    steps = versions.steps_of(session, draft.id)
    at = _place(steps, step)
    steps[at]["script_en" if proposal.is_english else "script"] = proposal.script
    versions.rewrite(session, draft, steps)
    draft.author_id = actor.id
    audit.record(session, actor, Action.CADENCES_EDITED, draft, what=draft.code)
    _answered(session, actor, proposal, ProposalState.TAKEN, form.answer)
    return draft.id


def decline(session: Session, actor: Actor, form: DeclineProposal) -> int:
    """Say why not; returns the proposal's id. Raises NotFound, NotOpen, StaleRecord."""
    actor.require(Permission.VISITS_LEAD)
    proposal = _hold(session, form)
    _answered(session, actor, proposal, ProposalState.DECLINED, form.answer)
    return proposal.id


def of_rule(session: Session, code: str) -> list[ProposalLine]:
    """What was proposed to a rule, whichever version: the open first, then the latest."""
    author, answerer = aliased(User), aliased(User)
    query = (
        select(
            ScriptProposal,
            Cadence,
            CadenceStep,
            func.coalesce(col(author.name), ""),
            func.coalesce(col(answerer.name), ""),
        )
        .join(CadenceStep, col(CadenceStep.id) == col(ScriptProposal.step_id))
        .join(Cadence, col(Cadence.id) == col(CadenceStep.cadence_id))
        .outerjoin(author, col(author.id) == col(ScriptProposal.author_id))
        .outerjoin(answerer, col(answerer.id) == col(ScriptProposal.answered_by_id))
        .where(col(Cadence.code) == code)
        .order_by(col(ScriptProposal.state) != ProposalState.OPEN, col(ScriptProposal.id).desc())
        .limit(MOST)
    )
    return [_line(*row) for row in session.execute(query)]


def open_by_rule(session: Session) -> dict[str, int]:
    """Code of a rule -> how many proposals wait for an answer."""
    query = (
        select(col(Cadence.code), func.count())
        .join(CadenceStep, col(CadenceStep.cadence_id) == col(Cadence.id))
        .join(ScriptProposal, col(ScriptProposal.step_id) == col(CadenceStep.id))
        .where(col(ScriptProposal.state) == ProposalState.OPEN)
        .group_by(col(Cadence.code))
    )
    return {code: int(count) for code, count in session.execute(query)}


def _line(
    proposal: ScriptProposal, cadence: Cadence, step: CadenceStep, author: str, answerer: str
) -> ProposalLine:
    return ProposalLine(
        id=proposal.id,
        version=proposal.version,
        cadence_id=cadence.id,
        code=cadence.code,
        rule=cadence.name,
        rule_en=cadence.name_en,
        nth=step.nth,
        purpose=step.purpose,
        purpose_en=step.purpose_en,
        is_english=proposal.is_english,
        was=step.script_en if proposal.is_english else step.script,
        script=proposal.script,
        reason=proposal.reason,
        state=proposal.state,
        author=author,
        created_at=proposal.created_at,
        answer=proposal.answer,
        answered_by=answerer,
        answered_at=proposal.answered_at,
    )


def _place(steps: list[dict[str, object]], step: CadenceStep) -> int:
    """Where the same step stands in a draft: the one for the same, else of the same day."""
    for name in ("purpose", "offset_days"):
        for at, one in enumerate(steps):
            if one[name] == getattr(step, name):
                return at
    raise StepGone


def _hold(session: Session, form: AnswerProposal) -> ScriptProposal:
    proposal = load(session, ScriptProposal, form.proposal_id, lock=True)
    if proposal.state is not ProposalState.OPEN:
        raise NotOpen
    if proposal.version != form.version:
        raise StaleRecord(version=proposal.version)
    return proposal


def _answered(
    session: Session, actor: Actor, proposal: ScriptProposal, state: ProposalState, answer: str
) -> None:
    """Whoever proposed it is told; whoever was to answer it need not any more."""
    proposal.state, proposal.answer = state, answer
    proposal.answered_at, proposal.answered_by_id = clock.now(), actor.id
    audit.record(session, actor, Action.SCRIPTS_ANSWERED, proposal, reason=answer, state=state)
    notices.settle(session, _cause(proposal))
    if proposal.author_id in {None, actor.id}:
        return
    step = load(session, CadenceStep, proposal.step_id)
    cadence = load(session, Cadence, step.cadence_id)
    notices.tell(
        session,
        [proposal.author_id],
        NoticeKind.SCRIPT_ANSWERED,
        f"{_cause(proposal)}:answer",
        what=[choice_label(state)],
        name=cadence.name,
        answer=answer,
        rule=cadence.id,
    )


def _cause(proposal: ScriptProposal) -> str:
    return f"script_proposals:{proposal.id}"
