"""How much a visit form says: each of its six answers 0, 1 or 2 (spec 2.6, V20).

    0  empty, or marks alone
    1  short, or copied: like an answer of the writer's last forms, or another of this form
    2  in words of its own

The quality of a form is their mean. Pure: no database, no clock.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from rapidfuzz import fuzz

ANSWERS: Final = ("needs", "rivals", "gap", "improvement", "feedback", "strategy")
"""In the order of the paper form."""
BEST: Final = 2
LOOKS_BACK: Final = 5
"""With so many of the writer's last forms an answer is compared (spec 2.6)."""
ALIKE: Final = 90.0
"""More than so many of a hundred is a copy (spec 2.6)."""
LEAST_SIGNS: Final = 8
"""Letters and digits of a text that says something; in Chinese that is a short sentence."""
LEAST_DIFFERENT: Final = 5
"""Different ones among them: "good good good" says no more than "good"."""


def marks(answers: Mapping[str, str], before: Sequence[Mapping[str, str]] = ()) -> dict[str, int]:
    """Each answer's mark, in the order of `ANSWERS`. `before` are the answers of the same writer's
    last forms, the newest first; more than `LOOKS_BACK` of them are not looked at."""
    old = [_bare(each.get(name, "")) for each in before[:LOOKS_BACK] for name in ANSWERS]
    found: dict[str, int] = {}
    for name in ANSWERS:
        bare = _bare(answers.get(name, ""))
        found[name] = _mark(bare, old)
        old.append(bare)
    return found


def quality(of: Mapping[str, int]) -> float:
    """The mean of the marks: 0.0 to 2.0."""
    return sum(of.values()) / len(ANSWERS)


def _mark(bare: str, old: Collection[str]) -> int:
    if not bare:
        return 0
    is_short = len(bare) < LEAST_SIGNS or len(set(bare)) < LEAST_DIFFERENT
    return 1 if is_short or any(_is_copy(bare, each) for each in old) else BEST


def _is_copy(bare: str, other: str) -> bool:
    """The score is cut off early, so that texts of other lengths cost nothing."""
    return bool(other) and fuzz.ratio(bare, other, score_cutoff=ALIKE) > ALIKE


def _bare(text: str) -> str:
    """What is compared: letters and digits alone, in small letters."""
    return "".join(sign for sign in text.casefold() if sign.isalnum())
