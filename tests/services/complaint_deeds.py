"""Ways for tests to take a complaint and lead it on."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from db.models import (
    Complaint,
    ComplaintChannel,
    ComplaintEvent,
    ComplaintKind,
    Department,
    EventKind,
    Finding,
    Heading,
    Severity,
    Stage,
    Urgency,
)
from services import complaints
from services.complaints import Receipt, RegisterComplaint
from services.core import clock
from services.core.run import perform
from tests.dealer import Dealer

CAUSE = "people.skill"
FRIDAY = datetime(2026, 6, 5, 9, 50, tzinfo=UTC)
"""17:50 where the dealer works."""


def heading(dealer: Dealer, code: str) -> int:
    return next(row.id for row in dealer.rows(Heading) if row.code == code)


def register(dealer: Dealer, who: str = "service", **more: Any) -> Receipt:
    values = {
        "request_id": uuid4(),
        "store_id": 1,
        "received_at": FRIDAY,
        "kind": ComplaintKind.COMPLAINT,
        "channel": ComplaintChannel.HOTLINE,
        "person": "李女士",
        "phone": "13857116208",
        "words": "修了三次还是异响",
        "severity": Severity.L1,
        "department": Department.SERVICE,
        **more,
    }
    values.setdefault("category_id", heading(dealer, "service.repair.repeat"))
    return perform(
        complaints.register, dealer.caller(who), RegisterComplaint.model_validate(values)
    )


def laid(dealer: Dealer, number: str = "TS-202606-0001", who: str = "service", **more: Any) -> int:
    """A complaint put into the tables past the services, with the event of its registering."""
    user, now = dealer.user_id(who), clock.now()
    state: dict[str, Any] = {
        "stage": Stage.TRIAGED,
        "severity": Severity.L2,
        "urgency": Urgency.ORDINARY,
        "department": Department.SERVICE,
        "handler_id": user,
    }
    values = {
        "store_id": 1,
        "received_at": now,
        "registered_at": now,
        "kind": ComplaintKind.COMPLAINT,
        "channel": ComplaintChannel.HOTLINE,
        "words": "异响",
        "category_id": 1,
        "first_responder_id": user,
        "accountable_id": user,
        **state,
        **more,
    }
    [key] = dealer.add(Complaint(number=number, **values))
    dealer.add(
        ComplaintEvent(
            complaint_id=key,
            seq=1,
            at=now,
            recorded_at=now,
            actor_id=user,
            kind=EventKind.REGISTERED,
            note=values["words"],
            **state,
        )
    )
    return key


def row(dealer: Dealer, complaint_id: int) -> Complaint:
    return next(each for each in dealer.rows(Complaint) if each.id == complaint_id)


def do(dealer: Dealer, who: str, command: Any, model: Any, complaint_id: int, **values: Any) -> Any:
    """One deed on a complaint as it is now."""
    if "version" in model.model_fields:
        values.setdefault("version", row(dealer, complaint_id).version)
    form = model(request_id=uuid4(), complaint_id=complaint_id, **values)
    return perform(command, dealer.caller(who), form)


def triaged(dealer: Dealer, who: str = "service", **more: Any) -> int:
    """A complaint that `who` took and handles; its id."""
    taken = register(dealer, who, **more)
    do(
        dealer,
        who,
        complaints.triage,
        complaints.TriageComplaint,
        taken.id,
        severity=more.get("severity", Severity.L1),
        urgency=more.get("urgency", Urgency.ORDINARY),
        department=Department.SERVICE,
        handler_id=dealer.user_id(who),
    )
    return taken.id


def investigated(
    dealer: Dealer, key: int, who: str = "service", finding: Finding = Finding.JUSTIFIED
) -> None:
    do(
        dealer,
        who,
        complaints.investigate,
        complaints.InvestigateComplaint,
        key,
        finding=finding,
        cause_id=heading(dealer, CAUSE),
        words="举升检查，衬套松动",
    )


def replied(dealer: Dealer, key: int, who: str = "service") -> None:
    do(dealer, who, complaints.reply, complaints.ReplyToComplaint, key, words="已更换衬套并试车")


def accepted(dealer: Dealer, key: int, who: str = "service") -> None:
    do(dealer, who, complaints.accept, complaints.AcceptReply, key)


def close(dealer: Dealer, key: int, who: str = "service") -> Any:
    return do(dealer, who, complaints.close, complaints.CloseComplaint, key)


def closed(dealer: Dealer, who: str = "service") -> int:
    """A complaint led to its end by one person."""
    key = triaged(dealer, who)
    investigated(dealer, key, who)
    replied(dealer, key, who)
    accepted(dealer, key, who)
    close(dealer, key, who)
    return key
