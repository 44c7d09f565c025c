"""What the commands on a customer's file take."""

from typing import Annotated

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
from services.core.fields import (
    BirthDate,
    DateInRange,
    Email,
    IdNumber,
    Kilometres,
    Line,
    Moment,
    Name,
    OrNone,
    PastDate,
    Phone,
    Plate,
    PositiveId,
    Reason,
    VinCode,
    text,
)
from services.core.inputs import Request

Short = Annotated[str, text(40, least=0)]
Medium = Annotated[str, text(80, least=0)]
Long = Annotated[str, text(200, least=0)]
Note = Annotated[str, text(2000, least=0, lines=True)]


class CreateCustomer(Request):
    """A new file. A phone that is already on file is refused unless `same_phone_is_known` says
    that the entrant has looked (families share phones)."""

    name: Name
    kind: CustomerKind = CustomerKind.PERSON
    store_id: PositiveId
    owner_id: OrNone[PositiveId] = None
    phone: OrNone[Phone] = None
    source: OrNone[Source] = None
    lifecycle: Lifecycle = Lifecycle.POTENTIAL
    value_class: ValueClass = ValueClass.ORDINARY
    need: Annotated[str, text(500, least=0)] = ""
    gender: OrNone[Gender] = None
    contact_name: Medium = ""
    city: Short = ""
    note: Note = ""
    consents_to_calls: bool = False
    same_phone_is_known: bool = False


class UpdateCustomer(Request):
    """A correction: only the fields that are sent are changed, so the defaults are never written;
    `version` is what was shown. A new phone that is on another file is refused as in a new file."""

    customer_id: PositiveId
    version: PositiveId
    name: Name = ""
    kind: CustomerKind = CustomerKind.PERSON
    gender: OrNone[Gender] = None
    contact_name: Medium = ""
    phone: OrNone[Phone] = None
    other_phone: OrNone[Phone] = None
    wechat: Annotated[str, text(60, least=0)] = ""
    email: OrNone[Email] = None
    id_number: OrNone[IdNumber] = None
    birthday: OrNone[BirthDate] = None
    province: Short = ""
    city: Short = ""
    district: Short = ""
    street: Long = ""
    employer: Annotated[str, text(120, least=0)] = ""
    position: Medium = ""
    industry: Medium = ""
    hobbies: Long = ""
    preferred_channel: OrNone[Channel] = None
    preferred_hours: Annotated[str, text(60, least=0)] = ""
    do_not_contact_until: OrNone[DateInRange] = None
    do_not_contact_reason: Long = ""
    source: OrNone[Source] = None
    need: Annotated[str, text(500, least=0)] = ""
    lifecycle: Lifecycle = Lifecycle.POTENTIAL
    value_class: ValueClass = ValueClass.ORDINARY
    second_contact_id: OrNone[PositiveId] = None
    decision_maker: Medium = ""
    is_member: bool = False
    is_archived: bool = False
    note: Note = ""
    same_phone_is_known: bool = False


class AssignCustomer(Request):
    """The file goes to another person or store; None as owner: into the store's pool."""

    customer_id: PositiveId
    version: PositiveId
    store_id: PositiveId
    owner_id: OrNone[PositiveId] = None
    reason: Reason


class RecordTouch(Request):
    customer_id: PositiveId
    kind: TouchKind
    at: Moment | None = None
    """None: now."""
    is_inbound: bool = False
    summary: Annotated[str, text(2000, least=2, lines=True)]
    next_contact_on: OrNone[DateInRange] = None


class GiveConsent(Request):
    customer_id: PositiveId
    purpose: Purpose
    channel: OrNone[Channel] = None
    wording_version: Short = ""
    proof: Long = ""


class WithdrawConsent(Request):
    customer_id: PositiveId
    consent_id: PositiveId
    reason: Reason


class AddVehicle(Request):
    """A car joins the file. A VIN or plate that is known joins that car to it."""

    customer_id: PositiveId
    role: OwnershipRole = OwnershipRole.OWNER
    vin: OrNone[VinCode] = None
    plate: OrNone[Plate] = None
    brand: Short = ""
    model: Medium = ""
    began_on: OrNone[PastDate] = None
    delivered_on: OrNone[PastDate] = None
    insurance_until: OrNone[DateInRange] = None
    former_owner_ends: bool = False
    """The car was sold on: end the present owner's ownership on the day this one begins."""


class UpdateVehicle(Request):
    customer_id: PositiveId
    vehicle_id: PositiveId
    version: PositiveId
    vin: OrNone[VinCode] = None
    plate: OrNone[Plate] = None
    brand: Short = ""
    model: Medium = ""
    color: Annotated[str, text(20, least=0)] = ""
    sold_on: OrNone[PastDate] = None
    delivered_on: OrNone[PastDate] = None
    warranty_until: OrNone[DateInRange] = None
    warranty_km: OrNone[Kilometres] = None
    odometer_km: OrNone[Kilometres] = None
    odometer_on: OrNone[PastDate] = None
    insurance_until: OrNone[DateInRange] = None
    inspection_due_on: OrNone[DateInRange] = None


class EndOwnership(Request):
    customer_id: PositiveId
    ownership_id: PositiveId
    ended_on: PastDate
    reason: Reason


class AddDocument(Request):
    customer_id: PositiveId
    kind: DocumentKind
    status: DocumentStatus = DocumentStatus.IN_PLACE
    title: Annotated[str, text(120, least=0)] = ""
    place: Annotated[str, text(120, least=0)] = ""
    retain_until: OrNone[DateInRange] = None


class RevealField(Request):
    """Ask to see a masked field; the reason is written down and counts against a daily quota."""

    customer_id: PositiveId
    field: Line
    reason: Reason
