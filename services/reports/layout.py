"""Slides laid out: what a deck says becomes words, boxes, tables and charts that fit."""

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from services.core.words import N_, translate
from services.reports.look import BOTTOM, EDGE, HEIGHT, TOP, WIDTH, colours
from services.reports.measuring import LEADING, Fitted, clean, fit, wrapped
from services.reports.plots import plot
from services.reports.shapes import Align, Box, Graph, Page, Shape, Words
from services.reports.slides import (
    Case,
    CasesSlide,
    ChartSlide,
    Comparison,
    Cover,
    Deck,
    Slide,
    TableSlide,
    TextSlide,
    Tile,
    Tiles,
)
from services.reports.tables import beside, spread

INNER: Final = WIDTH - 2 * EDGE
SIGNATURE: Final = 40.0
_GAP: Final = 16.0
_FOUR: Final = 4
_HIGHER: Final = 92.0
"""Where the content of a slide begins that has no reading."""
_TILES: Final = 8
_HIGHEST_CARD: Final = 220.0
_EMPTY: Final = 132.0
"""Height of what stands in place of a chart or a table that has nothing in it."""
_PARAGRAPH: Final = 14
"""Most lines of one paragraph, so that one never takes a slide alone."""


def pages(deck: Deck) -> tuple[Page, ...]:
    """The deck's slides, each with its footer; long ones have become several."""
    found: list[list[Shape]] = []
    for at, slide in enumerate(deck.slides, 1):
        last = at == len(deck.slides) and deck.signature is not None
        found += _Room(deck, BOTTOM - SIGNATURE * last).laid(slide)
    if found and deck.signature:
        found[-1] += _signature(deck)
    return tuple(
        Page(number, (*shapes, *_footer(deck, number))) for number, shapes in enumerate(found, 1)
    )


def words(
    text: str,
    place: tuple[float, float, float, float],
    sizes: tuple[float, float],
    colour: str = "",
    *,
    bold: bool = False,
    align: Align = "left",
    middle: bool = False,
    title: bool = False,
) -> Words:
    """Text fitted into its place (left, top, width, height)."""
    fitted = fit(text, place[2], place[3], sizes, bold=bold)
    return Words(*place, fitted, colour or colours().text, bold, align, middle, title)


class _Room:
    """What slides have in common: the deck's language, and where their content ends."""

    def __init__(self, deck: Deck, bottom: float) -> None:
        self.deck = deck
        self.bottom = bottom
        self.top = TOP

    def laid(self, slide: Slide) -> list[list[Shape]]:
        if not _reading(slide):
            self.top = _HIGHER
        made: list[list[Shape]]
        match slide:
            case Cover():
                return [self._cover()]
            case Tiles(tiles=tiles):
                groups = [tiles[at : at + _TILES] for at in range(0, len(tiles), _TILES)]
                made = [
                    self._cards(group) if group else self._nothing() for group in groups or [()]
                ]
            case ChartSlide():
                made = [list(self._chart(slide))]
            case TableSlide(table=table):
                grids = spread(table, EDGE, self.top, INNER, self.bottom) if table.rows else []
                made = [[grid] for grid in grids] or [self._nothing()]
            case CasesSlide(cases=cases):
                made = [list(self._case(case)) for case in cases] or [self._nothing()]
            case TextSlide(paragraphs=paragraphs):
                made = self._text(paragraphs)
        of = len(made)
        for at, shapes in enumerate(made, 1):
            shapes[:0] = _head(slide, f" ({at}/{of})" if of > 1 else "")
        return made

    def _say(self, msgid: str) -> str:
        return translate(self.deck.language, msgid)

    def _nothing(self, left: float = EDGE, width: float = INNER) -> list[Shape]:
        look = colours()
        place = (left, self.top, width, _EMPTY)
        text = self._say(N_("There is nothing to show for this period."))
        inner = (left + _GAP, self.top, width - 2 * _GAP, _EMPTY)
        return [
            Box(*place, look.card, look.line, is_round=True),
            words(text, inner, (15, 12), look.grey, align="center", middle=True),
        ]

    def _cover(self) -> list[Shape]:
        look, deck = colours(), self.deck
        text = f"{clean(deck.footer.store)} · {clean(deck.footer.period)}"
        title = words(clean(deck.title), (88, 150, 780, 108), (40, 24), bold=True, title=True)
        title = replace(title, top=258 - title.words.height, height=title.words.height)
        return [
            Box(0, 0, 22, HEIGHT, look.accent),
            title,
            words(clean(deck.subtitle), (88, 268, 780, 60), (20, 14), look.grey),
            Box(88, 344, 72, 3, look.accent),
            words(text, (88, 364, 780, 28), (16, 11)),
            words(_frozen(deck), (88, 394, 780, 24), (13, 10), look.grey),
        ]

    # ---- figures

    def _cards(self, tiles: tuple[Tile, ...]) -> list[Shape]:
        rows = 1 if len(tiles) <= _FOUR else 2
        each = math.ceil(len(tiles) / rows)
        wide = (INNER - _GAP * (each - 1)) / each
        high = min(_HIGHEST_CARD, (self.bottom - self.top - _GAP * (rows - 1)) / rows)
        return [
            shape
            for at, tile in enumerate(tiles)
            for shape in self._card(
                tile,
                EDGE + at % each * (wide + _GAP),
                self.top + at // each * (high + _GAP),
                wide,
                high,
            )
        ]

    def _card(
        self, tile: Tile, left: float, top: float, width: float, height: float
    ) -> Iterator[Shape]:
        look = colours()
        yield Box(left, top, width, height, look.card, look.line, is_round=True)
        left, width = left + 14, width - 28
        below = [text for text in (_count(tile), clean(tile.note)) if text]
        yield words(clean(tile.name), (left, top + 10, width, 30), (13, 11), look.grey)
        room = height - 40 - 82
        size = 40 if height == _HIGHEST_CARD else 30
        value = (left, top + 40, width, room)
        yield words(clean(tile.value), value, (size, 15), bold=True, middle=True)
        lines = (
            (self._say(N_("vs last month")), tile.last_month),
            (self._say(N_("vs a year ago")), tile.last_year),
        )
        at = top + height - 70
        for name, comparison in lines:
            told = comparison or Comparison("–")
            tone = {"good": look.good, "bad": look.bad}.get(told.tone, look.grey)
            wide = width * 0.38
            yield words(name, (left, at, wide, 16), (11, 9), look.grey)
            place = (left + wide, at, width - wide, 16)
            bold = comparison is not None
            yield words(clean(told.text), place, (11, 8), tone, bold=bold, align="right")
            at += 19
        if below:
            yield words(" · ".join(below), (left, at + 4, width, 15), (10, 8), look.grey)

    # ---- charts

    def _chart(self, slide: ChartSlide) -> Iterator[Shape]:
        has_table = slide.table is not None and bool(slide.table.rows)
        wide = INNER * 0.62 if has_table else INNER
        made = plot(slide.chart, wide, self.deck.language)
        if made is None:
            yield from self._nothing(EDGE, wide)
        else:
            yield Graph(EDGE, self.top, wide, self.bottom - self.top, made)
        if slide.table is not None and has_table:
            left = EDGE + wide + _GAP * 1.5
            yield beside(slide.table, left, self.top + 6, WIDTH - EDGE - left, self.bottom)

    # ---- words

    def _case(self, case: Case) -> Iterator[Shape]:
        look = colours()
        facts = " · ".join(clean(fact) for fact in case.facts)
        yield words(clean(case.title), (EDGE, self.top, INNER, 26), (17, 12), bold=True)
        yield words(facts, (EDGE, self.top + 27, INNER, 20), (12, 9), look.grey)
        parts = (
            (N_("What went wrong"), case.happened),
            (N_("Why it went wrong"), case.why),
            (N_("What we did"), case.done),
            (N_("What came of it"), case.result),
        )
        first = self.top + 56
        wide, high = (INNER - _GAP) / 2, (self.bottom - first - _GAP) / 2
        for at, (msgid, text) in enumerate(parts):
            left, top = EDGE + at % 2 * (wide + _GAP), first + at // 2 * (high + _GAP)
            yield Box(left, top, wide, high, look.card, look.line, is_round=True)
            left, inner = left + 14, wide - 28
            name = self._say(msgid)
            yield words(name, (left, top + 9, inner, 20), (13, 10), look.accent, bold=True)
            place = (left, top + 31, inner, high - 40)
            yield words(clean(text, lines=True) or "–", place, (14, 10.5))

    def _text(self, paragraphs: tuple[str, ...]) -> list[list[Shape]]:
        """Paragraphs with a mark before each, at one size; over as many slides as they need."""
        texts = [text for text in (clean(one, lines=True) for one in paragraphs) if text]
        if not texts:
            return [self._nothing()]
        wide, high = INNER - 20, self.bottom - self.top
        size = next((s for s in (17, 16, 15) if _stacked(texts, wide, s) <= high), 14)
        made: list[list[Shape]] = [[]]
        top = self.top
        for text in texts:
            most = min(high, _PARAGRAPH * size * LEADING)
            fitted = fit(text, wide, most, (size, size))
            if made[-1] and top + fitted.height > self.bottom:
                made.append([])
                top = self.top
            middle = top + size * LEADING / 2 - 2.5
            made[-1] += [
                Box(EDGE, middle, 5, 5, colours().accent),
                Words(EDGE + 20, top, wide, fitted.height, fitted, colours().text),
            ]
            top += fitted.height + size * 0.7
        return made


def _stacked(texts: list[str], wide: float, size: float) -> float:
    """How high the paragraphs are one below another."""
    lines = sum(min(_PARAGRAPH, len(wrapped(text, wide, size))) for text in texts)
    return lines * size * LEADING + (len(texts) - 1) * size * 0.7


def _count(tile: Tile) -> str:
    return "" if tile.count is None else f"n = {tile.count:,}"


def _reading(slide: Slide) -> str:
    return "" if isinstance(slide, Cover | CasesSlide) else clean(slide.reading)


def _head(
    slide: Tiles | ChartSlide | TableSlide | CasesSlide | TextSlide, part: str
) -> list[Shape]:
    title = fit(clean(slide.title), INNER - len(part) * 14, 36, (26, 17), bold=True)
    shown = Fitted(title.text + part, title.size, title.lines)
    look = colours()
    head: list[Shape] = [
        Box(0, 34, 8, 36, look.accent),
        Words(EDGE, 34, INNER, 36, shown, look.text, is_bold=True, is_middle=True, is_title=True),
    ]
    if reading := _reading(slide):
        head.append(words(reading, (EDGE, 75, INNER, 38), (14, 11), look.grey))
    return head


def _frozen(deck: Deck) -> str:
    time = deck.footer.frozen_at.strftime("%Y-%m-%d %H:%M")
    return translate(deck.language, N_("Figures frozen on {time}"), time=time)


def _footer(deck: Deck, number: int) -> list[Shape]:
    look = colours()
    parts = (deck.footer.store, deck.footer.period, _frozen(deck))
    text = " · ".join(part for part in map(clean, parts) if part)
    corner = (WIDTH - EDGE - 50, 506.0, 50.0, 16.0)
    counted = words(str(number), corner, (10, 8), look.grey, align="right")
    return [
        Box(EDGE, 500, INNER, 0.75, look.line),
        words(text, (EDGE, 506, INNER - 60, 16), (10, 8), look.grey),
        replace(counted, is_number=True),
    ]


def _signature(deck: Deck) -> list[Shape]:
    signature = deck.signature
    assert signature is not None
    look, top = colours(), BOTTOM - 22
    signed = translate(deck.language, N_("Signed on"))
    columns = ((signature.role, signature.name, EDGE, 420), (signed, signature.signed, 560, 352))
    made: list[Shape] = []
    for name, text, left, wide in columns:
        made += [
            words(clean(name), (left, top, wide * 0.36, 20), (13, 9), look.grey),
            words(clean(text), (left + wide * 0.38, top, wide * 0.62, 20), (13, 9), bold=True),
            Box(left + wide * 0.38, top + 21, wide * 0.62, 0.75, look.grey),
        ]
    return made
