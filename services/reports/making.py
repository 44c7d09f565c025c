"""The doors to both formats; what they are made with is imported when it is first needed."""

from typing import ClassVar

from services.core.errors import Unavailable
from services.core.words import N_
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
    try:
        from services.reports.paper import document
    except OSError as problem:
        raise NoPango from problem
    return document(deck)
