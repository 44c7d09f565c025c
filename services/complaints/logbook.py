"""The log of one case to take along: everything that happened, entry by entry (C31)."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlmodel import Session

from db.models import Complaint, EventKind, TouchKind
from services import reports
from services.complaints.case import case
from services.complaints.inputs import TakeLog
from services.complaints.items import WORDS, Checklist
from services.complaints.views import Case, EventLine
from services.core import audit, clock, export
from services.core.access import Actor, Permission, load
from services.core.choices import choice_label
from services.core.labels import field_label
from services.core.words import N_, translate

NAME: Final = N_("Log of the case")
DONE: Final = N_("done")
TAKEN_BACK: Final = N_("taken back")
FACTS: Final = (
    *("words", "demand", "person", "phone", "vehicle_id", "order_id", "channel", "received_at"),
    *("store_id", "department", "first_responder", "handler_id", "spokesperson_id", "finding"),
)
LABELS: Final = {"first_responder": N_("I took it")}


def log(session: Session, actor: Actor, form: TakeLog) -> export.File:
    """A PDF on A4: the facts of the case and its time line, oldest first. Phone and plate are whole
    for those in whose hands it is, and masked for others.

    A command, because what leaves the house is written down. Raises NotFound, NoPango.
    """
    actor.require(Permission.COMPLAINTS_EXPORT)
    whole = case(session, actor, form.complaint_id)
    data = reports.record_pdf(_Telling(whole, actor.name, form.language).record())
    complaint = load(session, Complaint, form.complaint_id)
    audit.record(session, actor, audit.Action.COMPLAINTS_LOG_TAKEN, complaint)
    name = export.file_name(translate(form.language, NAME), whole.number, ".pdf")
    return export.File(name, data)


class _Telling:
    def __init__(self, whole: Case, taker: str, language: str) -> None:
        self.case, self.taker, self.language = whole, taker, language

    def _(self, msgid: str, **params: object) -> str:
        return translate(self.language, msgid, **params)

    def record(self) -> reports.Record:
        one, say = self.case, self._
        taken = say(
            N_("Taken along by {person} on {moment}"), person=self.taker, moment=_at(clock.now())
        )
        level = f"{self.choice(one.severity)} · {self.choice(one.urgency)}"
        return reports.Record(
            title=f"{say(NAME)} {one.number}",
            subtitle=" · ".join(filter(None, (one.who, level, self.choice(one.stage)))),
            language="en" if self.language == "en" else "zh_CN",
            facts=tuple(self.facts()),
            entries=tuple(self.entry(event) for event in reversed(one.events)),
            note=f"{one.number} · {taken}",
        )

    def facts(self) -> list[tuple[str, str]]:
        path = self.case.category.path_en if self.language == "en" else self.case.category.path
        found = [(self._(field_label("category_id")), " / ".join(path))]
        for name in FACTS:
            value = self.case.values[name]
            if value not in (None, ""):
                label = LABELS[name] if name in LABELS else field_label(name)
                found.append((self._(label), self.said(value)))
        for each in self.case.checklists:
            if each.kind is Checklist.CRISIS:
                state = self._(
                    N_("{done} of {total}"), done=each.progress.done, total=each.progress.total
                )
                found.append((self._(N_("Crisis checklist")), state))
        return found

    def entry(self, event: EventLine) -> reports.Entry:
        said = [("", event.note), *self.details(event)]
        return reports.Entry(_at(event.at), self.choice(event.kind), event.actor, tuple(said))

    def details(self, event: EventLine) -> list[tuple[str, str]]:
        """What an event says beside its note."""
        told: Mapping[str, Any] = event.details
        match event.kind:
            case EventKind.TICKED:
                what, done = told["item"], told["is_done"]
                state = self._(DONE) if done else self._(TAKEN_BACK)
                return [("", f"{self._(WORDS[what])} · {state}")]
            case EventKind.MET:
                people = [*told["people"], told["outsiders"]]
                return [
                    (self.label("held_at"), _at(datetime.fromisoformat(told["held_at"]))),
                    (self.label("user_ids"), self._(N_(", ")).join(filter(None, people))),
                    (self.label("decided"), told["decided"]),
                ]
            case EventKind.TOLD:
                how = f"{self.choice(TouchKind(told['told_by']))} · {told['told_on']}"
                return [("", how), (self.label("what"), told["what"])]
            case EventKind.LEVELLED | EventKind.FLAGGED | EventKind.REGISTERED:
                level = f"{self.choice(event.severity)} · {self.choice(event.urgency)}"
                return [(self.label("severity"), level)]
            case EventKind.TRANSFERRED | EventKind.TRIAGED:
                return [("", f"{self.choice(event.department)} · {event.handler}")]
        return []

    def label(self, name: str) -> str:
        return self._(field_label(name))

    def choice(self, value: StrEnum) -> str:
        return self._(choice_label(value))

    def said(self, value: object) -> str:
        if isinstance(value, StrEnum):
            return self.choice(value)
        return _at(value) if isinstance(value, datetime) else str(value)


def _at(moment: datetime) -> str:
    return moment.astimezone(clock.SHANGHAI).strftime("%Y-%m-%d %H:%M")
