"""A return-visit report as tables of a language, for a workbook and for paper."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from services import reports
from services.core.choices import choice_label
from services.core.export import Cell
from services.core.labels import field_label
from services.core.metrics import UNITS, Unit
from services.core.words import N_, translate
from services.kpi import Measured
from services.visit_reports.gathering import HOURS, CalledOff, Counts, VisitReport

NAME: Final = N_("Return-visit report")
WHOLE: Final = N_("All")
NOBODY: Final = N_("Nobody yet")
TOGETHER: Final = N_("Made together with another")
CALLED_OFF: Final = N_(
    "Of the appointments of the last 4 weeks {lately} % were called off, of the last 26 weeks "
    "{usually} %: half as often again as usual, or more. Ask customers why"
)
DAYS: Final = (
    N_("Monday"),
    N_("Tuesday"),
    N_("Wednesday"),
    N_("Thursday"),
    N_("Friday"),
    N_("Saturday"),
    N_("Sunday"),
)
COUNTED: Final = (
    N_("Contacts due"),
    N_("On time"),
    N_("Made late"),
    N_("Not made"),
    N_("Tried"),
    N_("Reached"),
    N_("Completion"),
)


FIGURES: Final = (N_("Metric"), N_("Value"), N_("Target"), N_("Cases"), N_("What it counts"))


@dataclass(frozen=True, slots=True)
class Part:
    """One table of the report."""

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[Cell]]


class Telling:
    def __init__(self, found: VisitReport, language: str) -> None:
        self.found, self.language = found, language

    def say(self, msgid: str, **params: object) -> str:
        return translate(self.language, msgid, **params)

    def choice(self, value: StrEnum) -> str:
        return self.say(choice_label(value))

    @property
    def about(self) -> str:
        """Which store, and from when to when."""
        period = self.found.period
        store = self.found.store or self.say(N_("All stores"))
        days = self.say(N_("From {first} to {last}"), first=period.since, last=period.until)
        return f"{store} · {days}"

    def parts(self) -> list[Part]:
        """For a workbook: all metrics in one table."""
        return [*self._alarm(), self._figures(), *self._others()]

    def _chapters(self) -> list[Part]:
        """For paper: metrics below their headings."""
        groups = [
            self._part(one.label, FIGURES, [self._figure(each) for each in one.figures])
            for one in self.found.groups
        ]
        return [*self._alarm(), *groups, *self._others()]

    def _others(self) -> list[Part]:
        return [
            self._classes(),
            self._people(),
            self._causes(),
            self._funnel(),
            self._held(),
            self._overdue(),
            self._hours(),
        ]

    def sheet(self) -> reports.Sheet:
        """For paper: numbers as they are read."""
        return reports.Sheet(
            self.language,
            self.say(NAME),
            self.about,
            tuple(
                reports.Chapter(
                    one.title,
                    lines=reports.Lines(
                        tuple(one.header), tuple(tuple(map(str, row)) for row in one.rows)
                    ),
                )
                for one in self._chapters()
                if one.rows
            ),
        )

    def _part(self, title: str, header: Iterable[str], rows: Sequence[Sequence[Cell]]) -> Part:
        return Part(self.say(title), [self.say(one) for one in header], rows)

    def _counted(self, counts: Counts) -> list[Cell]:
        share = f"{counts.made / counts.due:.0%}" if counts.due else "–"
        numbers = (counts.due, counts.in_time, counts.late, counts.missed)
        return [*numbers, counts.tried, counts.reached, share]

    def _alarm(self) -> list[Part]:
        """What somebody has to look into; nothing where there is nothing."""
        if self.found.called_off is None:
            return []
        words = self.say(CALLED_OFF, **shares_of(self.found.called_off))
        return [self._part(N_("To look into"), (N_("What stands out"),), [[words]])]

    def _figures(self) -> Part:
        rows = [
            [self.say(group.label), *self._figure(one)]
            for group in self.found.groups
            for one in group.figures
        ]
        return self._part(N_("Metrics"), (N_("Subject"), *FIGURES), rows)

    def _figure(self, one: Measured) -> list[Cell]:
        return [
            self.say(one.metric.label),
            self._value(one, one.figure.value),
            "–" if one.target is None else self._value(one, one.target),
            one.figure.n,
            self.say(one.metric.formula),
        ]

    def _classes(self) -> Part:
        rows: list[list[Cell]] = [
            [
                one.name_en if self.language == "en" else one.name,
                "–" if one.share is None else f"{one.share:.1%}",
            ]
            for one in self.found.classes
        ]
        return self._part(N_("Coverage by class"), (N_("Rule of the class"), N_("Coverage")), rows)

    def _value(self, one: Measured, value: float | None) -> str:
        if value is None:
            return "–"
        unit = one.metric.unit
        if unit is Unit.SHARE:
            return f"{value:.1%}"
        return self.say(UNITS[unit], value=f"{value:.1f}" if value % 1 else f"{value:.0f}")

    def _people(self) -> Part:
        rows: list[list[Cell]] = []
        for line in self.found.people:
            person = self.say(WHOLE) if line.person is None else line.person or self.say(NOBODY)
            rows.append([line.store, person, *self._counted(line.counts)])
        header = (field_label("store_id"), N_("Contacted by"), *COUNTED)
        return self._part(N_("By store and person"), header, rows)

    def _causes(self) -> Part:
        rows: list[list[Cell]] = [
            [self.choice(one.trigger), self.choice(one.kind), *self._counted(one.counts)]
            for one in self.found.causes
        ]
        return self._part(
            N_("By what they follow"), (N_("What for"), field_label("kind"), *COUNTED), rows
        )

    def _funnel(self) -> Part:
        return self._part(
            N_("From due to made"),
            (N_("Step"), N_("Contacts")),
            [[self.say(one.label), one.count] for one in funnel(self.found.whole)],
        )

    def _held(self) -> Part:
        rows: list[list[Cell]] = [
            [
                self.say(TOGETHER) if one.hold is None else self.choice(one.hold),
                one.ended,
                one.waiting,
            ]
            for one in self.found.held
        ]
        header = (N_("Why"), N_("Not made alone"), N_("Wait still"))
        return self._part(N_("Held by the rule"), header, rows)

    def _overdue(self) -> Part:
        rows: list[list[Cell]] = [
            [self.say(N_("{band} days"), band=one.name), one.count] for one in self.found.overdue
        ]
        return self._part(N_("Overdue contacts"), (N_("Days late"), N_("Contacts")), rows)

    def _hours(self) -> Part:
        """Reached, of how many attempts; empty where nobody tried."""
        rows: list[list[Cell]] = [
            [
                self.say(day),
                *(f"{hit}/{n}" if n else "" for hit, n in zip(reached, tried, strict=True)),
            ]
            for day, reached, tried in zip(
                DAYS, self.found.reached, self.found.attempts, strict=True
            )
        ]
        title = self.say(N_("Reached, by weekday and hour"))
        return Part(title, ["", *(f"{hour}:00" for hour in HOURS)], rows)


def shares_of(called_off: CalledOff) -> dict[str, str]:
    """What `CALLED_OFF` is told with."""
    return {
        "lately": f"{100 * called_off.lately:.0f}",
        "usually": f"{100 * called_off.usually:.0f}",
    }


@dataclass(frozen=True, slots=True)
class FunnelStep:
    """`label` is a msgid."""

    label: str
    count: int


def funnel(whole: Counts) -> list[FunnelStep]:
    """From what was due to what was made; each step is part of the one before."""
    return [
        FunnelStep(N_("Contacts due"), whole.due),
        FunnelStep(N_("Tried"), whole.tried),
        FunnelStep(N_("Reached"), whole.reached),
        FunnelStep(N_("Made"), whole.made),
    ]
