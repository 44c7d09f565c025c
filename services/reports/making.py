"""The doors to both formats; what they are made with is imported when it is first needed."""

from typing import ClassVar

from services.core.errors import Unavailable
from services.core.words import N_
from services.reports.leaves import Letter, Sheet
from services.reports.printing import of_letter, of_sheet
from services.reports.records import Record, sheets
from services.reports.slides import Deck


class NoPango(Unavailable):
    """The machine lacks the libraries that text on paper is laid out with."""

    msgid: ClassVar[str] = N_(
        "A PDF needs Pango on the server: apt install libpango-1.0-0 libpangoft2-1.0-0. "
        "The presentation and the workbook need nothing"
    )


def pptx(deck: Deck) -> bytes:
    """The deck as a presentation, 16 to 9, about 0.1 s. The same deck makes the same bytes.

    Raises `ValueError` for a chart whose series have not one value for each label.
    """
    from services.reports.powerpoint import presentation

    return presentation(deck)


def pictures(deck: Deck) -> tuple[str, ...]:
    """Each slide as an SVG image of 1280 by 720 pixels, whose words are HTML.

    Raises `ValueError` for a chart whose series have not one value for each label.
    """
    from services.reports.markup import pictures as drawn

    return drawn(deck)


def pdf(deck: Deck) -> bytes:
    """The deck as PDF, 960 by 540 points, one or two seconds. On one machine the same deck makes
    the same bytes; another may have other fonts.

    Raises `NoPango` where that is not installed, `ValueError` for a chart whose series have not one
    value for each label.
    """
    from services.reports.markup import html

    return _printed(html(deck))


def letter_pdf(letter: Letter) -> bytes:
    """A letter as PDF, A4, a fifth of a second; the same letter makes the same bytes. Raises
    `NoPango`."""
    return _printed(of_letter(letter))


def sheet_pdf(sheet: Sheet) -> bytes:
    """A sheet as PDF, A4, with the number of each page. Raises `NoPango`."""
    return _printed(of_sheet(sheet))


def record_pdf(told: Record) -> bytes:
    """The record as PDF on A4, less than a second. Raises `NoPango`."""
    return _printed(sheets(told))


def _printed(page: str) -> bytes:
    try:
        from services.reports.paper import printed
    except OSError as problem:
        raise NoPango from problem
    return printed(page)
