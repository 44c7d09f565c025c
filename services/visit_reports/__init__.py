"""The return-visit report of a week or a month: who was to be contacted, what came of it, and what
the rule held back (V12, V21, V22)."""

from services.visit_reports.gathering import (
    CODES,
    HOURS,
    BandLine,
    CalledOff,
    CauseLine,
    ClassLine,
    Counts,
    FigureGroup,
    HeldLine,
    PersonLine,
    VisitReport,
    report,
    week_of,
)
from services.visit_reports.taking import TakeReport, take
from services.visit_reports.telling import CALLED_OFF, DAYS, Telling, funnel, shares_of

__all__ = [
    "CALLED_OFF",
    "CODES",
    "DAYS",
    "HOURS",
    "BandLine",
    "CalledOff",
    "CauseLine",
    "ClassLine",
    "Counts",
    "FigureGroup",
    "HeldLine",
    "PersonLine",
    "TakeReport",
    "Telling",
    "VisitReport",
    "funnel",
    "report",
    "shares_of",
    "take",
    "week_of",
]
