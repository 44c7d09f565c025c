"""A visit form on paper, in the order and with the number of the printed book (V19)."""

import tomllib
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

from sqlmodel import Session

from db.models import VisitForm
from services import reports
from services.core import audit, clock, export
from services.core.access import Actor, Permission, load
from services.core.choices import choice_label
from services.core.words import DEFAULT, translate
from services.visits.books import view
from services.visits.form_quality import ANSWERS
from services.visits.inputs import TakeForm
from services.visits.views import FormView

WORDS: Final = Path(__file__).with_name("paper_form.toml")


def take_form(session: Session, actor: Actor, form: TakeForm) -> export.File:
    """The form as a PDF on A4, in Chinese, as the book of the department is kept. A command,
    because what leaves the house is written down. Raises NotFound, NoPango."""
    actor.require(Permission.VISITS_VIEW)
    row = load(session, VisitForm, form.form_id)
    told = view(session, actor, row)
    data = reports.record_pdf(record(told, actor.name))
    audit.record(session, actor, audit.Action.VISITS_FORM_TAKEN, row)
    return export.File(export.file_name(_words()["title"], told.number, ".pdf"), data)


def record(form: FormView, taker: str) -> reports.Record:
    """What stands on the paper."""
    words = _words()
    told = form.values
    visited = words["time"].format(start=_at(told["started_at"]), end=_at(told["ended_at"]))
    facts = [
        (words["number"], form.number),
        (words["customer"], f"{form.customer} ({form.customer_number})"),
        (words["writer"], f"{form.writer} · {form.store}"),
        (words["companion"], form.companion),
        (words["visited"], visited),
        (words["place"], told["visited_place"]),
        (words["met"], told["met"]),
    ]
    entries = [
        reports.Entry(words["nth"].format(nth=nth), words[name], "", (("", told[name]),))
        for nth, name in enumerate(ANSWERS, start=1)
    ]
    entries += [reports.Entry("", title, "", tuple(said)) for title, said in _rest(form)]
    return reports.Record(
        title=words["title"],
        subtitle=words["code"],
        language="zh_CN",
        facts=tuple(facts),
        entries=tuple(entries),
        note=words["taken"].format(number=form.number, person=taker, moment=_at(clock.now())),
    )


def _rest(form: FormView) -> list[tuple[str, list[tuple[str, str]]]]:
    """What stands below the six answers."""
    words = _words()
    codes = words["and"].join(translate(DEFAULT, choice_label(code)) for code in form.codes)
    following = form.no_more
    if form.next_on is not None:
        following = f"{form.next_on:%Y-%m-%d} {form.next_purpose}"
    return [
        (words["improve_on"], [("", f"{form.values['improve_on']:%Y-%m-%d}"), ("", form.outcome)]),
        (words["codes"], [("", codes)]),
        (words["promises"], [("", line) for line in form.promises]),
        (words["next"], [("", following)]),
        (words["signed"], [("", words["signatures"])]),
    ]


def _at(moment: datetime) -> str:
    return f"{moment.astimezone(clock.SHANGHAI):%Y-%m-%d %H:%M}"


@cache
def _words() -> Mapping[str, Any]:
    return tomllib.loads(WORDS.read_text(encoding="utf-8"))
