"""The group's parameters as people see and change them: from when, by whom, why, to what effect
(A21, 6.6)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Final

from sqlalchemy import select
from sqlmodel import Session, col

from db.locks import lock_decisions
from db.models import ParameterValue, Role, Store, User
from services.core import approvals, audit, clock, fields, parameters, recorded
from services.core.access import Actor, Permission, load
from services.core.approvals import ApprovalKind, Asked, Phrase
from services.core.errors import Conflict, InvalidInput, NotFound, NotPermitted
from services.core.inputs import Input, Request
from services.core.parameters import AS_GROUP, PARAMETERS, Dated, Number, Parameter
from services.core.words import N_
from services.customers import reveals

Value = Annotated[str, fields.text(20)]

AS_IN_GROUP: Final = N_("As in the whole group")
LOOKED_BACK: Final = timedelta(days=30)
"""The full days before today over which an effect is counted."""


class DayHasPassed(InvalidInput):
    msgid = N_("A value can begin today at the earliest")


class DatedBefore(Conflict):
    msgid = N_("There is already a value that begins on {day}. Choose a later day")


class NothingChanges(Conflict):
    msgid = N_("This value holds on that day anyhow")


class SameEverywhere(InvalidInput):
    msgid = N_("This parameter is the same in all stores")


class AlreadyBegun(Conflict):
    msgid = N_("This value has begun or was withdrawn. Enter a new one instead")


@dataclass(frozen=True, slots=True)
class SettingLine:
    """A parameter today, for the group or as one store has it. `since`, `author` and `reason` are
    None or "" while the default holds; `next_*` tell of the next day on which it changes."""

    id: str
    """The key."""
    parameter: Parameter
    value: Number
    is_own: bool
    """Whether the value is the store's own, not the group's."""
    since: date | None
    author: str
    reason: str
    next_value: Number | None
    next_on: date | None
    asked: str | None
    """The value that somebody has asked for and nobody has answered, as far as the reader may see
    the request."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One value in a parameter's history. `store` "" is the group, whose value a store follows
    again where `value` is None; `until_on` is the last day."""

    id: int
    store: str
    value: Number | None
    from_on: date
    until_on: date | None
    author: str
    approved_by: str
    """"" where one person was enough."""
    reason: str
    created_at: datetime
    is_withdrawn: bool
    may_withdraw: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a change: the decision's id, or the request that waits for somebody else."""

    decided: int | None = None
    asked: Asked | None = None


@dataclass(frozen=True, slots=True)
class Effect:
    """How many people went over a number, and on how many of the `LOOKED_BACK` days."""

    people: int
    days: int


def page(session: Session, actor: Actor, store_id: int | None = None) -> list[SettingLine]:
    """Every parameter as it is today, for the group (None) or a store, in the register's order."""
    actor.require(Permission.SETTINGS_VIEW)
    decided = parameters.history(session, PARAMETERS)
    names = _people(session, decided)
    asked = _asked(session, store_id)
    return [
        _line(each, [one for one in decided if one.key == each.key], store_id, names, asked)
        for each in PARAMETERS.values()
    ]


def _asked(session: Session, store_id: int | None) -> dict[str, str]:
    """Key -> the value that is asked for, of this store or (None) the group."""
    forms = approvals.waiting(session, ApprovalKind.SETTING)
    return {form["key"]: form["value"] for form in forms if form.get("store_id") == store_id}


def _line(
    each: Parameter,
    decided: list[Dated],
    store_id: int | None,
    names: dict[int, str],
    asked: dict[str, str],
) -> SettingLine:
    today = clock.today()
    now = parameters.in_force(decided, today, store_id)
    to_come = sorted({one.from_on for one in decided if one.from_on > today})
    ahead = {day: parameters.in_force(decided, day, store_id) for day in to_come}
    next_on = next((day for day, one in ahead.items() if one != now), None)
    return SettingLine(
        id=each.key,
        parameter=each,
        value=parameters.held(now, each),
        is_own=now is not None and now.store_id is not None,
        since=now.from_on if now else None,
        author=names.get(now.author_id or 0, "") if now else "",
        reason=now.reason if now else "",
        next_value=parameters.held(ahead[next_on], each) if next_on else None,
        next_on=next_on,
        asked=asked.get(each.key),
    )


def history(session: Session, actor: Actor, key: str) -> list[Decision]:
    """Everything that was decided about one parameter, latest first. Raises UnknownParameter."""
    actor.require(Permission.SETTINGS_VIEW)
    decided = parameters.history(session, [parameters.parameter(key).key])
    names, today = _people(session, decided), clock.today()
    stores = dict(session.execute(select(col(Store.id), col(Store.name))).all())
    return [
        Decision(
            id=one.id,
            store=stores[one.store_id] if one.store_id is not None else "",
            value=one.value,
            from_on=one.from_on,
            until_on=_until(one, decided),
            author=names.get(one.author_id or 0, ""),
            approved_by=names.get(one.approved_by_id or 0, ""),
            reason=one.reason,
            created_at=one.created_at,
            is_withdrawn=one.withdrawn_at is not None,
            may_withdraw=one.withdrawn_at is None and one.from_on > today,
        )
        for one in reversed(decided)
    ]


def _until(one: Dated, decided: list[Dated]) -> date | None:
    later = [
        other.from_on
        for other in decided
        if other.store_id == one.store_id
        and other.withdrawn_at is None
        and other.from_on > one.from_on
    ]
    return min(later) - timedelta(days=1) if later and one.withdrawn_at is None else None


def _people(session: Session, decided: list[Dated]) -> dict[int, str]:
    keys = {key for one in decided for key in (one.author_id, one.approved_by_id)}
    return recorded.names_of(session, User, keys)


# ---- what a change would do


class Proposal(Input):
    """A value to look at before it is decided. `store_id` None: for the group."""

    key: fields.Code
    store_id: fields.PositiveId | None = None
    value: Value


def effect(session: Session, actor: Actor, proposal: Proposal) -> Effect | None:
    """What the value would have meant in the last days; None where that cannot be computed.

    Raises UnknownParameter, OutOfBounds.
    """
    actor.require(Permission.SETTINGS_PROPOSE)
    number = parameters.parameter(proposal.key).read(proposal.value)
    preview = EFFECTS.get(proposal.key)
    return preview(session, number, proposal.store_id) if preview else None


def _reveals(key: str) -> Callable[[Session, Number, int | None], Effect]:
    roles = [role for role in Role if reveals.quota_of(role) == key]

    def preview(session: Session, number: Number, store_id: int | None) -> Effect:
        since = clock.today() - LOOKED_BACK
        over = reveals.over(session, int(number), roles, store_id, since)
        return Effect(len({person for person, _day in over}), len({day for _person, day in over}))

    return preview


EFFECTS: Final[dict[str, Callable[[Session, Number, int | None], Effect]]] = {
    key: _reveals(key)
    for key in (
        parameters.REVEALS_OF_SPECIALIST,
        parameters.REVEALS_OF_MANAGER,
        parameters.REVEALS_OF_OTHERS,
    )
}
"""Of the parameters whose effect can be told beforehand: how."""


# ---- deciding


class ChangeSetting(Request):
    """`value` in digits, or `AS_GROUP` for a store that follows the group again; it holds from the
    beginning of `from_on` where the dealer works."""

    key: fields.Code
    store_id: fields.PositiveId | None = None
    value: Annotated[str, fields.text(20, least=0)]
    from_on: fields.DateInRange
    reason: fields.Reason


def change(session: Session, actor: Actor, form: ChangeSetting) -> Outcome:
    """Decide a value from a day on, or ask somebody who may.

    Somebody else agrees first where the parameter needs two people, or where the actor may only
    propose. Raises UnknownParameter, OutOfBounds, SameEverywhere, NotFound (store), NotPermitted
    (a store not one's own), DayHasPassed, DatedBefore, NothingChanges, AskedAlready, NobodyDecides.
    """
    actor.require(Permission.SETTINGS_PROPOSE)
    known = parameters.parameter(form.key)
    if not (actor.is_of_group or form.store_id in {None, actor.store_id}):
        raise NotPermitted(store_id=form.store_id)
    if actor.may(Permission.SETTINGS_CHANGE) and not known.needs_approval:
        return Outcome(decided=decide(session, actor, form, None))
    _check(session, form)
    matter = approvals.Matter(
        kind=ApprovalKind.SETTING,
        subject=f"{form.key}:{form.store_id or ''}:{form.from_on}",
        needs=Permission.SETTINGS_APPROVE,
        what=[known.label],
        details={"key": form.key, "value": form.value, "from_on": form.from_on},
    )
    asked = approvals.ask(session, actor, form, matter, form.reason)
    return Outcome(asked=asked)


def decide(session: Session, author: Actor, form: ChangeSetting, approved_by_id: int | None) -> int:
    """Write the value down as `author`'s decision; returns its id.

    For those who have asked for his right: `change`, and the answer to a request of his.
    """
    was = _check(session, form)
    row = ParameterValue(
        key=form.key,
        store_id=form.store_id,
        value=form.value,
        from_on=form.from_on,
        created_at=clock.now(),
        author_id=author.id,
        reason=form.reason,
        approved_by_id=approved_by_id,
    )
    session.add(row)
    audit.record(
        session,
        author,
        audit.Action.SETTINGS_CHANGED,
        row,
        changes=[audit.Change("value", str(was), row.value)],
        reason=form.reason,
        key=row.key,
        from_on=row.from_on,
    )
    return row.id


def _check(session: Session, form: ChangeSetting) -> Number:
    """Refuse what cannot be decided; returns the value that would hold on that day."""
    known = parameters.parameter(form.key)
    follows_again = form.value == AS_GROUP and form.store_id is not None
    number = None if follows_again else known.read(form.value)
    _check_store(session, known, form.store_id)
    if form.from_on < clock.today():
        raise DayHasPassed
    lock_decisions(session)
    decided = parameters.history(session, [form.key])
    _check_order(decided, form)
    before = parameters.in_force(decided, form.from_on, form.store_id)
    was = parameters.held(before, known)
    has_own = before is not None and before.store_id is not None
    if number == was or (follows_again and not has_own):
        raise NothingChanges
    return was


def from_today(form: ChangeSetting) -> ChangeSetting:
    """A proposal whose day passed before it was answered begins on the day of the answer."""
    return form.model_copy(update={"from_on": max(form.from_on, clock.today())})


def facts(session: Session, form: ChangeSetting, as_of: datetime | None) -> list[tuple[str, Any]]:
    """What a proposal says, for whoever decides, beside the value that held `as_of` (None: now)."""
    known = parameters.parameter(form.key)
    decided = parameters.history(session, [form.key])
    if as_of is not None:
        decided = [one for one in decided if one.created_at < as_of]
    day = clock.today() if as_of is None else clock.day_of(as_of)
    now = parameters.in_force(decided, day, form.store_id)
    places = recorded.names_of(session, Store, {form.store_id})
    return [
        ("key", Phrase(known.label)),
        ("store", places.get(form.store_id or 0) or Phrase(N_("The whole group"))),
        ("present_value", str(parameters.held(now, known))),
        ("value", form.value or Phrase(AS_IN_GROUP)),
        ("unit", known.unit),
        ("from_on", form.from_on),
    ]


def _check_store(session: Session, known: parameters.Parameter, store_id: int | None) -> None:
    if store_id is None:
        return
    if not known.by_store:
        raise SameEverywhere
    if session.execute(select(col(Store.id)).where(col(Store.id) == store_id)).first() is None:
        raise NotFound(record="Store", id=store_id)


def _check_order(decided: list[Dated], form: ChangeSetting) -> None:
    days = [
        one.from_on for one in decided if one.store_id == form.store_id and one.withdrawn_at is None
    ]
    if days and form.from_on <= max(days):
        raise DatedBefore(day=max(days))


class WithdrawSetting(Request):
    id: fields.PositiveId
    reason: fields.Reason


def withdraw(session: Session, actor: Actor, form: WithdrawSetting) -> int:
    """Take back a value before its day; returns its id. Raises NotFound, AlreadyBegun."""
    actor.require(Permission.SETTINGS_CHANGE)
    lock_decisions(session)
    row = load(session, ParameterValue, form.id, lock=True)
    if row.withdrawn_at is not None or row.from_on <= clock.today():
        raise AlreadyBegun
    row.withdrawn_at = clock.now()
    audit.record(
        session,
        actor,
        audit.Action.SETTINGS_WITHDRAWN,
        row,
        reason=form.reason,
        key=row.key,
        value=row.value,
        from_on=row.from_on,
    )
    return row.id
