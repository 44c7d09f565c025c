"""What makes a complaint a special one, and who sees it because of that (C27, C29, C30)."""

from collections.abc import Iterable

from sqlalchemy import delete, select
from sqlmodel import Session, col

from db.models import (
    Complaint,
    ComplaintEvent,
    ComplaintPerson,
    EventKind,
    PartIn,
    PostDuty,
    Role,
    Severity,
    User,
)
from services import posts
from services.complaints import events, warning
from services.complaints.events import Receipt
from services.complaints.inputs import FlagComplaint, NamePerson
from services.complaints.limits import MAJOR
from services.complaints.marks import FLAGS
from services.core import clock, notices, recorded
from services.core.access import Actor, Permission, load
from services.core.errors import Conflict, InvalidInput, NotFound
from services.core.tellings import NoticeKind
from services.core.words import N_


class NobodyThere(InvalidInput):
    msgid = N_("This person has no account that is in use")


class NamedAlready(Conflict):
    msgid = N_("This person sees the case already")


class NotNamed(Conflict):
    msgid = N_("This person is not named in the case, or has it in his hands")


class NotASpokesperson(InvalidInput):
    msgid = N_("{person} is not named to answer in public. Named are: {people}")


class NobodySpeaks(Conflict):
    msgid = N_(
        "Nobody is named to answer in public, neither for this store nor for the group. The "
        "director, or the manager of the store, names somebody under “Named people”"
    )


class NotTheSpokesperson(Conflict):
    msgid = N_("{person} alone answers this case, because it is in public")


def flag(session: Session, actor: Actor, form: FlagComplaint) -> Receipt:
    """Mark what it touches: safety or the media make it L3 at least; a legal case is seen by those
    named in it only, to begin with by whoever marks it, those in whose hands it is, and directors.
    Those who lead and see it no more are told so.

    A new spokesperson is one of those named for it today. Raises NobodyThere, NobodySpeaks,
    NotASpokesperson.
    """
    actor.require(Permission.COMPLAINTS_LEAD)
    complaint = events.hold(session, actor, form, EventKind.FLAGGED)
    speaker = form.spokesperson_id
    if speaker is not None and speaker != complaint.spokesperson_id:
        _check_speaker(session, complaint, speaker)
    was_legal = complaint.is_legal
    if form.is_legal and not was_legal:
        let_in(session, complaint, PartIn.NAMED, {actor.id, *_whose(complaint), *_heads(session)})
    if (form.is_safety or form.is_media) and complaint.severity not in MAJOR:
        complaint.severity = Severity.L3
    for name in (*FLAGS, "spokesperson_id", "legal_stage"):
        setattr(complaint, name, getattr(form, name))
    flags = form.model_dump(include={*FLAGS, "legal_stage"})
    receipt = events.happen(session, actor, complaint, EventKind.FLAGGED, note=form.reason, **flags)
    if was_legal is not form.is_legal:
        _hide(session, complaint)
        _tell_of_law(session, actor, complaint)
    return receipt


def name_person(session: Session, actor: Actor, form: NamePerson) -> Receipt:
    """Let somebody see it who would not otherwise; he is told so, each time that he is named.

    Raises NobodyThere, NamedAlready.
    """
    actor.require(Permission.COMPLAINTS_LEAD)
    complaint = events.hold(session, actor, form, EventKind.NAMED)
    _check_person(session, form.user_id)
    if not let_in(session, complaint, PartIn.NAMED, {form.user_id}):
        raise NamedAlready
    receipt = _named(session, actor, complaint, form, is_in=True)
    happened = events.of(session, complaint.id)
    notices.settle(session, *_markings(complaint, happened), of=[form.user_id])
    notices.tell(
        session,
        {form.user_id} - {actor.id},
        NoticeKind.COMPLAINT_NAMED,
        f"complaints:{complaint.id}:named:{happened[-1].seq}",
        number=complaint.number,
        person=actor.name,
        complaint=complaint.id,
    )
    return receipt


def unname_person(session: Session, actor: Actor, form: NamePerson) -> Receipt:
    """He is not to see it any more. Those in whose hands it is stay, and so does whoever asks.

    Raises NotNamed.
    """
    actor.require(Permission.COMPLAINTS_LEAD)
    complaint = events.hold(session, actor, form, EventKind.NAMED)
    found = [one for one in _people(session, complaint) if one.user_id == form.user_id]
    if not found or form.user_id in {actor.id, *_whose(complaint)}:
        raise NotNamed
    for one in found:
        session.delete(one)
    receipt = _named(session, actor, complaint, form, is_in=False)
    _hide(session, complaint)
    return receipt


def let_in(
    session: Session, complaint: Complaint, part: PartIn, people: Iterable[int | None]
) -> list[int]:
    """Add those who are not there in this part yet; returns them (ids)."""
    known = {one.user_id for one in _people(session, complaint) if one.part is part}
    new = sorted({person for person in people if person is not None} - known)
    for person in new:
        session.add(
            ComplaintPerson(complaint_id=complaint.id, user_id=person, part=part, since=clock.now())
        )
    session.flush()  # the second wall asks who is named before a case becomes a legal one
    return new


def let_out(session: Session, complaint: Complaint) -> None:
    """The case has ended: whoever was asked for his part has no more to do with it. All at once:
    the actor may be one of them, and after that he sees no others."""
    person = ComplaintPerson
    gone = delete(person).where(
        col(person.complaint_id) == complaint.id, col(person.part) == PartIn.ASKED
    )
    session.execute(gone)


def keep_in_sight(session: Session, complaint: Complaint) -> None:
    """Into whose hands a legal case comes, he is named in it."""
    if complaint.is_legal:
        let_in(session, complaint, PartIn.NAMED, _whose(complaint))


def follow(session: Session, before: Complaint, complaint: Complaint) -> None:
    """What follows a legal case is one itself, for whoever was named in the first."""
    complaint.parent_id = before.id
    session.flush()  # a new complaint needs its id
    if before.is_legal:
        named = {one.user_id for one in _people(session, before) if one.part is PartIn.NAMED}
        let_in(session, complaint, PartIn.NAMED, named)
        complaint.is_legal = True


def check_spokesperson(session: Session, actor: Actor, complaint: Complaint) -> None:
    """In public one person alone answers (C27). Raises NotTheSpokesperson."""
    speaker = complaint.spokesperson_id
    if speaker is not None and actor.id != speaker:
        raise NotTheSpokesperson(person=load(session, User, speaker).name)


def named(session: Session, complaint: Complaint) -> list[str]:
    """Who sees a legal case, by name; [] of any other."""
    if not complaint.is_legal:
        return []
    people = {one.user_id for one in _people(session, complaint)}
    return sorted(recorded.names_of(session, User, people).values())


def _whose(complaint: Complaint) -> set[int | None]:
    return {complaint.handler_id, complaint.accountable_id}


def _hide(session: Session, complaint: Complaint) -> None:
    """Of a legal case: what those who do not see it were told of it before leads them nowhere."""
    if complaint.is_legal:
        notices.settle_unseen(
            session,
            "complaint",
            complaint.id,
            seen_by={one.user_id for one in _people(session, complaint)},
            but=NoticeKind.COMPLAINT_LEGAL,
        )


def _markings(complaint: Complaint, happened: Iterable[ComplaintEvent]) -> list[str]:
    """The causes of telling that it is a legal case now, one for each time that it became one."""
    return [
        f"complaints:{complaint.id}:legal:{one.seq}"
        for one in happened
        if one.kind is EventKind.FLAGGED and one.details.get("is_legal")
    ]


def _tell_of_law(session: Session, actor: Actor, complaint: Complaint) -> None:
    """Whoever leads there, or has it in his hands, and is not named, loses it from sight: he hears
    why and whom to ask, by its number alone, until it is a legal case no more."""
    marked = _markings(complaint, events.of(session, complaint.id))
    if not complaint.is_legal:
        notices.settle(session, *marked)
        return
    leading = notices.those_who_may(session, Permission.COMPLAINTS_LEAD, complaint.store_id)
    people = {person for person in {*leading, *_whose(complaint)} if person is not None}
    notices.tell(
        session,
        people - warning.those_who_see(session, complaint, people),
        NoticeKind.COMPLAINT_LEGAL,
        marked[-1],
        number=complaint.number,
        person=actor.name,
        complaint=complaint.id,
    )


def _heads(session: Session) -> set[int]:
    query = select(col(User.id)).where(col(User.role) == Role.DIRECTOR, col(User.is_active))
    return set(session.execute(query).scalars())


def _people(session: Session, complaint: Complaint) -> list[ComplaintPerson]:
    query = select(ComplaintPerson).where(col(ComplaintPerson.complaint_id) == complaint.id)
    return list(session.execute(query).scalars())


def _check_person(session: Session, user_id: int) -> None:
    try:
        user = load(session, User, user_id)
    except NotFound:
        raise NobodyThere from None
    if not user.is_active:
        raise NobodyThere


def _check_speaker(session: Session, complaint: Complaint, user_id: int) -> None:
    """He is named for it today, for the complaint's store or the group (C27)."""
    _check_person(session, user_id)
    speakers = posts.held_by(session, PostDuty.SPOKESPERSON, complaint.store_id)
    if not speakers:
        raise NobodySpeaks
    if user_id not in speakers:
        names = recorded.names_of(session, User, {user_id, *speakers})
        people = " · ".join(names[key] for key in speakers)
        raise NotASpokesperson(person=names[user_id], people=people)


def _named(
    session: Session, actor: Actor, complaint: Complaint, form: NamePerson, *, is_in: bool
) -> Receipt:
    person = load(session, User, form.user_id).name
    return events.happen(
        session,
        actor,
        complaint,
        EventKind.NAMED,
        note=form.reason,
        person=person,
        is_in=is_in,
    )
