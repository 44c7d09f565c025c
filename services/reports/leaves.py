"""What stands on paper of A4: a letter to a customer, and a sheet of rules."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter of a store. `words` has a line for each paragraph; `reference` stands small above
    it, `day` is written out below the sender."""

    language: str
    sender: str
    title: str
    reference: str
    words: str
    day: str


@dataclass(frozen=True, slots=True)
class Lines:
    """A table of texts."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Chapter:
    """A heading with what stands below it: a table, sentences, or both."""

    title: str
    sentences: tuple[str, ...] = ()
    lines: Lines | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A paper that says how something is done. `about` is its line of place, day and version."""

    language: str
    title: str
    about: str
    chapters: tuple[Chapter, ...]
