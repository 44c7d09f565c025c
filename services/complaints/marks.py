"""What a complaint is marked with, beside its level (C29, C30, C32)."""

from enum import StrEnum


class Mark(StrEnum):
    """What a complaint is marked with: `is_` and its value is the column."""

    SAFETY = "safety"
    MEDIA = "media"
    DISPUTE = "dispute"
    LEGAL = "legal"
