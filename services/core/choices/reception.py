"""The words for the choices of appointments, and of calls that customers make to us."""

from enum import StrEnum
from typing import Final

from db.models import (
    AppointmentSource,
    AppointmentState,
    CallWish,
    CompanionAnswer,
    DemandResult,
    WorkKind,
)
from services.core.words import N_

RECEPTION: Final[dict[type[StrEnum], dict[str, str]]] = {
    AppointmentSource: {
        AppointmentSource.CALL: N_("At our call"),
        AppointmentSource.INBOUND: N_("The customer called"),
        AppointmentSource.REMINDER: N_("After a reminder"),
        AppointmentSource.WALK_IN: N_("Walked in"),
    },
    AppointmentState: {
        AppointmentState.REQUESTED: N_("Wished for"),
        AppointmentState.BOOKED: N_("Booked"),
        AppointmentState.CONFIRMED: N_("Confirmed"),
        AppointmentState.ARRIVED: N_("Arrived"),
        AppointmentState.NO_SHOW: N_("Did not come"),
        AppointmentState.CANCELLED: N_("Cancelled"),
    },
    CallWish: {
        CallWish.APPOINTMENT: N_("An appointment"),
        CallWish.NEED: N_("A need"),
        CallWish.PURCHASE: N_("Thinks of buying"),
        CallWish.COMPLAINT: N_("A complaint"),
        CallWish.GRUMBLE: N_("A grumble"),
        CallWish.QUESTION: N_("A question"),
    },
    CompanionAnswer: {
        CompanionAnswer.WANTED: N_("Takes it"),
        CompanionAnswer.LATER: N_("Perhaps later"),
        CompanionAnswer.NOT_WANTED: N_("Not wanted"),
    },
    DemandResult: {
        DemandResult.SUBSTITUTED: N_("Took the substitute"),
        DemandResult.ORDERED: N_("Ordered for him"),
        DemandResult.LOST: N_("Lost"),
    },
    WorkKind: {
        WorkKind.MAINTENANCE: N_("Maintenance"),
        WorkKind.REPAIR: N_("Repair"),
        WorkKind.BODY: N_("Body and paint"),
        WorkKind.INSPECTION: N_("Yearly inspection"),
        WorkKind.DELIVERY: N_("Handing over"),
        WorkKind.TEST_DRIVE: N_("Test drive"),
    },
}
