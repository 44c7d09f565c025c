"""The deck of a month in a reader's language: which slides, and the sentence that each proves."""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any, Final

from db.models import (
    ComplaintDeck,
    Department,
    Finding,
    RemedyKind,
    Severity,
)
from services import kpi
from services.core import clock
from services.core.choices import choice_label
from services.core.metrics import FEW, UNITS, Better, Unit
from services.core.words import N_, translate
from services.reports import (
    Case,
    CasesSlide,
    ChartSlide,
    Columns,
    Comparison,
    ControlChart,
    Cover,
    Deck,
    Footer,
    Pareto,
    Series,
    Signature,
    Slide,
    Table,
    TableSlide,
    TextSlide,
    Tile,
    Tiles,
)

TILES: Final = ("COMP", "SLA", "SLA-CLOSE", "MTTR", "FCR", "REO", "CSAT-COMP", "BACKLOG")
CLOCKS: Final = ("SLA-ACK", "SLA-FRT", "SLA-PROP", "SLA-CLOSE")
AFTER: Final = ("CSAT-COMP", "REC", "REPEAT", "FIRST", "CAPA", "CAPA-EFF", "ESC", "COST")


def deck(row: ComplaintDeck, language: str, signer: str = "") -> Deck:
    """What the meeting is shown. `signer`: the name of whoever signed it."""
    return _Telling(row, language).deck(signer)


class _Telling:
    def __init__(self, row: ComplaintDeck, language: str) -> None:
        self.row, self.language = row, language
        self.content: Mapping[str, Any] = row.content
        self.now: Mapping[str, Any] = row.content["figures"]["now"]

    def _(self, msgid: str, **params: object) -> str:
        return translate(self.language, msgid, **params)

    def deck(self, signer: str) -> Deck:
        frozen = self.row.frozen_at.astimezone(clock.SHANGHAI)
        say = self._
        signed = self.row.signed_at
        return Deck(
            title=say(N_("Complaints {month}"), month=self.row.month),
            subtitle=say(N_("Monthly presentation of the customer relations department")),
            footer=Footer(self.row.month, frozen, say(N_("All stores"))),
            language="en" if self.language == "en" else "zh_CN",
            slides=tuple(self.slides()),
            signature=Signature(
                say(N_("Director")),
                signer,
                f"{signed.astimezone(clock.SHANGHAI):%Y-%m-%d %H:%M}" if signed else "",
            ),
        )

    def slides(self) -> Iterator[Slide]:
        say = self._
        yield Cover()
        yield Tiles(say(N_("The month in figures")), self.tiles(TILES), self.reading())
        yield from self.text(say(N_("What the month says")), self.row.about_month)
        yield self.course()
        yield self.pareto()
        yield self.clocks()
        yield self.ages()
        yield self.matrix("departments", N_("By department"))
        yield self.matrix("stores", N_("By store"))
        cases = tuple(map(self.case, self.content["cases"]))
        yield CasesSlide(say(N_("Cases of the month")), cases)
        yield Tiles(say(N_("After the answer")), self.tiles(AFTER))
        yield self.actions()
        yield from self.corrections()
        yield from self.text(say(N_("Decisions that are needed")), self.row.about_decisions)

    # ---- figures

    def tiles(self, codes: Sequence[str]) -> tuple[Tile, ...]:
        return tuple(self.tile(code) for code in codes)

    def tile(self, code: str) -> Tile:
        metric, now = kpi.METRICS[code][0], self.now[code]
        is_thin = metric.unit is Unit.SHARE and now["n"] < FEW
        return Tile(
            self._(metric.label),
            self.value(metric.unit, now["value"]),
            self.compared(code, "last", is_thin=is_thin),
            self.compared(code, "year", is_thin=is_thin),
            count=now["n"],
            note=self._(N_("few cases")) if is_thin else "",
        )

    def value(self, unit: Unit, value: float | None) -> str:
        if value is None:
            return "–"
        number = _number(unit, value)
        return f"{number} %" if unit is Unit.SHARE else self._(UNITS[unit], value=number)

    def compared(self, code: str, when: str, *, is_thin: bool) -> Comparison | None:
        metric, now = kpi.METRICS[code][0], self.now[code]["value"]
        then = self.content["figures"][when][code]["value"]
        if now is None or then is None:
            return None
        said = _number(metric.unit, now - then, signed=True)
        if is_thin or not any(sign in "123456789" for sign in said):
            return Comparison(said)
        is_well = (now > then) == (metric.better is Better.MORE)
        return Comparison(said, "good" if is_well else "bad")

    def reading(self) -> str:
        figures = self.content["figures"]
        return self._(
            N_("{count} complaints came in, {before} in the month before"),
            count=int(figures["now"]["COMP"]["numerator"] or 0),
            before=int(figures["last"]["COMP"]["numerator"] or 0),
        )

    # ---- charts

    def course(self) -> ChartSlide:
        course = self.content["course"]
        rate, say = course["rate"], self._
        limits = [limit or (None, None) for limit in rate["limits"]]
        loud = [
            month
            for month, value, (low, high) in zip(
                course["months"], rate["values"], limits, strict=True
            )
            if value is not None and low is not None and not low <= value <= high
        ]
        reading = (
            say(N_("Beyond what chance makes: {months}"), months=", ".join(loud))
            if loud
            else say(N_("The rate moves within what chance makes"))
        )
        return ChartSlide(
            say(N_("Complaint rate")),
            reading,
            ControlChart(
                tuple(course["months"]),
                Series(say(N_("For every 1,000 repair orders")), tuple(rate["values"])),
                centre=tuple(rate["centre"] for _ in limits),
                lower=tuple(low for low, _ in limits),
                upper=tuple(high for _, high in limits),
            ),
        )

    def pareto(self) -> ChartSlide:
        say, causes = self._, self.content["causes"]
        counts = [line["count"] for line in causes["lines"]]
        first = sum(counts[:3]) / sum(counts) if counts else 0
        return ChartSlide(
            say(N_("Causes")),
            say(
                N_("The first three make {share} % of what was found; {count} are not found yet"),
                share=f"{100 * first:.0f}",
                count=causes["unsorted"],
            ),
            Pareto(
                tuple(self.name(line) for line in causes["lines"]),
                Series(say(N_("Complaints")), tuple(map(float, counts))),
                rest=say(N_("Others")),
            ),
        )

    def name(self, line: Mapping[str, Any]) -> str:
        path = line["path_en"] if self.language == "en" else line["path"]
        return str(path[-1]) if path else ""

    def clocks(self) -> ChartSlide:
        say = self._
        known = [code for code in CLOCKS if self.now[code]["value"] is not None]
        worst = min(known, key=lambda code: self.now[code]["value"], default=None)
        return ChartSlide(
            say(N_("Time limits kept")),
            say(N_("{what} is the weakest"), what=say(kpi.METRICS[worst][0].label))
            if worst
            else say(N_("No clock ended in this time")),
            Columns(
                tuple(say(kpi.METRICS[code][0].label) for code in CLOCKS),
                tuple(
                    Series(say(label), tuple(self.share(when, code) for code in CLOCKS))
                    for when, label in (
                        ("year", N_("A year ago")),
                        ("last", N_("The month before")),
                        ("now", N_("This month")),
                    )
                ),
                numbers="0%",
            ),
        )

    def share(self, when: str, code: str) -> float | None:
        value = self.content["figures"][when][code]["value"]
        return None if value is None else float(value)

    def ages(self) -> ChartSlide:
        say, backlog = self._, self.now["BACKLOG"]
        bands = backlog["parts"]
        return ChartSlide(
            say(N_("Open complaints")),
            say(
                N_("{count} are open, {old} of them for 15 days and more"),
                count=backlog["n"],
                old=int(bands["15+"] or 0),
            ),
            Columns(
                tuple(say(N_("{band} days"), band=band) for band in bands),
                (Series(say(N_("Complaints")), tuple(bands.values())),),
            ),
        )

    # ---- tables

    def matrix(self, part: str, title: str) -> TableSlide:
        say = self._
        header = (
            N_("Received"),
            N_("Closed"),
            N_("Not closed"),
            N_("Clocks kept"),
            N_("Time to close"),
        )
        first = N_("Department") if part == "departments" else N_("Store")
        rows = tuple(
            (
                self.choice(Department, line["key"]) if part == "departments" else line["key"],
                str(line["received"]),
                str(line["closed"]),
                str(line["open"]),
                self.value(Unit.SHARE, line["kept"]),
                self.value(Unit.WORKING_HOURS, line["hours"]),
            )
            for line in self.content[part]
        )
        return TableSlide(
            say(title),
            Table((say(first), *map(say, header)), rows, right=frozenset(range(1, 6))),
        )

    def choice(self, kind: type[StrEnum], value: str | None) -> str:
        return self._(choice_label(kind(value))) if value else ""

    def case(self, told: Mapping[str, Any]) -> Case:
        say = self._
        result = [
            self.choice(Finding, told["finding"]),
            say(N_("{mark} of 5"), mark=told["satisfaction"]) if told["satisfaction"] else "",
            say(N_("opened again: {count}"), count=told["reopened"]) if told["reopened"] else "",
        ]
        remedies = [self.choice(RemedyKind, kind) for kind in told["remedies"]]
        why = (self.name(told["cause"]) if told["cause"] else "", told.get("whys", ""))
        return Case(
            title=self.name(told["category"]),
            facts=(
                told["number"],
                self.choice(Severity, told["severity"]),
                told["store"],
                self.choice(Department, told["department"]),
            ),
            happened=" ".join(filter(None, (told["words"], told["demand"]))),
            why=": ".join(filter(None, why)) or "–",
            done="; ".join([*told["done"], *remedies]) or "–",
            result=" · ".join(filter(None, result)) or "–",
        )

    def actions(self) -> TableSlide:
        say = self._
        rows = tuple(
            (
                line["what"],
                line["number"],
                line["owner"],
                line["due_on"],
                say(N_("Done")) if line["is_done"] else say(N_("Not done")),
            )
            for line in self.content["actions"]
        )
        header = (N_("Action"), N_("Complaint"), N_("Person in charge"), N_("Due on"), N_("State"))
        return TableSlide(say(N_("Actions against causes")), Table(tuple(map(say, header)), rows))

    # ---- words

    def text(self, title: str, written: str) -> Iterator[TextSlide]:
        if written:
            yield TextSlide(title, tuple(written.splitlines()))

    def corrections(self) -> Iterator[TextSlide]:
        """What was corrected of earlier months since their decks were frozen."""
        lines = self.content.get("corrections", [])
        if lines:
            yield TextSlide(
                self._(N_("Corrections of earlier decks")), tuple(map(self.correction, lines))
            )

    def correction(self, line: Mapping[str, Any]) -> str:
        metric = kpi.METRICS[line["code"]][0]
        return self._(
            N_("{month}, {what}: {was} was shown, {now} is right"),
            month=line["month"],
            what=self._(metric.label),
            was=self.value(metric.unit, line["was"]),
            now=self.value(metric.unit, line["now"]),
        )


def _number(unit: Unit, value: float, *, signed: bool = False) -> str:
    if unit is Unit.SHARE:
        value *= 100
    digits = 0 if unit is Unit.COUNT else 1
    return f"{value:{'+' if signed else ''},.{digits}f}"
