"""What is promised to the customer: who may promise how much, who agrees, what comes of it."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from pydantic import ValidationError

from db.models import (
    Approval,
    ApprovalState,
    ComplaintEvent,
    ComplaintFile,
    EventKind,
    ParameterValue,
    Remedy,
    RemedyKind,
    RemedyState,
    Role,
    Stage,
    User,
)
from services import approvals, complaints
from services.approvals import WithdrawApproval
from services.complaints.remedies import (
    AmountMissing,
    NeedsFinance,
    NotPaidOut,
    NotReadyYet,
    OnlyMoney,
)
from services.core import clock, parameters
from services.core.errors import NotFound, NotPermitted
from services.core.run import fetch, perform
from tests.dealer import Dealer
from tests.services.complaint_deeds import do, investigated, row, triaged
from tests.services.papers import PDF
from tests.services.test_approvals import answer, expire, open_of


def offer(
    dealer: Dealer,
    key: int,
    yuan: str | None = None,
    who: str = "service",
    kind: RemedyKind = RemedyKind.COMPENSATION,
    **more: Any,
) -> Remedy:
    """The promise that was just made."""
    do(
        dealer,
        who,
        complaints.offer_remedy,
        complaints.OfferRemedy,
        key,
        kind=kind,
        amount=yuan,
        words="补偿一次保养",
        **more,
    )
    return dealer.rows(Remedy)[-1]


def asked(dealer: Dealer) -> Approval:
    return dealer.rows(Approval)[-1]


def on_remedy(
    dealer: Dealer, deed: Any, form: Any, remedy: Remedy, who: str = "service", **more: Any
) -> Remedy:
    do(dealer, who, deed, form, remedy.complaint_id, remedy_id=remedy.id, **more)
    return dealer.row(Remedy, remedy.id)


def deliver(dealer: Dealer, remedy: Remedy, who: str = "service") -> Remedy:
    return on_remedy(dealer, complaints.deliver_remedy, complaints.DeliverRemedy, remedy, who)


def drop(dealer: Dealer, remedy: Remedy) -> Remedy:
    form = complaints.DropRemedy
    return on_remedy(dealer, complaints.drop_remedy, form, remedy, reason="客户不要")


def pay(dealer: Dealer, remedy: Remedy, who: str = "manager", **more: Any) -> Remedy:
    form = complaints.PayRemedy
    return on_remedy(dealer, complaints.pay_remedy, form, remedy, who, words="凭证 88", **more)


def told(dealer: Dealer, key: int) -> list[tuple[EventKind, str]]:
    """The events about remedies: (kind, state)."""
    happened = [one for one in dealer.rows(ComplaintEvent) if one.complaint_id == key]
    return [(one.kind, one.details["state"]) for one in happened if "remedy" in one.details]


# ---- how much, and who agrees


@pytest.mark.parametrize("kind", [kind for kind in RemedyKind if kind not in complaints.MONEY])
def test_what_costs_no_money_needs_nobody(dealer: Dealer, kind: RemedyKind):
    remedy = offer(dealer, triaged(dealer), kind=kind)
    assert (remedy.state, remedy.approved_by_id) == (RemedyState.PLANNED, None)
    assert dealer.rows(Approval) == []


@pytest.mark.parametrize(
    ("who", "yuan", "decides"),
    [
        ("service", "1", {"manager", "director"}),
        ("service", "500", {"manager", "director"}),
        ("service", "500.01", {"director"}),
        ("manager", "500", set()),
        ("manager", "500.01", {"director"}),
        ("director", "5000", set()),
    ],
)
def test_who_agrees_depends_on_the_sum(dealer: Dealer, who: str, yuan: str, decides: set[str]):
    remedy = offer(dealer, triaged(dealer), yuan, who)
    state = RemedyState.WAITING if decides else RemedyState.APPROVED
    assert remedy.state is state
    people = ("manager", "director", "manager2", "admin", "service")
    assert {person for person in people if open_of(dealer, person)} == decides


def test_the_sums_of_one_complaint_count_together(dealer: Dealer):
    key = triaged(dealer)
    assert offer(dealer, key, "300", "manager").state is RemedyState.APPROVED
    second = offer(dealer, key, "200.01", "manager", kind=RemedyKind.REFUND)
    assert second.state is RemedyState.WAITING
    drop(dealer, dealer.rows(Remedy)[0])
    assert offer(dealer, key, "299.99", "manager").state is RemedyState.APPROVED
    other = triaged(dealer)
    assert offer(dealer, other, "500", "manager").state is RemedyState.APPROVED


def test_beyond_the_director_finance_consents_in_writing(dealer: Dealer):
    key = triaged(dealer)
    with pytest.raises(NeedsFinance) as refused:
        offer(dealer, key, "5000.01", "director")
    assert refused.value.params == {"limit": 5000}
    assert offer(dealer, key, "5000.01", "director", consent_no="财〔2026〕8 号").state is (
        RemedyState.APPROVED
    )
    other = triaged(dealer)
    waits = offer(dealer, other, "6000", "manager", consent_no="财〔2026〕9 号")
    assert (waits.state, waits.consent_no) == (RemedyState.WAITING, "财〔2026〕9 号")
    assert asked(dealer).needs == "complaints:settle"


@pytest.mark.parametrize(
    "yuan", ["0", "-1", "1000000000000000", "10000000.01", "12,34", "1e3", "0.001", "NaN"]
)
def test_no_such_sum(dealer: Dealer, yuan: str):
    key = triaged(dealer)
    before = row(dealer, key).version
    with pytest.raises((AmountMissing, ValidationError)):
        offer(dealer, key, yuan, "director")
    assert dealer.rows(Remedy) == []
    assert row(dealer, key).version == before


def test_only_money_has_an_amount(dealer: Dealer):
    key = triaged(dealer)
    with pytest.raises(AmountMissing):
        offer(dealer, key, None, "director")
    with pytest.raises(OnlyMoney):
        offer(dealer, key, "5", kind=RemedyKind.SPOKEN_APOLOGY)


def test_a_store_may_have_limits_of_its_own(dealer: Dealer):
    dealer.add(
        ParameterValue(
            key=parameters.COMPENSATION[Role.SPECIALIST],
            store_id=1,
            value="100",
            from_on=clock.today(),
            created_at=clock.now(),
            reason="同城惯例",
        )
    )
    assert offer(dealer, triaged(dealer), "100").state is RemedyState.APPROVED


# ---- the answer


def test_who_agreed_stands_beside_who_asked(dealer: Dealer):
    """The event is the asker's, in whose name it is done; the second person is not lost."""
    key = triaged(dealer)
    remedy = offer(dealer, key, "300")
    shown = {
        who: fetch(complaints.case, dealer.caller(who), key).remedies[0].request_id
        for who in ("service", "manager", "sales")
    }
    request = asked(dealer).id
    assert shown == {"service": None, "manager": request, "sales": None}
    answer(dealer, request, "manager")
    [event] = [
        one
        for one in dealer.rows(ComplaintEvent)
        if one.complaint_id == key and one.details.get("state") == "approved"
    ]
    assert event.actor_id == dealer.user_id("service")
    assert event.details["agreed_by"] == dealer.row(User, dealer.user_id("manager")).name
    case = fetch(complaints.case, dealer.caller("manager"), key)
    assert case.remedies[0].request_id is None
    assert dealer.row(Remedy, remedy.id).state is RemedyState.APPROVED


def test_what_is_agreed_to_may_be_handed_out(dealer: Dealer):
    key = triaged(dealer)
    remedy = offer(dealer, key, "300")
    with pytest.raises(NotReadyYet):
        deliver(dealer, remedy)
    assert answer(dealer, asked(dealer).id, "manager") is ApprovalState.GRANTED
    remedy = dealer.row(Remedy, remedy.id)
    assert (remedy.state, remedy.approved_by_id) == (
        RemedyState.APPROVED,
        dealer.user_id("manager"),
    )
    assert deliver(dealer, remedy).state is RemedyState.DONE
    assert told(dealer, key) == [
        (EventKind.OFFERED, "waiting"),
        (EventKind.OFFERED, "approved"),
        (EventKind.EXECUTED, "done"),
    ]


@pytest.mark.parametrize("way", ["refused", "withdrawn", "expired"])
def test_what_is_not_agreed_to_is_not_owed(
    dealer: Dealer, way: str, monkeypatch: pytest.MonkeyPatch
):
    key = triaged(dealer)
    remedy = offer(dealer, key, "300")
    if way == "refused":
        answer(dealer, asked(dealer).id, "manager", is_granted=False, answer="先查清原因")
    elif way == "withdrawn":
        form = WithdrawApproval(request_id=uuid4(), approval_id=asked(dealer).id)
        perform(approvals.withdraw, dealer.caller("service"), form)
    else:
        after = clock.now() + timedelta(days=8)
        monkeypatch.setattr(clock, "now", lambda: after)
        assert expire() == 1
    assert dealer.row(Remedy, remedy.id).state is RemedyState.REFUSED
    assert told(dealer, key)[-1] == (EventKind.OFFERED, "refused")
    assert offer(dealer, key, "500", "manager").state is RemedyState.APPROVED


def test_a_specialist_does_not_decide_and_another_store_s_manager_neither(dealer: Dealer):
    offer(dealer, triaged(dealer), "300")
    for who, refusal in (("sales", NotPermitted), ("manager2", NotFound)):
        with pytest.raises(refusal):
            answer(dealer, asked(dealer).id, who)


def test_whoever_decides_reads_what_it_is_about(dealer: Dealer):
    key = triaged(dealer)
    offer(dealer, key, "300")
    line = fetch(approvals.line, dealer.caller("manager"), asked(dealer).id)
    facts = dict(line.facts)
    assert (line.label, line.what, line.reason) == (
        "Money for a complaint",
        f"{row(dealer, key).number} · ¥300.00",
        "补偿一次保养",
    )
    assert (facts["amount_fen"], facts["promised_fen"]) == (30000, 30000)


# ---- what comes of it


def test_the_last_step_is_finance_s(dealer: Dealer):
    remedy = offer(dealer, triaged(dealer), "300", "manager")
    with pytest.raises(NotPaidOut):
        pay(dealer, remedy)
    deliver(dealer, remedy)
    with pytest.raises(NotPermitted):
        pay(dealer, remedy, "service")
    assert pay(dealer, remedy).paid_at is not None
    with pytest.raises(NotPaidOut):
        pay(dealer, remedy)


def test_a_complaint_is_not_closed_on_a_promise(dealer: Dealer):
    key = triaged(dealer)
    investigated(dealer, key)
    remedy = offer(dealer, key, kind=RemedyKind.REPAIR)
    case = fetch(complaints.case, dealer.caller("service"), key)
    assert complaints.Lack.REMEDY in case.lacks
    deliver(dealer, remedy)
    case = fetch(complaints.case, dealer.caller("service"), key)
    assert complaints.Lack.REMEDY not in case.lacks


def test_what_is_withdrawn_owes_nothing(dealer: Dealer):
    key = triaged(dealer)
    waits = offer(dealer, key, "300")
    form = complaints.WithdrawComplaint
    do(dealer, "service", complaints.withdraw, form, key, words="算了")
    assert dealer.row(Remedy, waits.id).state is RemedyState.DROPPED
    with pytest.raises(NotReadyYet):
        answer(dealer, asked(dealer).id, "manager")
    answer(dealer, asked(dealer).id, "manager", is_granted=False, answer="已撤诉")
    assert dealer.row(Remedy, waits.id).state is RemedyState.DROPPED


def test_another_complaint_s_remedy_is_not_there(dealer: Dealer):
    remedy = offer(dealer, triaged(dealer), kind=RemedyKind.REPAIR)
    other = triaged(dealer)
    with pytest.raises(NotFound):
        do(
            dealer,
            "service",
            complaints.deliver_remedy,
            complaints.DeliverRemedy,
            other,
            remedy_id=remedy.id,
        )


def test_a_remedy_of_an_agreed_proposal_leads_on(dealer: Dealer):
    key = triaged(dealer)
    investigated(dealer, key)
    for deed, form, more in (
        (complaints.prepare, complaints.PrepareProposal, {"words": "免费返修"}),
        (complaints.propose, complaints.MakeProposal, {"words": "免费返修"}),
        (complaints.answer_proposal, complaints.AnswerProposal, {"is_agreed": True}),
    ):
        do(dealer, "service", deed, form, key, **more)
    remedy = offer(dealer, key, kind=RemedyKind.REPAIR)
    case = fetch(complaints.case, dealer.caller("service"), key)
    assert (case.stage, case.next_deed) == (Stage.AGREED, EventKind.EXECUTED)
    deliver(dealer, remedy)
    case = fetch(complaints.case, dealer.caller("service"), key)
    assert (case.stage, case.next_deed) == (Stage.EXECUTING, EventKind.REPLIED)


def test_finance_s_receipt_is_a_paper_of_the_case(dealer: Dealer):
    key = triaged(dealer)
    remedy = deliver(dealer, offer(dealer, key, "300", "manager"))
    paid = pay(dealer, remedy, files=({"name": "凭证.pdf", "content": PDF},))
    assert paid.paid_at is not None
    assert [one.name for one in dealer.rows(ComplaintFile)] == ["凭证.pdf"]
    [event] = [one for one in dealer.rows(ComplaintEvent) if one.kind is EventKind.FILED]
    assert event.details["is_receipt"] is True


def test_without_its_receipt_nothing_is_paid(dealer: Dealer):
    key = triaged(dealer)
    remedy = deliver(dealer, offer(dealer, key, "300", "manager"))
    with pytest.raises(ValidationError):
        pay(dealer, remedy, files=({"name": "凭证.pdf", "content": b"nonsense"},))
    assert dealer.row(Remedy, remedy.id).paid_at is None
