"""Slides as HTML, complete in itself: for paper, and as images for the screen."""

from html import escape
from typing import Final

from services.reports.drawing import FONTS, svg
from services.reports.layout import pages
from services.reports.look import HEIGHT, WIDTH, colours
from services.reports.measuring import LEADING, Fitted, clean
from services.reports.shapes import Box, Graph, Grid, Page, Shape, Words
from services.reports.slides import Deck
from services.reports.tables import PAD

_STYLE: Final = f"""
@page {{ size: {WIDTH}pt {HEIGHT}pt; margin: 0 }}
* {{ margin: 0; padding: 0; box-sizing: border-box }}
body {{ font-family: {FONTS}; font-weight: 400 }}
section {{ position: relative; width: {WIDTH}pt; height: {HEIGHT}pt; overflow: hidden;
  break-after: page }}
section:last-child {{ break-after: auto }}
section > * {{ position: absolute }}
h1, p {{ display: flex; font-weight: 400; line-height: {LEADING}; white-space: pre-line;
  overflow-wrap: anywhere }}
h1 span, p span {{ display: block; width: 100% }}
table {{ border-collapse: collapse; table-layout: fixed }}
td {{ line-height: {LEADING}; overflow-wrap: anywhere; vertical-align: middle }}
"""


PIXELS: Final = 4 / 3
"""Of a point, where styles are read."""


def pictures(deck: Deck) -> tuple[str, ...]:
    """Each slide as an SVG image, 1280 by 720 pixels, for an `img`: inside, it is HTML."""
    size = f'width="{WIDTH * PIXELS:.0f}" height="{HEIGHT * PIXELS:.0f}"'
    box = f"0 0 {WIDTH * PIXELS:.0f} {HEIGHT * PIXELS:.0f}"
    paper = f"section {{ background: #{colours().page} }}"
    return tuple(
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="{box}"><foreignObject {size}>'
        f'<body xmlns="http://www.w3.org/1999/xhtml"><style>{_STYLE}{paper}</style>'
        f"{_section(page)}</body></foreignObject></svg>"
        for page in pages(deck)
    )


def html(deck: Deck) -> str:
    """The pages as one HTML document, complete in itself."""
    tongue = deck.language.replace("_", "-")
    body = "".join(_section(page) for page in pages(deck))
    about = deck.footer
    head = "".join(
        f'<meta name="{name}" content="{escape(clean(text))}">'
        for name, text in (
            ("author", about.store),
            ("description", about.period),
            ("dcterms.created", about.frozen_at.isoformat(timespec="seconds")),
        )
    )
    return (
        f'<!DOCTYPE html><html lang="{tongue}"><head><meta charset="utf-8">{head}'
        f"<title>{escape(clean(deck.title))}</title><style>{_STYLE}</style></head>"
        f"<body>{body}</body></html>"
    )


def _section(page: Page) -> str:
    return f"<section>{''.join(map(_shape, page.shapes))}</section>"


def _shape(shape: Shape) -> str:
    match shape:
        case Words():
            return _words(shape)
        case Box():
            return _box(shape)
        case Grid():
            return _grid(shape)
        case Graph():
            place = f"left:{shape.left:.2f}pt;top:{shape.top:.2f}pt"
            return f'<div style="{place}">{svg(shape)}</div>'


def _place(shape: Words | Box) -> str:
    return (
        f"left:{shape.left:.2f}pt;top:{shape.top:.2f}pt;width:{shape.width:.2f}pt;"
        f"height:{shape.height:.2f}pt"
    )


def _words(words: Words) -> str:
    tag = "h1" if words.is_title else "p"
    style = (
        f"{_place(words)};font-size:{words.words.size}pt;color:#{words.colour};"
        f"text-align:{words.align};align-items:{'center' if words.is_middle else 'flex-start'}"
    )
    if words.is_bold:
        style += ";font-weight:700"
    return f'<{tag} style="{style}"><span>{escape(words.words.text)}</span></{tag}>'


def _box(box: Box) -> str:
    style = f"{_place(box)};background:#{box.fill}"
    if box.line:
        style += f";border:0.75pt solid #{box.line}"
    if box.is_round:
        style += ";border-radius:8pt"
    return f'<div style="{style}"></div>'


def _grid(grid: Grid) -> str:
    last = len(grid.cells) - 1
    rows = []
    for number, (row, height) in enumerate(zip(grid.cells, grid.heights, strict=True)):
        strong = number == 0 or (grid.is_summed and number == last)
        cells = "".join(
            _cell(words, right=at in grid.right, strong=strong, head=number == 0)
            for at, words in enumerate(row)
        )
        rows.append(f'<tr style="height:{height:.2f}pt">{cells}</tr>')
    columns = "".join(f'<col style="width:{width:.2f}pt"/>' for width in grid.widths)
    style = f"left:{grid.left:.2f}pt;top:{grid.top:.2f}pt;width:{sum(grid.widths):.2f}pt"
    return f'<table style="{style}">{columns}{"".join(rows)}</table>'


def _cell(words: Fitted, *, right: bool, strong: bool, head: bool) -> str:
    look = colours()
    style = (
        f"padding:0 {PAD}pt;font-size:{words.size}pt;border-bottom:0.75pt solid #{look.line};"
        f"color:#{look.grey if head else look.text};text-align:{'right' if right else 'left'}"
    )
    if strong:
        style += f";font-weight:700;background:#{look.card}"
    return f'<td style="{style}">{escape(words.text)}</td>'
