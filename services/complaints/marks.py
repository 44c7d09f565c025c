"""What a complaint is marked with, beside its level (C29, C30, C32)."""

from enum import StrEnum
from typing import Final


class Mark(StrEnum):
    """What a complaint is marked with: `is_` and its value is the column."""

    SAFETY = "safety"
    MEDIA = "media"
    DISPUTE = "dispute"
    LEGAL = "legal"


FLAGS: Final = tuple(f"is_{mark}" for mark in Mark)
"""Their columns."""
