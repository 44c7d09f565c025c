"""The papers of a complaint: letters, pictures, recordings, kept as they came (C03).

They are evidence: added, listed and taken along, never changed or taken out. Who sees the complaint
sees its papers, and each that leaves the house is written down.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from db import storage
from db.models import Complaint, ComplaintFile, ComplaintStep, EventKind, User
from services.complaints import events
from services.complaints.events import Receipt
from services.complaints.inputs import AddFiles, TakeFile
from services.complaints.views import FileLine
from services.core import audit, clock, export, parameters
from services.core.access import Actor, Permission, load
from services.core.errors import Conflict, InvalidInput, NotFound, NotPermitted
from services.core.recorded import names_of
from services.core.uploads import MB, Upload
from services.core.words import N_


class PaperTooLarge(InvalidInput):
    msgid = N_("{name} has more than {most} MB")


class TooManyPapers(Conflict):
    msgid = N_("A complaint holds at most {most} files")


def add_files(session: Session, actor: Actor, form: AddFiles) -> Receipt:
    """Add papers to a complaint: whoever may write in it, and whoever was asked for his part.

    One that is there already is not added again. Raises NotNext, NotPermitted, PaperTooLarge,
    TooManyPapers.
    """
    actor.require(Permission.COMPLAINTS_HELP)
    complaint = events.hold(session, actor, form, EventKind.FILED)
    if not _may_file(session, actor, complaint):
        raise NotPermitted(complaint=complaint.number)
    return keep_files(session, actor, complaint, form.files)


def keep_files(
    session: Session,
    actor: Actor,
    complaint: Complaint,
    uploads: Iterable[Upload],
    **about: bool,
) -> Receipt:
    """Write down each that is new, with its event, which says `about` it. The complaint is
    locked."""
    norms = parameters.values(
        session, (parameters.FILE_SIZE, parameters.FILE_COUNT), store_id=complaint.store_id
    )
    most_mb, most = int(norms[parameters.FILE_SIZE]), int(norms[parameters.FILE_COUNT])
    held = {row.sha256 for row in _rows(session, complaint)}
    for upload in uploads:
        if upload.sha256 in held:
            continue
        if len(upload.content) > most_mb * MB:
            raise PaperTooLarge(name=upload.name, most=most_mb)
        if len(held) >= most:
            raise TooManyPapers(most=most)
        held.add(upload.sha256)
        _keep(session, actor, complaint, upload, about)
    return Receipt(complaint.id, complaint.number, complaint.version)


def _keep(
    session: Session, actor: Actor, complaint: Complaint, upload: Upload, about: Mapping[str, Any]
) -> None:
    digest = storage.keep(session, upload.content)
    row = ComplaintFile(
        complaint_id=complaint.id,
        name=upload.name,
        media_type=upload.media_type,
        size=len(upload.content),
        sha256=digest,
        added_at=clock.now(),
        added_by_id=actor.id,
    )
    session.add(row)
    kind, name = EventKind.FILED, upload.name
    events.happen(session, actor, complaint, kind, note=name, sha256=digest, **about)


def file_megabytes(session: Session, actor: Actor, store_id: int) -> int:
    """How many MB (of 2**20 bytes) one paper of a complaint of this store may have today."""
    actor.require(Permission.COMPLAINTS_HELP)
    return int(parameters.value(session, parameters.FILE_SIZE, store_id=store_id))


def take_file(session: Session, actor: Actor, form: TakeFile) -> export.File:
    """One paper as it came. A command, because what leaves the house is written down.

    Raises NotFound, also where its complaint is not his to see.
    """
    actor.require(Permission.COMPLAINTS_VIEW)
    row = load(session, ComplaintFile, form.file_id)
    content = storage.content_of(session, row.sha256)
    if content is None:
        raise NotFound(record="StoredFile", id=row.id)
    complaint = load(session, Complaint, row.complaint_id)
    action = audit.Action.COMPLAINTS_FILE_TAKEN
    audit.record(session, actor, action, complaint, file=row.id, sha256=row.sha256)
    return export.File(row.name, content)


def files(session: Session, complaint: Complaint) -> list[FileLine]:
    """The papers of a complaint, in the order in which they came."""
    rows = _rows(session, complaint)
    people = names_of(session, User, {row.added_by_id for row in rows})
    return [
        FileLine(
            id=row.id,
            name=row.name,
            media_type=row.media_type,
            size=row.size,
            added_at=row.added_at,
            added_by=people.get(row.added_by_id or 0, ""),
        )
        for row in rows
    ]


def deeds(session: Session, actor: Actor, complaint: Complaint) -> set[EventKind]:
    """What somebody may do in a complaint who handles none."""
    return {EventKind.FILED} if _may_file(session, actor, complaint) else set()


def _may_file(session: Session, actor: Actor, complaint: Complaint) -> bool:
    if actor.may(Permission.COMPLAINTS_HANDLE):
        return True
    asked = select(col(ComplaintStep.id)).where(
        col(ComplaintStep.complaint_id) == complaint.id,
        col(ComplaintStep.asked_of_id) == actor.id,
    )
    return session.execute(asked.limit(1)).first() is not None


def _rows(session: Session, complaint: Complaint) -> list[ComplaintFile]:
    query = (
        select(ComplaintFile)
        .where(col(ComplaintFile.complaint_id) == complaint.id)
        .order_by(col(ComplaintFile.id))
    )
    return list(session.execute(query).scalars())
