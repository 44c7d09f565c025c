"""Letters and sheets as HTML for paper of A4, complete in itself."""

from html import escape
from typing import Final

from services.reports.drawing import FONTS
from services.reports.leaves import Chapter, Letter, Lines, Sheet
from services.reports.look import colours
from services.reports.measuring import clean

SHORT: Final = 8
"""Signs of a cell that is not broken."""
_STYLE: Final = f"""
@page {{ size: A4; margin: 25mm 24mm 22mm }}
* {{ margin: 0; padding: 0; box-sizing: border-box }}
body {{ font-family: {FONTS}; font-size: 11pt; line-height: 1.75; overflow-wrap: anywhere }}
"""
_LETTER: Final = """
header { padding-bottom: 3mm; margin-bottom: 12mm }
header strong { font-size: 15pt }
header span { float: right; font-size: 9pt; line-height: 26pt }
h1 { font-size: 17pt; text-align: center; margin-bottom: 8mm; letter-spacing: 0.15em }
p { margin-bottom: 2.2mm; min-height: 1em }
:lang(zh-CN) p + p { text-indent: 2em }
:lang(en) h1 { letter-spacing: 0 }
footer { margin-top: 14mm; text-align: right; break-inside: avoid }
"""
_SHEET: Final = f"""
@page {{ margin: 16mm 15mm 18mm; @bottom-right {{ content: counter(page) " / " counter(pages);
  font: 8pt {FONTS} }} }}
body {{ font-size: 9pt; line-height: 1.5 }}
h1 {{ font-size: 16pt; line-height: 1.3 }}
h2 {{ font-size: 11pt; margin: 5mm 0 1.5mm; break-after: avoid }}
li {{ margin-left: 4.5mm; margin-bottom: 0.8mm }}
table {{ width: 100%; border-collapse: collapse; margin-bottom: 1.5mm; break-inside: avoid }}
td, th {{ text-align: left; vertical-align: top; padding: 1.2mm 3mm 1.2mm 0; font-weight: 400;
  overflow-wrap: break-word }}
tr {{ break-inside: avoid }}
td:first-child {{ font-weight: 700 }}
"""


def of_letter(letter: Letter) -> str:
    look = colours()
    body = (
        f'<header style="border-bottom:1.5pt solid #{look.accent}">'
        f'<span style="color:#{look.grey}">{_told(letter.reference)}</span>'
        f"<strong>{_told(letter.sender)}</strong></header><h1>{_told(letter.title)}</h1>"
        f"{''.join(f'<p>{_told(line)}</p>' for line in letter.words.splitlines())}"
        f"<footer>{_told(letter.sender)}<br>{_told(letter.day)}</footer>"
    )
    return _page(letter.language, letter.title, _STYLE + _LETTER, body)


def of_sheet(sheet: Sheet) -> str:
    about = f'<div style="color:#{colours().grey}">{_told(sheet.about)}</div>'
    body = f"<h1>{_told(sheet.title)}</h1>{about}{''.join(map(_chapter, sheet.chapters))}"
    return _page(sheet.language, sheet.title, _STYLE + _SHEET, body)


def _chapter(chapter: Chapter) -> str:
    table = _table(chapter.lines) if chapter.lines is not None else ""
    items = "".join(f"<li>{_told(sentence)}</li>" for sentence in chapter.sentences)
    return f"<h2>{_told(chapter.title)}</h2>{table}{f'<ul>{items}</ul>' if items else ''}"


def _table(lines: Lines) -> str:
    look = colours()
    head = "".join(f"<th>{_told(cell)}</th>" for cell in lines.header)
    rows = "".join(
        f'<tr style="border-top:0.5pt solid #{look.line}">{"".join(map(_cell, row))}</tr>'
        for row in lines.rows
    )
    note = f'<div style="color:#{look.grey}">{_told(lines.note)}</div>' if lines.note else ""
    return f'<table><tr style="color:#{look.grey}">{head}</tr>{rows}</table>{note}'


def _cell(text: str) -> str:
    """Chinese breaks anywhere: what is short stays in one line."""
    style = ' style="white-space:nowrap"' if len(text) <= SHORT else ""
    return f"<td{style}>{_told(text)}</td>"


def _page(language: str, title: str, style: str, body: str) -> str:
    return (
        f'<!DOCTYPE html><html lang="{language.replace("_", "-")}"><head><meta charset="utf-8">'
        f"<title>{_told(title)}</title><style>{style}</style></head><body>{body}</body></html>"
    )


def _told(text: str) -> str:
    return escape(clean(text))
