"""The words for choices: every member of every enum that a person sees, by its type."""

from services.core.choices.known import CHOICES, choice_label

__all__ = ["CHOICES", "choice_label"]
