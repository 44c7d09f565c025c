"""Every parameter that there is, under the key by which its values are kept."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from db.models import Role
from services.core.parameters.shape import Parameter, Unit, UnknownParameter
from services.core.words import N_

REVEALS_OF_SPECIALIST: Final = "customers.reveals_a_day.specialist"
REVEALS_OF_MANAGER: Final = "customers.reveals_a_day.manager"
REVEALS_OF_OTHERS: Final = "customers.reveals_a_day.others"

QUIET_FROM: Final = "notices.quiet_from"
QUIET_UNTIL: Final = "notices.quiet_until"
NOTICE_DAYS: Final = "records.notice_days"
DRAFT_DAYS: Final = "records.draft_days"
JOB_DAYS: Final = "records.job_days"
APPROVAL_DAYS: Final = "approvals.days"
PAUSE_DAYS: Final = "complaints.pause_days"
URGENT_SHARE: Final = "complaints.urgent_share"
REOPEN_DAYS: Final = "complaints.reopen_days"
SILENT_DAYS: Final = "complaints.silent_days"
SILENT_ATTEMPTS: Final = "complaints.silent_attempts"
COMPENSATION: Final[Mapping[Role, str]] = {
    role: f"complaints.compensation.{role.value}"
    for role in (Role.SPECIALIST, Role.MANAGER, Role.DIRECTOR)
}
REPEAT_DAYS: Final = "complaints.repeat_days"
REPEAT_COUNT: Final = "complaints.repeat_count"
CLUSTER_DAYS: Final = "complaints.cluster_days"
CLUSTER_COUNT: Final = "complaints.cluster_count"
CHECK_DAYS: Final = "complaints.check_days"
HEAD_LEVEL: Final = "complaints.head_level"
FILE_SIZE: Final = "complaints.file_size"
FILE_COUNT: Final = "complaints.file_count"
MAILBOX_HOUR: Final = "complaints.mailbox_hour"
RECOVERY_DAYS: Final = "complaints.recovery_days"
CONTACT_DAYS: Final = "visits.contact_days"
TOGETHER_DAYS: Final = "visits.together_days"
SHORT_CALL: Final = "visits.short_call"
CAPACITY: Final = "visits.capacity"
SURVEY_DAYS: Final = "visits.survey_days"
LOW_ITEM: Final = "visits.low_item"
LOW_SCORE: Final = "visits.low_score"
SLOT: Final = "visits.slot"
SEATS: Final = "visits.seats"
GRACE: Final = "visits.grace"
RINGS: Final = "visits.rings"
URGENT_ANSWER: Final = "visits.urgent_answer"
ANSWER_WARNING: Final = "visits.answer_warning"
PLAN_HOUR: Final = "visits.plan_hour"
FORM_DAYS: Final = "visits.form_days"
CORRECTION_DAYS: Final = "visits.correction_days"
SERVICE_KM: Final = "visits.service.km"
SERVICE_MONTHS: Final = "visits.service.months"
FIRST_KM: Final = "visits.service.first_km"
FIRST_MONTHS: Final = "visits.service.first_months"
USUAL_KM: Final = "visits.service.usual_km"
LEAST_KM: Final = "visits.service.least_km"
MOST_KM: Final = "visits.service.most_km"
SERVICE_SEEN: Final = "visits.service.seen_days"
SERVICES_PER_DAY: Final = "visits.service.per_day"
TARGET_PLAN: Final = "visits.target.plan"
TARGET_ON_TIME: Final = "visits.target.on_time"
TARGET_FOLLOW_UP: Final = "visits.target.follow_up"
QA_SHARE: Final = "visits.qa_share"
QA_LEAST: Final = "visits.qa_least"
TARGET_CLOCKS: Final = "complaints.target.clocks"
TARGET_CLOSED: Final = "complaints.target.closed"
TARGET_REOPENED: Final = "complaints.target.reopened"
TARGET_CONTENT: Final = "complaints.target.content"
TARGET_FIRST: Final = "complaints.target.first"


def _reveals(key: str, label: str, default: int) -> Parameter:
    return Parameter(
        key,
        label,
        Unit.PER_DAY,
        default,
        least=0,
        most=1000,
        source="A12",
        by_store=True,
        needs_approval=True,
    )


def _days(key: str, label: str, default: int, source: str, *, most: int = 3650) -> Parameter:
    return Parameter(key, label, Unit.DAYS, default, least=1, most=most, source=source)


def _times(key: str, label: str, default: int, source: str) -> Parameter:
    return Parameter(key, label, Unit.TIMES, default, least=2, most=100, source=source)


def _files(key: str, label: str, unit: Unit, default: int, *, most: int) -> Parameter:
    return Parameter(key, label, unit, default, least=1, most=most, source="C03")


def _target(key: str, label: str, default: str, source: str) -> Parameter:
    return Parameter(
        key,
        label,
        Unit.SHARE,
        Decimal(default),
        least=Decimal(0),
        most=Decimal(1),
        source=source,
        by_store=True,
    )


def _hour(key: str, label: str, default: int, source: str = "A21", *, least: int = 0) -> Parameter:
    return Parameter(key, label, Unit.HOUR, default, least=least, most=24, source=source)


def _service() -> list[Parameter]:
    """By what the next maintenance of a car is predicted, and what a workshop can take."""

    def norm(
        key: str, label: str, unit: Unit, default: int, *, most: int, by_store: bool = False
    ) -> Parameter:
        return Parameter(
            key, label, unit, default, least=1, most=most, source="V05", by_store=by_store
        )

    km, months = Unit.KM, Unit.MONTHS
    return [
        norm(SERVICE_KM, N_("Distance between two maintenances"), km, 10_000, most=100_000),
        norm(SERVICE_MONTHS, N_("Time between two maintenances"), months, 12, most=60),
        norm(FIRST_KM, N_("Distance up to the first maintenance"), km, 10_000, most=100_000),
        norm(FIRST_MONTHS, N_("Time up to the first maintenance"), months, 12, most=60),
        norm(USUAL_KM, N_("Distance a day where nothing is read"), km, 40, most=1000),
        norm(LEAST_KM, N_("Least distance a day that is believed"), km, 5, most=1000),
        norm(MOST_KM, N_("Greatest distance a day that is believed"), km, 200, most=1000),
        norm(
            SERVICE_SEEN,
            N_("Days before a maintenance in which a car that comes needs no reminder"),
            Unit.DAYS,
            30,
            most=365,
        ),
        norm(
            SERVICES_PER_DAY,
            N_("Maintenances that a workshop takes in a day"),
            Unit.PER_DAY,
            25,
            most=1000,
            by_store=True,
        ),
    ]


def _compensation(role: Role, label: str, default: int) -> Parameter:
    return Parameter(
        COMPENSATION[role],
        label,
        Unit.YUAN,
        default,
        least=0,
        most=1_000_000,
        source="C10",
        by_store=True,
        needs_approval=True,
    )


def _limits() -> list[Parameter]:
    """What a complaint's clocks may run, by level and clock; an L4 is tracked daily and has no day
    by which it must be closed."""
    working, clock_, days = Unit.WORKING_MINUTES, Unit.MINUTES, Unit.WORKING_DAYS
    made = (
        ("l1.acknowledge", N_("L1 grumble: acknowledge within"), working, 30),
        ("l1.answer", N_("L1 grumble: first answer within"), working, 240),
        ("l1.propose", N_("L1 grumble: proposal within"), days, 1),
        ("l1.close", N_("L1 grumble: close within"), days, 3),
        ("l2.acknowledge", N_("L2 general: acknowledge within"), working, 30),
        ("l2.answer", N_("L2 general: first answer within"), clock_, 24 * 60),
        ("l2.propose", N_("L2 general: proposal within"), days, 2),
        ("l2.close", N_("L2 general: close within"), days, 3),
        ("l3.acknowledge", N_("L3 major: acknowledge within"), clock_, 30),
        ("l3.answer", N_("L3 major: first answer within"), clock_, 12 * 60),
        ("l3.propose", N_("L3 major: proposal within"), days, 2),
        ("l3.close", N_("L3 major: close within"), days, 5),
        ("l4.acknowledge", N_("L4 crisis: acknowledge within"), clock_, 15),
        ("l4.answer", N_("L4 crisis: first answer within"), clock_, 2 * 60),
        ("l4.propose", N_("L4 crisis: proposal within"), clock_, 24 * 60),
    )
    return [
        Parameter(
            f"complaints.{name}",
            label,
            unit,
            default,
            least=1,
            most=60 if unit is days else 14 * 24 * 60,
            source="C09",
            by_store=True,
        )
        for name, label, unit, default in made
    ]


def _reception() -> list[Parameter]:
    """Of appointments, and of calls that customers make to us."""
    minutes = Unit.MINUTES
    made = (
        (SLOT, N_("Minutes between two times that are offered"), minutes, 30, 15, 120, "V06"),
        (SEATS, N_("Customers that one advisor receives at once"), Unit.CUSTOMERS, 1, 1, 10, "V06"),
        (GRACE, N_("Minutes after which who has not come counts as away"), minutes, 30, 5, 480,
         "V06"),
        (RINGS, N_("Rings within which a call is answered"), Unit.TIMES, 3, 1, 20, "V40"),
        (URGENT_ANSWER, N_("Minutes within which an urgent caller is answered"), minutes, 30, 5,
         480, "V42"),
        (ANSWER_WARNING, N_("Minutes before a promised call back at which one is told"), minutes,
         15, 5, 240, "V42"),
    )  # fmt: skip
    return [
        Parameter(key, label, unit, default, least=least, most=most, source=source, by_store=True)
        for key, label, unit, default, least, most, source in made
    ]


PARAMETERS: Final[dict[str, Parameter]] = {
    each.key: each
    for each in (
        _reveals(REVEALS_OF_SPECIALIST, N_("Masked fields that a specialist may show"), 60),
        _reveals(REVEALS_OF_MANAGER, N_("Masked fields that a manager may show"), 200),
        _reveals(REVEALS_OF_OTHERS, N_("Masked fields that anyone else may show"), 60),
        *_limits(),
        Parameter(
            URGENT_SHARE,
            N_("Share of the limits that an urgent complaint has"),
            Unit.SHARE,
            Decimal("0.5"),
            least=Decimal("0.1"),
            most=Decimal(1),
            source="C15",
        ),
        Parameter(
            PAUSE_DAYS,
            N_("Working days for which a complaint may wait in all"),
            Unit.WORKING_DAYS,
            5,
            least=0,
            most=60,
            source="C18",
        ),
        Parameter(
            SILENT_DAYS,
            N_("Working days of silence that accept our answer"),
            Unit.WORKING_DAYS,
            2,
            least=1,
            most=60,
            source="C07",
            by_store=True,
        ),
        Parameter(
            SILENT_ATTEMPTS,
            N_("Attempts to reach the customer before silence accepts our answer"),
            Unit.TIMES,
            2,
            least=1,
            most=20,
            source="C07",
            by_store=True,
        ),
        _compensation(
            Role.SPECIALIST, N_("Money that a specialist may promise for one complaint"), 0
        ),
        _compensation(Role.MANAGER, N_("Money that a manager may promise for one complaint"), 500),
        _compensation(
            Role.DIRECTOR, N_("Money that the director may promise for one complaint"), 5000
        ),
        _days(
            REPEAT_DAYS, N_("Days within which complaints of one customer are counted"), 90, "C23"
        ),
        _times(REPEAT_COUNT, N_("Complaint of a customer from which on it weighs more"), 3, "C23"),
        _days(CLUSTER_DAYS, N_("Days within which complaints of one cause are counted"), 7, "C30"),
        _times(
            CLUSTER_COUNT, N_("Complaints of one cause and model that warn of a crisis"), 3, "C30"
        ),
        _days(CHECK_DAYS, N_("Days after which an action against a cause is checked"), 60, "C22"),
        Parameter(
            HEAD_LEVEL,
            N_("Level from which the head of department talks with the customer"),
            Unit.LEVEL,
            3,
            least=1,
            most=4,
            source="C16",
            by_store=True,
        ),
        _files(FILE_SIZE, N_("Size of a file that a complaint takes"), Unit.MEGABYTES, 20, most=50),
        _files(FILE_COUNT, N_("Files that a complaint holds"), Unit.FILES, 50, most=500),
        _days(RECOVERY_DAYS, N_("Days in which a customer who complained comes back"), 180, "C23"),
        _days(REOPEN_DAYS, N_("Days in which a closed complaint is opened again"), 7, "C07"),
        _hour(MAILBOX_HOUR, N_("The company mailbox is checked by this hour"), 10, "C28", least=1),
        _days(CONTACT_DAYS, N_("Days between two contacts with a customer"), 7, "V31", most=365),
        Parameter(
            TOGETHER_DAYS,
            N_("Days within which two contacts become one"),
            Unit.DAYS,
            3,
            least=0,
            most=30,
            source="V31",
        ),
        Parameter(
            SHORT_CALL,
            N_("Seconds below which a call needs a reason to be done"),
            Unit.SECONDS,
            20,
            least=0,
            most=600,
            source="V02",
            by_store=True,
        ),
        Parameter(
            CAPACITY,
            N_("Contacts that one person makes in a day"),
            Unit.PER_DAY,
            40,
            least=1,
            most=1000,
            source="V43",
            by_store=True,
        ),
        _days(SURVEY_DAYS, N_("Days between two surveys of a customer"), 90, "K02", most=730),
        Parameter(
            LOW_ITEM,
            N_("Answer of 1 to 10 up to which somebody talks with the customer"),
            Unit.POINTS,
            6,
            least=0,
            most=9,
            source="K05",
        ),
        Parameter(
            LOW_SCORE,
            N_("Score of a survey below which somebody talks with the customer"),
            Unit.POINTS,
            60,
            least=0,
            most=100,
            source="K05",
        ),
        *_reception(),
        _hour(PLAN_HOUR, N_("Weekly visit plans are due on Friday by this hour"), 18, "V54"),
        _days(FORM_DAYS, N_("Days after a visit in which its form is written"), 1, "V19", most=30),
        _days(CORRECTION_DAYS, N_("Days in which a visit form is corrected"), 1, "V39", most=30),
        *_service(),
        _target(TARGET_PLAN, N_("Target: share of contacts made"), "0.9", "V21"),
        _target(TARGET_ON_TIME, N_("Target: share of contacts made on time"), "0.8", "V21"),
        _target(TARGET_FOLLOW_UP, N_("Target: repairs followed up within 3 days"), "0.9", "V01"),
        Parameter(
            QA_SHARE,
            N_("Share of a person's calls of a month that are reviewed"),
            Unit.SHARE,
            Decimal("0.05"),
            least=0,
            most=1,
            source="V02",
            by_store=True,
        ),
        Parameter(
            QA_LEAST,
            N_("Calls of each person that are reviewed in a month, at least"),
            Unit.TIMES,
            5,
            least=0,
            most=1000,
            source="V02",
            by_store=True,
        ),
        _target(TARGET_CLOCKS, N_("Target: share of clocks kept"), "0.9", "C09"),
        _target(TARGET_CLOSED, N_("Target: share closed in time"), "0.9", "C09"),
        _target(TARGET_REOPENED, N_("Target: share reopened, at most"), "0.05", "C07"),
        _target(TARGET_CONTENT, N_("Target: share content with what we did"), "0.8", "C14"),
        _target(TARGET_FIRST, N_("Target: share answered by the first responder"), "0.9", "C01"),
        _days(APPROVAL_DAYS, N_("Days to answer a request"), 7, "A21"),
        _hour(QUIET_FROM, N_("Notices wait from this hour on"), 20),
        _hour(QUIET_UNTIL, N_("Notices are shown again from this hour on"), 8),
        _days(NOTICE_DAYS, N_("Days for which settled notices are kept"), 180, "A21"),
        _days(JOB_DAYS, N_("Days for which ended long work is kept"), 90, "A21"),
        _days(DRAFT_DAYS, N_("Days for which unsent drafts are kept"), 30, "A21"),
    )
}


def parameter(key: str) -> Parameter:
    """What is known under a key. Raises UnknownParameter."""
    if key not in PARAMETERS:
        raise UnknownParameter
    return PARAMETERS[key]
