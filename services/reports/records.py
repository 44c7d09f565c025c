"""A record on paper: what happened in one matter, entry by entry, on sheets of A4.

As with a deck nothing is masked or translated here: the words come ready to be shown. Unlike a
slide nothing is cut: what is long goes on over the next sheets.
"""

from dataclasses import dataclass
from html import escape
from typing import Final

from services.reports.drawing import FONTS
from services.reports.look import colours
from services.reports.measuring import LONGEST, clean
from services.reports.slides import Language


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened: when, what, by whom, and what there is to say of it: (label, text),
    the label "" where the text speaks for itself."""

    at: str
    title: str
    who: str
    said: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """`facts` stand above the entries: (label, value). `note` stands at the foot of each sheet."""

    title: str
    subtitle: str
    language: Language
    facts: tuple[tuple[str, str], ...]
    entries: tuple[Entry, ...]
    note: str


def sheets(record: Record) -> str:
    """The record as one HTML document, complete in itself."""
    tongue = record.language.replace("_", "-")
    facts = "".join(
        f"<tr><th>{_said(label)}</th><td>{_said(value)}</td></tr>" for label, value in record.facts
    )
    entries = "".join(map(_entry, record.entries))
    return (
        f'<!DOCTYPE html><html lang="{tongue}"><head><meta charset="utf-8">'
        f"<title>{_said(record.title)}</title><style>{_style()}</style></head><body>"
        f'<h1 data-note="{_said(record.note)}">{_said(record.title)}</h1>'
        f"<h2>{_said(record.subtitle)}</h2>"
        f'<table class="facts">{facts}</table><table class="log">{entries}</table></body></html>'
    )


def _entry(entry: Entry) -> str:
    said = "".join(
        f"<p><b>{_said(label)}</b> {_said(text)}</p>" if label else f"<p>{_said(text)}</p>"
        for label, text in entry.said
        if text
    )
    return (
        f"<tr><th>{_said(entry.at)}</th><td><strong>{_said(entry.title)}</strong> "
        f"<i>{_said(entry.who)}</i>{said}</td></tr>"
    )


def _said(text: str) -> str:
    """As long as it is: what is shown of a slide's words is cut at `LONGEST`."""
    parts = [text[at : at + LONGEST] for at in range(0, len(text), LONGEST)]
    return escape("".join(clean(part, lines=True) for part in parts))


_PAGE: Final = """
@page { size: A4; margin: 18mm 16mm 20mm;
  @bottom-left { content: string(note); width: 75% }
  @bottom-right { content: counter(page) " / " counter(pages) } }
* { margin: 0; padding: 0; box-sizing: border-box }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; vertical-align: top; padding: 2mm 0; white-space: pre-line;
  overflow-wrap: anywhere }
tr { break-inside: avoid }
h1 { font-size: 17pt; string-set: note attr(data-note) }
i { font-style: normal }
p { margin-top: 1mm }
"""


def _style() -> str:
    look = colours()
    line = f"border-bottom: 0.5pt solid #{look.line}"
    return _PAGE + (
        f"@page {{ font-family: {FONTS}; font-size: 8pt; color: #{look.grey} }}"
        f"body {{ font-family: {FONTS}; font-size: 9.5pt; line-height: 1.45;"
        f" color: #{look.text} }}"
        f"h2, i {{ color: #{look.grey}; font-size: 9.5pt; font-weight: 400 }}"
        f".facts {{ margin: 5mm 0 7mm }} .facts th {{ width: 34mm; color: #{look.grey};"
        f" font-weight: 400 }} .facts th, .facts td {{ padding: 1mm 0; {line} }}"
        f".log th {{ width: 34mm; color: #{look.grey}; font-weight: 400 }}"
        f".log th, .log td {{ {line} }}"
    )
