"""The monthly decks of complaints: frozen figures, told in a language, taken along (C04, C05)."""

from services.decks.making import FreezeDeck, MonthNotOver, NoDeck, TakeDeck, freeze, take

__all__ = ["FreezeDeck", "MonthNotOver", "NoDeck", "TakeDeck", "freeze", "take"]
