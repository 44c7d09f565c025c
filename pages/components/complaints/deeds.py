"""What can be done with a complaint: each deed is a drawer with one short form.

The cursor stands in the words as it opens: what must be chosen comes after them, a Tab away.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import streamlit as st

from pages.components.complaints import promises
from pages.components.complaints.colours import path
from pages.components.drawers import drawer
from pages.components.forms import Form, send_button
from pages.components.frame import done, fetch
from pages.components.words import _, choice
from services import complaints, customers, posts
from services.complaints import (
    LACKS,
    ActionKind,
    Case,
    Department,
    EventKind,
    Finding,
    HeadingTree,
    RemedyKind,
    Severity,
    TouchKind,
    Urgency,
    Verdict,
    WaitingFor,
)
from services.core import clock
from services.core.errors import StaleRecord
from services.core.words import N_
from services.posts import PostDuty

K = EventKind
QUESTION: Final = N_("What we want to know")
ERRAND: Final = N_("What he does there")
A_WEEK: Final = timedelta(days=7)


def _words(form: Form, _case: Case) -> None:
    form.area("words", height=110)


def _reason(form: Form, _case: Case) -> None:
    form.text("reason", needed=True)


def _talk(form: Form, _case: Case) -> None:
    form.area("words", height=110)
    form.check("was_reached")
    form.check("is_answer")


def _acknowledge(form: Form, case: Case) -> None:
    form.area("words", height=68)
    promises.draw(form, case)


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
    _words(form, case)
    form.choice("waiting_for", WaitingFor)


def _investigate(form: Form, case: Case) -> None:
    form.area("words", height=140)
    form.choice("finding", Finding)
    nodes = fetch(complaints.headings, HeadingTree.CAUSE)
    form.pair("cause_id", [(node.id, path(node)) for node in nodes])
    form.area("whys", height=110)
    st.caption(_(N_("A line for each why, down to what must change so that it never comes back")))


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


def _offer(form: Form, case: Case) -> None:
    _words(form, case)
    kind = form.choice("kind", RemedyKind)
    if kind in complaints.MONEY:
        with st.container(horizontal=True):
            form.text("amount", needed=True)
            form.text("account_code")
            form.text("consent_no")
        st.caption(_(N_("More than you may promise waits for somebody who leads")))


def _plan(form: Form, case: Case) -> None:
    form.area("what", height=110)
    form.choice("kind", ActionKind)
    form.pair("handler_id", fetch(customers.places).owners(case.store_id))
    with st.container(horizontal=True):
        form.day("due_on")
        form.day("check_on")


def _check(form: Form, case: Case) -> None:
    _words(form, case)
    form.choice("verdict", Verdict)


def _flag(form: Form, case: Case) -> None:
    for name in complaints.FLAGS:
        form.check(name)
    st.caption(_(N_("A legal case is seen by nobody but those who are named in it")))
    form.text("legal_stage")
    form.pair("spokesperson_id", _speakers(case))
    _reason(form, case)


def _speakers(case: Case) -> list[tuple[int, str]]:
    """Whoever is named for it today, and whoever has it already."""
    found = dict(fetch(posts.named, PostDuty.SPOKESPERSON, case.store_id))
    if case.spokesperson_id is not None:
        found.setdefault(case.spokesperson_id, str(case.values["spokesperson_id"]))
    if not found:
        st.caption(_(complaints.NobodySpeaks.msgid))
    return list(found.items())


def _person(form: Form, case: Case) -> None:
    form.pair("user_id", helpers())
    _reason(form, case)


def _ask(form: Form, _case: Case) -> None:
    form.choice("department", Department)
    form.pair("user_id", helpers())
    is_errand = form.check("is_errand")
    form.area("words", height=110, label=_(ERRAND if is_errand else QUESTION))
    form.day("due_on")


def _paid(form: Form, case: Case) -> None:
    _words(form, case)
    _papers(form, case)


def _meet(form: Form, _case: Case) -> None:
    form.moment("held_at", is_past=True)
    form.pairs("user_ids", helpers())
    form.text("outsiders")
    form.area("words", height=110, label=_(N_("What was said")))
    form.area("decided", height=90)
    st.caption(_(N_("What another department is to do you ask of it afterwards")))


def _tell(form: Form, _case: Case) -> None:
    form.choice("told_by", TouchKind)
    form.day("told_on", latest=clock.today())
    form.area("words", height=90, label=_(N_("What the customer said to it")))


def _papers(form: Form, case: Case) -> None:
    form.files("files", fetch(complaints.file_megabytes, case.store_id))


def helpers() -> list[tuple[int, str]]:
    """Who can be asked, by id."""
    found = fetch(complaints.helpers)
    return [(key, f"{name} · {choice(role)}") for key, name, role in found]


def _survey(form: Form, case: Case) -> None:
    _words(form, case)
    form.pair("satisfaction", [(n, str(n)) for n in range(5, 0, -1)])
    form.check("would_return")


@dataclass(frozen=True)
class Deed:
    """What the page knows of a deed: its words, its command, the form that it needs."""

    kind: EventKind
    label: str
    icon: str
    command: Callable[..., Any]
    model: Any
    draw: Callable[[Form, Case], None] = _words
    about: Callable[[Case], Mapping[str, Any]] = lambda _case: {}
    """What of the complaint it is about, where nobody has chosen."""

    @property
    def name(self) -> str:
        """Of its form and its place in the menu."""
        return self.command.__name__


def _first_ready(case: Case) -> Mapping[str, Any]:
    return {"remedy_id": next(one.id for one in case.remedies if one.may_deliver)}


DELIVER: Final = Deed(K.EXECUTED, N_("The remedy is done"), ":material/check_circle:",
    complaints.deliver_remedy, complaints.DeliverRemedy, about=_first_ready)  # fmt: skip
DROP: Final = Deed(K.OFFERED, N_("Drop the remedy"), ":material/block:",
    complaints.drop_remedy, complaints.DropRemedy, _reason)  # fmt: skip
PAY: Final = Deed(K.NOTED, N_("Finance has paid"), ":material/payments:",
    complaints.pay_remedy, complaints.PayRemedy, _paid)  # fmt: skip
FINISH: Final = Deed(K.ACTED, N_("The action is done"), ":material/check_circle:",
    complaints.finish_action, complaints.FinishAction)  # fmt: skip
CHECK: Final = Deed(K.ACTED, N_("See whether it works"), ":material/fact_check:",
    complaints.check_action, complaints.CheckAction, _check)  # fmt: skip
TELL: Final = Deed(K.TOLD, N_("Told the customer"), ":material/campaign:",
    complaints.tell_improvement, complaints.TellImprovement, _tell)  # fmt: skip
ANSWER: Final = Deed(K.HELPED, N_("Write down the answer"), ":material/quickreply:",
    complaints.answer_step, complaints.AnswerStep)  # fmt: skip
ASK: Final = Deed(K.ASKED, N_("Ask another department"), ":material/contact_support:",
    complaints.ask_department, complaints.AskDepartment, _ask)  # fmt: skip
DEEDS: Final[Sequence[Deed]] = (
    Deed(K.ACKNOWLEDGED, N_("Tell the customer the number"), ":material/mark_chat_read:",
         complaints.acknowledge, complaints.AcknowledgeComplaint, _acknowledge),
    Deed(K.TRIAGED, N_("Sort"), ":material/alt_route:",
         complaints.triage, complaints.TriageComplaint, _triage),
    Deed(K.FOUND, N_("Write down the facts"), ":material/search:",
         complaints.investigate, complaints.InvestigateComplaint, _investigate),
    Deed(K.PREPARED, N_("Prepare a proposal"), ":material/edit_document:",
         complaints.prepare, complaints.PrepareProposal),
    Deed(K.PROPOSED, N_("Propose to the customer"), ":material/handshake:",
         complaints.propose, complaints.MakeProposal),
    Deed(K.AGREED, N_("The customer's answer to it"), ":material/thumbs_up_down:",
         complaints.answer_proposal, complaints.AnswerProposal, _agree),
    DELIVER,
    Deed(K.REPLIED, N_("Answer the customer"), ":material/forward_to_inbox:",
         complaints.reply, complaints.ReplyToComplaint),
    Deed(K.CONFIRMED, N_("Confirm the answer"), ":material/verified:",
         complaints.confirm, complaints.ConfirmReply),
    Deed(K.ACCEPTED, N_("The customer accepts it"), ":material/thumb_up:",
         complaints.accept, complaints.AcceptReply, _accept),
    Deed(K.CLOSED, N_("Close the case"), ":material/task_alt:",
         complaints.close, complaints.CloseComplaint, _close),
    Deed(K.SURVEYED, N_("Ask how content he is"), ":material/sentiment_satisfied:",
         complaints.survey, complaints.SurveyComplaint, _survey),
    Deed(K.CONTACTED, N_("Talk with the customer"), ":material/call:",
         complaints.talk, complaints.TalkAboutComplaint, _talk),
    Deed(K.OFFERED, N_("Promise a remedy"), ":material/redeem:",
         complaints.offer_remedy, complaints.OfferRemedy, _offer),
    Deed(K.ACTED, N_("Act against the cause"), ":material/build:",
         complaints.plan_action, complaints.PlanAction, _plan),
    ASK,
    Deed(K.MET, N_("Minutes of a meeting"), ":material/groups:",
         complaints.record_meeting, complaints.RecordMeeting, _meet),
    Deed(K.NOTED, N_("Note"), ":material/edit_note:",
         complaints.note, complaints.NoteComplaint),
    Deed(K.FILED, N_("Add papers and pictures"), ":material/attach_file:",
         complaints.add_files, complaints.AddFiles, _papers),
    Deed(K.LEVELLED, N_("Change the level"), ":material/priority_high:",
         complaints.level, complaints.LevelComplaint, _level),
    Deed(K.TRANSFERRED, N_("Hand on"), ":material/move_up:",
         complaints.transfer, complaints.TransferComplaint, _transfer),
    Deed(K.COVERED, N_("Let somebody stand in"), ":material/supervisor_account:",
         complaints.cover, complaints.CoverComplaint, _cover),
    Deed(K.FLAGGED, N_("Mark"), ":material/flag:",
         complaints.flag, complaints.FlagComplaint, _flag),
    Deed(K.NAMED, N_("Let somebody see it"), ":material/person_add:",
         complaints.name_person, complaints.NamePerson, _person),
    Deed(K.NAMED, N_("Let somebody see it no more"), ":material/person_remove:",
         complaints.unname_person, complaints.NamePerson, _person),
    Deed(K.PAUSED, N_("Wait"), ":material/pause_circle:",
         complaints.pause, complaints.PauseComplaint, _pause),
    Deed(K.RESUMED, N_("End the wait"), ":material/play_circle:",
         complaints.resume, complaints.ResumeComplaint),
    Deed(K.REJECTED, N_("The customer does not accept it"), ":material/thumb_down:",
         complaints.reject, complaints.RejectReply),
    Deed(K.REOPENED, N_("Open again"), ":material/replay:",
         complaints.reopen, complaints.ReopenComplaint),
    Deed(K.WITHDRAWN, N_("The customer takes it back"), ":material/undo:",
         complaints.withdraw, complaints.WithdrawComplaint),
)  # fmt: skip


@dataclass(frozen=True)
class Origin:
    """What a deed comes of: its id gives it a draft of its own; with `values` its fields begin."""

    id: int
    values: Mapping[str, Any]


def open_deed(deed: Deed, case: Case, origin: Origin | None = None, /, **chosen: int) -> None:
    """The drawer in which it is done; `chosen` is what of the complaint it is about."""
    about = chosen or deed.about(case)
    keys = [case.id, *about.values(), *([origin.id] if origin else [])]
    subject = "-".join(map(str, keys))
    name = f"complaints.{deed.name}"
    st.session_state.pop(f"refused:{name}:{subject}", None)  # that was of an older look at it

    @drawer(_(deed.label), name=case.number)
    def draw() -> None:
        begin = {
            "severity": case.severity.value,
            "urgency": case.urgency.value,
            "department": case.department.value,
            "handler_id": case.handler_id,
            "due_on": clock.today() + A_WEEK,
            **{name: case.values[name] for name in complaints.FLAGS},
            "legal_stage": case.values["legal_stage"],
            "spokesperson_id": case.spokesperson_id,
            "told_on": clock.today(),
            "held_at": clock.now().replace(minute=0, second=0, microsecond=0),
            "was_reached": True,
            "is_agreed": True,
            "finding": case.values["finding"],
            "whys": case.values["whys"],
            "cause_id": case.cause.id if case.cause else None,
            **(origin.values if origin else {}),
        }
        form = Form(name, subject=subject, values=begin, keeps_draft=True)
        deed.draw(form, case)
        if send_button(_(deed.label), key=f"{form.name}:send"):
            version: dict[str, Any] = (
                {"version": case.version} if "version" in deed.model.model_fields else {}
            )
            receipt = form.send(deed.command, deed.model, complaint_id=case.id, **about, **version)
            if receipt is not None:
                st.query_params["id"] = str(receipt.id)
                done(_(N_("Written down for {number}"), number=receipt.number))
        _outrun(form)

    draw()


def _outrun(form: Form) -> None:
    """Somebody else was faster: a way to what he did. What was written waits in its draft."""
    refused = f"refused:{form.name}"
    if not isinstance(st.session_state.get(refused), StaleRecord):
        return
    st.caption(_(N_("What you wrote is kept: it stands there again when you open this anew")))
    if st.button(_(N_("Show it as it is now")), icon=":material/refresh:"):
        del st.session_state[refused]
        st.rerun()
