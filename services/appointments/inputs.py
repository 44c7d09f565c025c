"""What the commands on appointments and bays take."""

from typing import Annotated, Literal

from db.models import AppointmentSource, AppointmentState, WorkKind
from services.core.fields import DateInRange, Moment, Name, OrNone, Phone, PositiveId, Reason, whole
from services.core.fields import text as words
from services.core.inputs import Input, Request

Minutes = Annotated[int, whole(15, 720)]


class BookAppointment(Request):
    """Of a customer with a file, or of somebody by name. `store_id` counts where there is no file;
    `task_id` is the contact at which it is made, `call_id` the call."""

    customer_id: OrNone[PositiveId] = None
    visitor: OrNone[Name] = None
    phone: OrNone[Phone] = None
    store_id: OrNone[PositiveId] = None
    vehicle_id: OrNone[PositiveId] = None
    task_id: OrNone[PositiveId] = None
    call_id: OrNone[PositiveId] = None
    work: WorkKind
    starts_at: Moment
    minutes: Minutes
    advisor_id: OrNone[PositiveId] = None
    bay_id: OrNone[PositiveId] = None
    concern: Annotated[str, words(200, least=0)] = ""
    source: AppointmentSource
    is_request: bool = False


class WorkOnAppointment(Request):
    """`version` is the one that was shown."""

    appointment_id: PositiveId
    version: PositiveId


class MoveAppointment(WorkOnAppointment):
    starts_at: Moment
    minutes: Minutes
    advisor_id: OrNone[PositiveId] = None
    bay_id: OrNone[PositiveId] = None


class CancelAppointment(WorkOnAppointment):
    reason: Reason


class MarkMissed(Input):
    """Give up the appointments to which nobody came."""


class OpenBay(Request):
    store_id: PositiveId
    name: Annotated[str, words(40)]
    kinds: tuple[WorkKind, ...] = ()


class ChangeBay(Request):
    bay_id: PositiveId
    version: PositiveId
    name: Annotated[str, words(40)]
    kinds: tuple[WorkKind, ...] = ()
    is_in_use: bool = True


class ExportAppointments(Input):
    """What narrows the list; nothing means no bound."""

    language: Literal["zh_CN", "en"]
    since: DateInRange
    until: DateInRange
    store_id: OrNone[PositiveId] = None
    advisor_id: OrNone[PositiveId] = None
    state: OrNone[AppointmentState] = None
    work: OrNone[WorkKind] = None
