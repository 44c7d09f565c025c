"""What can be done with a complaint: each deed is a drawer with one short form."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import streamlit as st

from pages.components.complaints.colours import path
from pages.components.drawers import drawer
from pages.components.forms import Form, send_button
from pages.components.frame import done, fetch
from pages.components.words import _
from services import complaints, customers
from services.complaints import (
    LACKS,
    Case,
    Department,
    EventKind,
    Finding,
    HeadingTree,
    Severity,
    Urgency,
    WaitingFor,
)
from services.core.words import N_

K = EventKind


def _words(form: Form, _case: Case) -> None:
    form.area("words", height=110)


def _reason(form: Form, _case: Case) -> None:
    form.text("reason", needed=True)


def _talk(form: Form, _case: Case) -> None:
    form.area("words", height=110)
    form.check("was_reached")
    form.check("is_answer")


def _level(form: Form, case: Case) -> None:
    form.choice("severity", Severity)
    form.choice("urgency", Urgency)
    _reason(form, case)


def _hands(form: Form, case: Case) -> None:
    form.choice("department", Department)
    form.pair("handler_id", fetch(customers.places).owners(case.store_id))


def _triage(form: Form, case: Case) -> None:
    form.choice("severity", Severity)
    form.choice("urgency", Urgency)
    _hands(form, case)
    form.area("words", height=68)


def _transfer(form: Form, case: Case) -> None:
    _hands(form, case)
    _reason(form, case)


def _cover(form: Form, case: Case) -> None:
    st.caption(_(N_("Left empty: whoever took it stands for it again")))
    form.pair("user_id", fetch(customers.places).owners(case.store_id))
    _reason(form, case)


def _pause(form: Form, case: Case) -> None:
    form.choice("waiting_for", WaitingFor)
    _words(form, case)


def _investigate(form: Form, case: Case) -> None:
    form.area("words", height=140)
    form.choice("finding", Finding)
    nodes = fetch(complaints.headings, HeadingTree.CAUSE)
    form.pair("cause_id", [(node.id, path(node)) for node in nodes])


def _agree(form: Form, case: Case) -> None:
    form.check("is_agreed")
    _words(form, case)


def _accept(form: Form, case: Case) -> None:
    form.check("is_silent")
    _words(form, case)


def _close(form: Form, case: Case) -> None:
    if case.lacks:
        missing = [LACKS[lack] for lack in case.lacks]
        st.warning(_(complaints.NotReady.msgid, missing=missing), icon=":material/rule:")
    _words(form, case)


def _survey(form: Form, case: Case) -> None:
    form.pair("satisfaction", [(n, str(n)) for n in range(5, 0, -1)])
    form.check("would_return")
    _words(form, case)


@dataclass(frozen=True)
class Deed:
    """`leads` when it takes the complaint to its next stage."""

    kind: EventKind
    label: str
    icon: str
    command: Callable[..., Any]
    model: Any
    draw: Callable[[Form, Case], None] = _words
    leads: bool = False


DEEDS: Final[Sequence[Deed]] = (
    Deed(K.ACKNOWLEDGED, N_("Tell the customer the number"), ":material/mark_chat_read:",
         complaints.acknowledge, complaints.AcknowledgeComplaint, leads=True),
    Deed(K.TRIAGED, N_("Sort"), ":material/alt_route:",
         complaints.triage, complaints.TriageComplaint, _triage, leads=True),
    Deed(K.FOUND, N_("Write down the facts"), ":material/search:",
         complaints.investigate, complaints.InvestigateComplaint, _investigate, leads=True),
    Deed(K.PREPARED, N_("Prepare a proposal"), ":material/edit_document:",
         complaints.prepare, complaints.PrepareProposal, leads=True),
    Deed(K.PROPOSED, N_("Propose to the customer"), ":material/handshake:",
         complaints.propose, complaints.MakeProposal, leads=True),
    Deed(K.AGREED, N_("The customer's answer to it"), ":material/thumbs_up_down:",
         complaints.answer_proposal, complaints.AnswerProposal, _agree, leads=True),
    Deed(K.REPLIED, N_("Answer the customer"), ":material/forward_to_inbox:",
         complaints.reply, complaints.ReplyToComplaint, leads=True),
    Deed(K.CONFIRMED, N_("Confirm the answer"), ":material/verified:",
         complaints.confirm, complaints.ConfirmReply),
    Deed(K.ACCEPTED, N_("The customer accepts it"), ":material/thumb_up:",
         complaints.accept, complaints.AcceptReply, _accept, leads=True),
    Deed(K.CLOSED, N_("Close the case"), ":material/task_alt:",
         complaints.close, complaints.CloseComplaint, _close, leads=True),
    Deed(K.SURVEYED, N_("Ask how content he is"), ":material/sentiment_satisfied:",
         complaints.survey, complaints.SurveyComplaint, _survey, leads=True),
    Deed(K.CONTACTED, N_("Talk with the customer"), ":material/call:",
         complaints.talk, complaints.TalkAboutComplaint, _talk),
    Deed(K.NOTED, N_("Note"), ":material/edit_note:",
         complaints.note, complaints.NoteComplaint),
    Deed(K.LEVELLED, N_("Change the level"), ":material/priority_high:",
         complaints.level, complaints.LevelComplaint, _level),
    Deed(K.TRANSFERRED, N_("Hand on"), ":material/move_up:",
         complaints.transfer, complaints.TransferComplaint, _transfer),
    Deed(K.COVERED, N_("Let somebody stand in"), ":material/supervisor_account:",
         complaints.cover, complaints.CoverComplaint, _cover),
    Deed(K.PAUSED, N_("Wait"), ":material/pause_circle:",
         complaints.pause, complaints.PauseComplaint, _pause),
    Deed(K.RESUMED, N_("Go on"), ":material/play_circle:",
         complaints.resume, complaints.ResumeComplaint),
    Deed(K.REJECTED, N_("The customer does not accept it"), ":material/thumb_down:",
         complaints.reject, complaints.RejectReply),
    Deed(K.REOPENED, N_("Open again"), ":material/replay:",
         complaints.reopen, complaints.ReopenComplaint),
    Deed(K.WITHDRAWN, N_("The customer takes it back"), ":material/undo:",
         complaints.withdraw, complaints.WithdrawComplaint),
)  # fmt: skip


def open_deed(deed: Deed, case: Case) -> None:
    """The drawer in which it is done."""

    @drawer(_(deed.label), name=case.number)
    def draw() -> None:
        begin = {
            "severity": case.severity.value,
            "urgency": case.urgency.value,
            "department": case.department.value,
            "handler_id": case.handler_id,
            "was_reached": True,
            "is_agreed": True,
            "finding": case.values["finding"],
            "cause_id": case.cause.id if case.cause else None,
        }
        form = Form(
            f"complaints.{deed.kind.value}", subject=case.id, values=begin, keeps_draft=True
        )
        deed.draw(form, case)
        if send_button(_(deed.label), key=f"{form.name}:send"):
            version: dict[str, Any] = (
                {"version": case.version} if "version" in deed.model.model_fields else {}
            )
            receipt = form.send(deed.command, deed.model, complaint_id=case.id, **version)
            if receipt is not None:
                st.query_params["id"] = str(receipt.id)
                done(_(N_("Written down for {number}"), number=receipt.number))

    draw()
