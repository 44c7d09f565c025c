"""Whether a draft of a rule can hold: what is wrong with it, in words (V01)."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from db.models import CadenceState, Trigger
from services.core.words import N_
from services.visits import triggers
from services.visits.views import CadenceLine, StepLine

FOLLOWED: Final = frozenset({*triggers.SOURCES, Trigger.CLASS})
"""What contacts can be made of; the others people plan themselves."""
OF_DATES: Final = frozenset(
    {Trigger.INSURANCE, Trigger.INSPECTION, Trigger.BIRTHDAY, Trigger.MAINTENANCE}
)
"""Known before they come: of these, days may count backwards."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing to say about a draft. While `is_grave`, it is not approved."""

    msgid: str
    params: dict[str, object] = field(default_factory=dict)
    is_grave: bool = True


def troubles(
    line: CadenceLine, others: Iterable[CadenceLine], spacing: int, asked: Collection[str]
) -> list[Trouble]:
    """What speaks against a version of a rule, the grave first. `others` are all rules, `spacing`
    the days that lie between two contacts with one customer, `asked` the surveys in force."""
    found = [
        *_of_feeding(line, spacing),
        *_of_days(line),
        *_of_words(line),
        *_of_surveys(line, asked),
        *_of_rivals(line, others),
    ]
    return sorted(found, key=lambda one: not one.is_grave)


def _of_feeding(line: CadenceLine, spacing: int) -> Iterator[Trouble]:
    """A rule whose own contacts make it again, faster than the budget lets anybody be called."""
    if line.trigger not in FOLLOWED:
        yield Trouble(
            N_("Contacts that are agreed or wanted make no others: the rule would feed itself")
        )
    if line.trigger is not Trigger.CLASS:
        return
    for step in line.steps:
        if step.offset_days <= spacing:
            yield Trouble(
                N_(
                    "Step {nth}: every {days} days is not more seldom than the {spacing} days "
                    "between two contacts. The rule would feed itself"
                ),
                {"nth": step.nth, "days": step.offset_days, "spacing": spacing},
            )
        elif step.expiry_days >= 2 * step.offset_days:
            yield Trouble(
                N_(
                    "Step {nth} is still tried on day {last}, when its next time has begun on day "
                    "{again}"
                ),
                {"nth": step.nth, "last": step.expiry_days, "again": 2 * step.offset_days},
            )


def _of_days(line: CadenceLine) -> Iterator[Trouble]:
    if not line.steps:
        yield Trouble(N_("There is no step yet: nobody would be contacted"))
    for step in line.steps:
        if step.offset_days < 0 and line.trigger not in OF_DATES:
            yield Trouble(
                N_("Step {nth} is due before anybody knows that it happened"), {"nth": step.nth}
            )
    for one, following in pairwise(line.steps):
        both: dict[str, object] = {"one": one.nth, "other": following.nth}
        if following.offset_days <= _end(one):
            yield Trouble(N_("Steps {one} and {other} are in time on the same days"), both)
        elif following.offset_days <= one.expiry_days:
            yield Trouble(
                N_("Step {one} is still tried when step {other} begins"), both, is_grave=False
            )


def _end(step: StepLine) -> int:
    return step.offset_days + step.window_days


def _of_words(line: CadenceLine) -> Iterator[Trouble]:
    lacking = [
        str(step.nth)
        for step in line.steps
        if not (step.script and step.script_en and step.purpose_en)
    ]
    if lacking:
        yield Trouble(
            N_("Words are missing in one of the languages: step {steps}"),
            {"steps": ", ".join(lacking)},
            is_grave=False,
        )
    if not line.name_en:
        yield Trouble(N_("The rule has no English name"), is_grave=False)


def _of_surveys(line: CadenceLine, asked: Collection[str]) -> Iterator[Trouble]:
    for step in line.steps:
        if step.survey_code is not None and step.survey_code not in asked:
            yield Trouble(
                N_("Step {nth} asks by a survey of which no version is in force"),
                {"nth": step.nth},
                is_grave=False,
            )


def _of_rivals(line: CadenceLine, others: Iterable[CadenceLine]) -> Iterator[Trouble]:
    """Another rule in force that follows the same, of the same customers."""
    for other in others:
        if (
            other.code != line.code
            and other.state is CadenceState.APPROVED
            and other.until_on is None
            and other.trigger is line.trigger
            and _meet(line, other)
        ):
            yield Trouble(
                N_("The rule “{name}” follows the same, of the same customers"),
                {"name": other.name, "name_en": other.name_en},
                is_grave=False,
            )


def _meet(line: CadenceLine, other: CadenceLine) -> bool:
    """Whether there are customers of both."""
    pairs = ((line.lifecycle, other.lifecycle), (line.value_class, other.value_class))
    return all(one is None or two is None or one is two for one, two in pairs)


def is_sound(found: Sequence[Trouble]) -> bool:
    return not any(one.is_grave for one in found)
