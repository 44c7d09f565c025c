"""The studio of rules: all of them at a glance, and one version with what is known of it (V01)."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session, col

from db.models import Cadence, CadenceState, User
from services.core.access import Actor, Permission, load
from services.visits import comparing, proposals, rules
from services.visits.checking import Trouble, is_sound
from services.visits.comparing import Difference, Outcome
from services.visits.proposals import ProposalLine
from services.visits.views import CadenceLine


@dataclass(frozen=True, slots=True)
class RuleFile:
    """One version of a rule. `before` is the version before it, with what changed since."""

    line: CadenceLine
    versions: list[CadenceLine]
    """All of the rule, the latest first."""
    before: CadenceLine | None
    differences: list[Difference]
    troubles: list[Trouble]
    """Of a draft; the others hold or have held."""
    proposals: list[ProposalLine]
    outcomes: list[Outcome]
    author: str
    approver: str
    may_lead: bool
    may_propose: bool
    may_approve: bool
    """Nothing grave speaks against it, and somebody else wrote it."""
    is_own: bool
    """The reader wrote it, and somebody else can approve it."""


def rule_file(session: Session, actor: Actor, cadence_id: int) -> RuleFile:
    """One version of a rule with all that a decision about it needs. Raises NotFound."""
    actor.require(Permission.VISITS_VIEW)
    code = load(session, Cadence, cadence_id).code
    known = rules.lines(session)
    of_rule = [one for one in known if one.code == code]
    [line] = [one for one in of_rule if one.id == cadence_id]
    before = next((one for one in of_rule if one.number < line.number), None)
    is_draft = line.state is CadenceState.DRAFT
    troubles = rules.troubles(session, line, known) if is_draft else []
    people = _names(session, line)
    is_free = rules.may_approve(session, actor, line.author_id)
    may_lead = actor.may(Permission.VISITS_LEAD)
    return RuleFile(
        line=line,
        versions=of_rule,
        before=before,
        differences=comparing.differences(before, line) if before else [],
        troubles=troubles,
        proposals=proposals.of_rule(session, code),
        outcomes=comparing.outcomes(session, code),
        author=people.get(line.author_id, ""),
        approver=people.get(line.approved_by_id, ""),
        may_lead=may_lead,
        may_propose=not is_draft and actor.may(Permission.VISITS_WORK),
        may_approve=is_draft and is_free and is_sound(troubles),
        is_own=is_draft and may_lead and not is_free,
    )


def waiting(session: Session, actor: Actor) -> dict[str, int]:
    """Code of a rule -> how many proposals wait for an answer."""
    actor.require(Permission.VISITS_LEAD)
    return proposals.open_by_rule(session)


def _names(session: Session, line: CadenceLine) -> dict[int | None, str]:
    query = select(col(User.id), col(User.name)).where(
        col(User.id).in_([one for one in (line.author_id, line.approved_by_id) if one])
    )
    return dict(session.execute(query).all())
