"""The customer's file: found, opened, made, corrected, handed on (F01, F40, F48, F50).

Reading:  `page`, `find`, `file`, `timeline`, `history`, `places`, `gaps`,
          `agreeing`
Writing:  `create`, `update`, `assign`, `record_touch`, `give_consent`, `withdraw_consent`,
          `add_vehicle`, `update_vehicle`, `end_ownership`, `add_document`, `reveal`
"""

from db.models import (
    Channel,
    CustomerKind,
    DocumentKind,
    DocumentStatus,
    Gender,
    Lifecycle,
    OwnershipRole,
    Purpose,
    Source,
    TouchKind,
    ValueClass,
)
from services.customers.agreement import Agreements, agreeing
from services.customers.cars import VEHICLE_FIELDS
from services.customers.file import file
from services.customers.garage import add_vehicle, end_ownership, update_vehicle
from services.customers.history import history
from services.customers.inputs import (
    AddDocument,
    AddVehicle,
    AssignCustomer,
    CreateCustomer,
    EndOwnership,
    GiveConsent,
    RecordTouch,
    RevealField,
    UpdateCustomer,
    UpdateVehicle,
    WithdrawConsent,
)
from services.customers.listing import (
    Filters,
    Order,
    find,
    gaps,
    page,
    places,
)
from services.customers.records import (
    add_document,
    give_consent,
    record_touch,
    withdraw_consent,
)
from services.customers.reveals import reveal
from services.customers.summary import Derived, DeriveSummaries, derive_anew
from services.customers.timeline import TIMELINE_PAGE, timeline
from services.customers.views import (
    ConsentView,
    CustomerFile,
    CustomerRow,
    DocumentView,
    Label,
    NextAction,
    OrderView,
    Owner,
    Page,
    Person,
    Places,
    Receipt,
    TimelineEntry,
    Urgency,
    VehicleView,
)
from services.customers.writing import assign, create, update

__all__ = [
    "TIMELINE_PAGE",
    "VEHICLE_FIELDS",
    "AddDocument",
    "AddVehicle",
    "Agreements",
    "AssignCustomer",
    "Channel",
    "ConsentView",
    "CreateCustomer",
    "CustomerFile",
    "CustomerKind",
    "CustomerRow",
    "DeriveSummaries",
    "Derived",
    "DocumentKind",
    "DocumentStatus",
    "DocumentView",
    "EndOwnership",
    "Filters",
    "Gender",
    "GiveConsent",
    "Label",
    "Lifecycle",
    "NextAction",
    "Order",
    "OrderView",
    "Owner",
    "OwnershipRole",
    "Page",
    "Person",
    "Places",
    "Purpose",
    "Receipt",
    "RecordTouch",
    "RevealField",
    "Source",
    "TimelineEntry",
    "TouchKind",
    "UpdateCustomer",
    "UpdateVehicle",
    "Urgency",
    "ValueClass",
    "VehicleView",
    "WithdrawConsent",
    "add_document",
    "add_vehicle",
    "agreeing",
    "assign",
    "create",
    "derive_anew",
    "end_ownership",
    "file",
    "find",
    "gaps",
    "give_consent",
    "history",
    "page",
    "places",
    "record_touch",
    "reveal",
    "timeline",
    "update",
    "update_vehicle",
    "withdraw_consent",
]
