"""One form for every kind of value: pure functions from what people write to what is kept.

Each raises `InvalidValue` with a code, an English msgid and its parameters. `services.core.fields`
makes Pydantic types of them; the importer and the duplicate engine call them directly.
"""

from services.core.normal.contact import (
    PhoneKind,
    Telephone,
    email,
    link,
    phone,
    phone_kind,
    phones,
    telephone,
)
from services.core.normal.hours import Spans, hours, written_hours
from services.core.normal.people import (
    company_core,
    id_number,
    is_placeholder_name,
    name,
    name_core,
)
from services.core.normal.quantity import (
    EARLIEST,
    LATEST,
    bounded,
    date_,
    integer,
    money_fen,
    within,
    written_yuan,
)
from services.core.normal.refusal import InvalidValue
from services.core.normal.secret import check_password, weak_password
from services.core.normal.text import (
    clean_text,
    compact,
    file_name,
    half_width,
    is_blank,
    required,
    storable,
    storable_all,
)
from services.core.normal.vehicle import PlateKind, Vin, plate, plate_kind, vin

__all__ = [
    "EARLIEST",
    "LATEST",
    "InvalidValue",
    "PhoneKind",
    "PlateKind",
    "Spans",
    "Telephone",
    "Vin",
    "bounded",
    "check_password",
    "clean_text",
    "compact",
    "company_core",
    "date_",
    "email",
    "file_name",
    "half_width",
    "hours",
    "id_number",
    "integer",
    "is_blank",
    "is_placeholder_name",
    "link",
    "money_fen",
    "name",
    "name_core",
    "phone",
    "phone_kind",
    "phones",
    "plate",
    "plate_kind",
    "required",
    "storable",
    "storable_all",
    "telephone",
    "vin",
    "weak_password",
    "within",
    "written_hours",
    "written_yuan",
]
