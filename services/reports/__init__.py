"""Documents in the reader's language: a deck of slides as .pptx and as PDF.

Pure: no database, no clock, no permissions; whoever calls has asked what may be shown and to whom.

    from datetime import UTC, datetime
    from services import reports

    months = ("2026-09", "2026-10", "2026-11")
    deck = reports.Deck(
        title="Complaints in November 2026",
        subtitle="Monthly meeting",
        footer=reports.Footer("2026-11", datetime(2026, 12, 1, 8, tzinfo=UTC), "West Lake"),
        language="en",
        slides=(
            reports.Cover(),
            reports.Tiles(
                "The month in figures",
                (
                    reports.Tile(
                        "Complaints", "61", reports.Comparison("-7 (-10.3 %)", "good"), count=4_210
                    ),
                ),
            ),
            reports.ChartSlide(
                "Complaint rate",
                "The rate stayed within its limits: nothing but chance.",
                reports.ControlChart(
                    months,
                    reports.Series("per 1,000 repair orders", (14.2, 16.1, 14.5)),
                    centre=(14.9, 14.9, 14.9),
                    lower=(9.3, 9.1, 9.4),
                    upper=(20.5, 20.7, 20.4),
                ),
            ),
        ),
        signature=reports.Signature("Director"),
    )
    Path("deck.pptx").write_bytes(reports.pptx(deck))
    Path("deck.pdf").write_bytes(reports.pdf(deck))  # raises NoPango without Pango
"""

from services.reports.leaves import Chapter, Letter, Lines, Sheet
from services.reports.making import (
    NoPango,
    letter_pdf,
    pdf,
    pictures,
    pptx,
    record_pdf,
    sheet_pdf,
)
from services.reports.records import Entry, Record
from services.reports.slides import (
    Bullets,
    Case,
    CasesSlide,
    Chart,
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
    Tone,
)

__all__ = [
    "Bullets",
    "Case",
    "CasesSlide",
    "Chapter",
    "Chart",
    "ChartSlide",
    "Columns",
    "Comparison",
    "ControlChart",
    "Cover",
    "Deck",
    "Entry",
    "Footer",
    "Letter",
    "Lines",
    "NoPango",
    "Pareto",
    "Record",
    "Series",
    "Sheet",
    "Signature",
    "Slide",
    "Table",
    "TableSlide",
    "TextSlide",
    "Tile",
    "Tiles",
    "Tone",
    "letter_pdf",
    "pdf",
    "pictures",
    "pptx",
    "record_pdf",
    "sheet_pdf",
]
