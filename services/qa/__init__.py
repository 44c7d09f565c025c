"""Quality of the contacts: calls drawn by chance and reviewed by whoever leads (V02)."""

from services.qa.figures import METRICS, Past
from services.qa.listing import (
    CallLine,
    Heard,
    Month,
    PersonLine,
    Point,
    Results,
    ReviewLine,
    heard,
    results,
    to_review,
)
from services.qa.reviewing import VIEW, ReadReview, ReviewCall, read, review
from services.qa.rubric import items

__all__ = [
    "METRICS",
    "VIEW",
    "CallLine",
    "Heard",
    "Month",
    "Past",
    "PersonLine",
    "Point",
    "ReadReview",
    "Results",
    "ReviewCall",
    "ReviewLine",
    "heard",
    "items",
    "read",
    "results",
    "review",
    "to_review",
]
