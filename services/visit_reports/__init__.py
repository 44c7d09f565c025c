"""The return-visit report of a week or a month: who was to be contacted, what came of it, and what
the rule held back (V12, V21, V22)."""

from services.visit_reports.gathering import (
    HOURS,
    BandLine,
    CauseLine,
    Counts,
    HeldLine,
    PersonLine,
    VisitReport,
    report,
    week_of,
)
from services.visit_reports.taking import TakeReport, take
from services.visit_reports.telling import DAYS, funnel

__all__ = [
    "DAYS",
    "HOURS",
    "BandLine",
    "CauseLine",
    "Counts",
    "HeldLine",
    "PersonLine",
    "TakeReport",
    "VisitReport",
    "funnel",
    "report",
    "take",
    "week_of",
]
