"""Every hostile or odd input of `data/nasty.json`, in every place of every service, both engines.

Where it can stand is found in the services themselves (`nasty_inputs`), so a service added later is
tried too. Each is refused in words, in both languages, or taken in and then kept as it was
understood, clean and bounded, alike on both engines; and what was written opens everywhere.
"""

import unicodedata
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError
from sqlmodel import Session

from pages.components.troubles import PYDANTIC
from services import passwords
from services.calendars import WEEKDAYS
from services.core import limits
from services.core.access import Actor
from services.core.errors import AppError, InvalidInput
from services.core.labels import field_label
from services.core.normal.text import RAW_LIMIT
from services.core.words import catalogue, translate
from tests.services.matrix_examples import EXAMPLES, World
from tests.services.nasty_deeds import Written, do, reopen, undone
from tests.services.nasty_inputs import (
    NASTY,
    Place,
    Somewhere,
    Try,
    arguments_of,
    inside,
    places,
    plan_of,
    put,
    tries,
)

FOUNDING = "services.installation.found"
REGISTER = "services.complaints.register"
AS_WRITTEN = {
    "services.imports.open_batch.form.columns",
    "services.imports.open_batch.form.mapping",
    "services.decks.freeze.form.content",
    "services.drafts.keep.form.values",
    "services.jobs.finish.form.params",
    "services.users.lines.wanted.like",
    "services.users.lines.wanted.after",
}
"""A file's headings, half-typed forms, what an error speaks of and what is looked for cannot be
refused: letter by letter, but for what no database takes."""
DIGESTED = {"services.sessions.reserve.form.username", "services.sessions.reserve.form.address"}
"""Counted under another name than the one that was typed."""
UNSEEN = {
    *("request_id", "version", "id", "customer_id", "vehicle_id", "ownership_id", "consent_id"),
    *("batch_id", "session_id", "digest", "rows", "columns", "mapping", "serial", "size"),
    *("counts", "recipe", "as_of", "truth", "ticket", "form", "values", "field", "after", "like"),
    *("consents_to_calls", "same_phone_is_known", "former_owner_ends"),
    *("approval_id", "notice_id", "newest", "cause", "job_id", "worker", "done", "total", "state"),
    *("msgid", "params", "changed", "failed", "is_granted", "complaint_id", "into_id"),
    *(
        "form_id",
        "promise_id",
        "plan_id",
        "remedy_id",
        "action_id",
        "step_id",
        "file_id",
        "content",
        "item",
        "is_done",
    ),
}
"""Fields that no form shows under a label: the frame fills them in, or a phrase stands beside."""
FREED = {
    "services.customers.create": {"phone": "13900000001"},
    "services.customers.add_vehicle": {"plate": "浙A88888"},
    "services.customers.update_vehicle": {"vin": "LHGCR1657E8333333"},
}
"""Values in place of those with which `matrix_examples` asks for a refusal."""
NEVER_DONE = {
    "services.complaints.confirm",
    "services.decks.deck",
    "services.decks.gathered",
    "services.sessions.redeem",
    "services.settings.history",
    "services.verification.verify",
}
"""None of the cases is a ticket, a month, a parameter, or a part; one alone confirms an answer."""
RAW_COLUMNS = {
    "complaint_decks.content",
    "drafts.values",
    "import_batches.columns",
    "import_batches.mapping",
    "import_mappings.mapping",
    "jobs.trouble",
}
KEPT_AS = {
    "digest": "file_digest",
    "email": "email",
    "promise": "what",
    "store_code": "code",
    "store_name": "name",
}
OF_CONTACTS = {
    "words": "summary",
    "no_more": "reason",
    "short_reason": "note",
    "promise": "what",
}
"""What was said stands on the customer's timeline, why nothing follows with the contact."""
KEPT_OTHERWISE = {
    "services.installation.note_loading.form.size",
    "services.calendars.set_days.form.hours",
    "services.complaints.export_ledger.form.number",
    *(f"services.complaints.record_meeting.form.{name}" for name in ("outsiders", "decided")),
    *(f"services.calendars.change_hours.form.{day}" for day in WEEKDAYS),
    *(f"services.installation.note_loading.form.{name}" for name in ("as_of", "size", "truth")),
    "services.settings.change.form.value",
    "services.complaints.offer_remedy.form.amount",
    "services.complaints.register.form.errand",
    "services.jobs.finish.form.msgid",
    *DIGESTED,
}
"""Within what is kept as JSON, in minutes of the day, only counted, or of use only beside something
else: what somebody does where he is sent."""

LONGEST = 10_000


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch):
    monkeypatch.setattr(passwords, "COST", 4)


def texts_in(value: Any) -> Iterator[str]:
    """Every text of a value, however deep; secrets are kept nowhere and may hold anything."""
    if isinstance(value, str):
        yield str(value)
    elif isinstance(value, dict):
        for key, part in value.items():
            yield str(key)
            yield from texts_in(part)
    elif isinstance(value, list | tuple | set | frozenset):
        for part in value:
            yield from texts_in(part)


def faults(text: str, most: int = LONGEST) -> list[str]:
    """What is wrong with a text that was taken in."""
    found = [f"holds {ord(c):#x}" for c in text if is_harmful(c)][:1]
    if unicodedata.normalize("NFC", text) != text:
        found.append("is not in form C")
    if len(text) > most:
        found.append(f"has {len(text)} characters")
    return found


def is_harmful(char: str) -> bool:
    return char not in "\n\t" and (
        unicodedata.category(char) in {"Cc", "Cs"} or char in "\u202a\u202b\u202c\u202d\u202e"
    )


def wording(msgid: str, params: dict[str, Any]) -> list[str]:
    """What is wrong with a refusal's words in either language."""
    found = []
    chinese = catalogue("zh_CN").gettext(msgid)
    if chinese == msgid:
        found.append(f"not translated: {msgid!r}")
    for language in ("en", "zh_CN"):
        try:
            words = translate(language, msgid, **params)
        except (KeyError, IndexError, ValueError) as bad:
            found.append(f"{language}: {msgid!r} cannot be said: {bad!r}")
            continue
        if "{" in msgid and words == msgid:
            found.append(f"{language}: says nothing: {words!r}")
    return found


def refusal_faults(refused: ValidationError, place: Place) -> list[str]:
    found = []
    for error in refused.errors(include_input=False, include_url=False):
        if error["loc"][:1] != (place.field,) and not place.field.startswith("role"):
            found.append(f"blames {error['loc']}")
        params = dict(error.get("ctx") or {})
        msgid = params.pop("template", None) or PYDANTIC.get(error["type"], InvalidInput.msgid)
        found += wording(msgid, params)
        if msgid == InvalidInput.msgid:
            found.append(f"gives no reason for {error['type']}")
    if place.field not in UNSEEN and field_label(place.field) == place.field:
        found.append("has no label")
    return found


def validated(place: Place, arguments: dict[str, Any], value: Any) -> list[str]:
    try:
        made = put(arguments, {place: value})
    except ValidationError as refused:
        return refusal_faults(refused, place)
    kept = inside(made, place)
    found = [] if str(place) in AS_WRITTEN else [f for t in texts_in(kept) for f in faults(t)]
    if str(place) not in DIGESTED and put(arguments, {place: kept}) != made:
        found.append("is not the same when taken in again")
    return found


@pytest.mark.parametrize("service", sorted(EXAMPLES))
def test_inputs_refuse_in_words_or_clean(service):
    """Each case in each field by itself, before any database is asked."""
    arguments = arguments_of(service, Somewhere())
    found = []
    for place in places(service, Somewhere()):
        if not isinstance(arguments[place.parameter], BaseModel):
            continue
        for case in NASTY.values():
            for value in tries(place, inside(arguments, place), case):
                told = validated(place, arguments, value)
                found += [f"{place} {case.id}: {fault}" for fault in told]
    assert found == []


@pytest.fixture
def world(dealer) -> World:
    return World(dealer).lay()


@pytest.mark.parametrize("module", sorted({service.split(".")[1] for service in EXAMPLES}))
def test_deeds_refuse_in_words_or_keep_what_was_said(world, module):
    """What gets past the input: every case in every service, done and read again."""
    found = []
    for service in sorted(EXAMPLES.keys() - {FOUNDING}):
        if service.split(".")[1] == module:
            wrong, done = tried(world, service)
            found += wrong
            if bool(done) == (service in NEVER_DONE) and plan_of(service).together:
                found.append(f"{service}: {done} calls came to their end")
    assert found == []


def test_founding_refuses_in_words_or_keeps_what_was_said(database):
    """It needs an empty database."""
    found, done = tried(Somewhere(), FOUNDING)
    assert found == []
    assert done


def tried(world: World, service: str) -> tuple[list[str], int]:
    """What is wrong, and how many calls came to their end."""
    plan, found, done = plan_of(service), [], 0
    with undone(world, service) as (session, actor):
        for tries in [*plan.together, *([told] for told in plan.alone)]:
            wrong, outcome = attempt(session, actor, world, service, tries)
            if outcome is not None and len(tries) > 1:  # a rule spoke of one: the others alone
                for told in tries:
                    more, outcome = attempt(session, actor, world, service, [told])
                    wrong += more
                    done += outcome is None
            done += outcome is None
            found += wrong
    return found, done


def attempt(
    session: Session, actor: Actor, world: World, service: str, tries: list[Try]
) -> tuple[list[str], AppError | None]:
    """What is wrong, and which rule stopped it if one did. Nothing is kept."""
    limits.forget()
    point = session.begin_nested()
    try:
        arguments = put(base_of(session, world, service), {t.place: t.value for t in tries})
        written = do(session, actor, service, arguments)
        reopen(session, world, written)
        refused, wrong = None, kept_faults(arguments, tries, written)
    except AppError as refusal:
        refused, wrong = refusal, wording(refusal.msgid, refusal.params)
    except Exception as bug:  # noqa: BLE001 - named beside its case, and fails the test
        refused, wrong = None, [f"{type(bug).__name__}: {bug!s:.200}"]
    finally:
        point.rollback()
        session.expunge_all()
        session.info["scope"] = actor
    named = " ".join(f"{told.place}={told.case}" for told in tries)
    return [f"{named}: {fault}" for fault in wrong], refused


def base_of(session: Session, world: World, service: str) -> dict[str, Any]:
    """The example, but for what would stop it at a rule of business that is not tried here."""
    arguments = arguments_of(service, world)
    changes = {
        Place(service, "form", name, None): value for name, value in FREED.get(service, {}).items()
    }
    return put(arguments, changes)


def kept_faults(arguments: dict[str, Any], tries: list[Try], written: list[Written]) -> list[str]:
    """What is wrong with the rows: unclean, too long, or not what was said."""
    found = []
    for one in written:
        for column in type(one.row).__table__.columns:
            value = one.values.get(column.name)
            most = getattr(column.type, "length", None) or RAW_LIMIT
            if f"{column}" not in RAW_COLUMNS:
                found += [f"{column} {f}" for text in texts_in(value) for f in faults(text, most)]
    for told in tries:
        said = inside(arguments, told.place)
        if isinstance(said, str) and str(told.place) not in KEPT_OTHERWISE and written:
            name = column_of(told.place)
            values = [one.values[name] for one in written if name in one.values]
            found += [] if said in values else [f"{told.place.field} is kept as {values!r:.200}"]
    return found


def column_of(place: Place) -> str:
    """Where what stands in a field is kept: what is said of a complaint is the note of an event."""
    is_said = place.field in {"words", "reason"} and place.service != REGISTER
    if is_said and place.service.startswith("services.complaints."):
        return "note"
    if place.service.startswith("services.visits."):
        return OF_CONTACTS.get(place.field, place.field)
    return KEPT_AS.get(place.field, place.field)


@pytest.mark.parametrize("text", ["a\x07", "a\r\nb", "\ud800", "\u202eb", "e\u0301", "a" * 10_001])
def test_the_checks_bite(text):
    assert faults(text)
    assert faults("客户\n\t<b>") == []


def test_the_checks_bite_on_words():
    assert wording("Please check what you entered", {}) == []
    assert wording("No such words", {})
    assert wording("At most {max}", {})


@pytest.mark.parametrize("case", NASTY.values(), ids=lambda case: case.id)
def test_no_case_opens_a_door(case):
    """A present password of any shape is compared, and does not fit."""
    digest = passwords.hashed("Violet-Harbour-42")
    assert not passwords.matches(case.text, digest)
