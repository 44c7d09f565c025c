"""Appointments: a customer's time at a bay and with an advisor, kept, missed or called off (V06).

Reading:  `day`, `week`, `page`, `one`, `of_customer`, `free`, `rates`, `bays`, `advisors`, `stores`
Writing:  `book`, `agree`, `remind`, `confirm`, `move`, `arrive`, `miss`, `cancel`, `open_bay`,
          `change_bay`, `export_list`
"""

from db.models import AppointmentSource, AppointmentState, WorkKind
from services.appointments.booking import (
    COMING,
    agree,
    arrive,
    book,
    cancel,
    confirm,
    miss,
    move,
    remind,
)
from services.appointments.exporting import export_list
from services.appointments.figures import LATELY, METRICS, USUALLY, Past
from services.appointments.garage import advisors, bays, change_bay, open_bay
from services.appointments.inputs import (
    BookAppointment,
    CancelAppointment,
    ChangeBay,
    ExportAppointments,
    MarkMissed,
    MoveAppointment,
    OpenBay,
    WorkOnAppointment,
)
from services.appointments.listing import Filters, day, free, of_customer, one, page, stores, week
from services.appointments.views import (
    AppointmentRow,
    BayLine,
    By,
    Cell,
    DayGrid,
    DayLoad,
    Listing,
    Rates,
    Receipt,
    WeekGrid,
    is_alarming,
)
from services.appointments.watching import mark_missed, rates

__all__ = [
    "COMING",
    "LATELY",
    "METRICS",
    "USUALLY",
    "AppointmentRow",
    "AppointmentSource",
    "AppointmentState",
    "BayLine",
    "BookAppointment",
    "By",
    "CancelAppointment",
    "Cell",
    "ChangeBay",
    "DayGrid",
    "DayLoad",
    "ExportAppointments",
    "Filters",
    "Listing",
    "MarkMissed",
    "MoveAppointment",
    "OpenBay",
    "Past",
    "Rates",
    "Receipt",
    "WeekGrid",
    "WorkKind",
    "WorkOnAppointment",
    "advisors",
    "agree",
    "arrive",
    "bays",
    "book",
    "cancel",
    "change_bay",
    "confirm",
    "day",
    "export_list",
    "free",
    "is_alarming",
    "mark_missed",
    "miss",
    "move",
    "of_customer",
    "one",
    "open_bay",
    "page",
    "rates",
    "remind",
    "stores",
    "week",
]
