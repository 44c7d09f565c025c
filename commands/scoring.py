"""`score`: how well the product knows what was planted in a demonstration.

The truth is made again from what the loading wrote into the audit; the product's answer comes from
the rows as they are now. Features add their scores to `SCORES` as they join.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass
from typing import Annotated, Final

import typer

from commands.speaking import acting, language, refuse, say, tell, warn
from db.demo.facts import Duplicate, DuplicateKind, Invented, LookAlike, LookAlikeKind
from db.demo.recipe import Recipe
from db.demo.truth import Pair, duplicate_pairs, facts_of, look_alike_pairs
from services import customers, installation
from services.core.access import Caller
from services.core.errors import AppError
from services.core.run import fetch
from services.core.words import N_, translate

INVENTED: Final = "invented"
OTHERWISE: Final = "other"
LABELS: Final[dict[str, str]] = {
    DuplicateKind.BETWEEN_COPIES: N_("two second files, each with an error"),
    DuplicateKind.COURTESY_NAME: N_("surname and form of address"),
    DuplicateKind.NAME_HOMOPHONE: N_("name of the same sound"),
    DuplicateKind.NAME_TYPO: N_("name mistyped"),
    DuplicateKind.NO_PHONE: N_("no phone number"),
    DuplicateKind.OLD_PHONE: N_("another phone number"),
    DuplicateKind.OLD_PLATE: N_("former plate"),
    DuplicateKind.OTHER_STORE: N_("in another store"),
    DuplicateKind.PHONE_DIGIT: N_("one digit of the phone wrong"),
    DuplicateKind.PHONE_MOVED: N_("phone in the other field"),
    DuplicateKind.PHONE_SWAPPED: N_("two digits of the phone swapped"),
    DuplicateKind.PLATE_TYPO: N_("plate mistyped"),
    DuplicateKind.SAME_CAR: N_("driver of the same car"),
    DuplicateKind.SHORT_NAME: N_("short name of a company"),
    LookAlikeKind.FAMILY: N_("a family with one phone"),
    LookAlikeKind.FATHER_AND_SON: N_("father and son"),
    LookAlikeKind.FLEET: N_("a contact under the company's phone"),
    LookAlikeKind.NAMESAKE: N_("a namesake"),
    LookAlikeKind.SOLD_ON: N_("a car that was sold on"),
    INVENTED: N_("an invented file"),
    OTHERWISE: N_("something else"),
}


@dataclass(frozen=True, slots=True)
class Part:
    """One kind of what was planted: how much, how much of it is mended and no longer there, how
    much of the rest was found. `recall` is None where nothing is left to be found."""

    planted: int
    mended: int
    found: int
    recall: float | None


@dataclass(frozen=True, slots=True)
class Score:
    """`found` is all that the product names, `right` what of it is true.

    `precision` is right / found, `recall` right / (planted - mended); None where there is nothing
    to divide by. `wrong` counts the rest by what it looks like. `unplanted` was found among rows
    that came after the loading: of these the truth says nothing, and no figure counts them.
    """

    planted: int
    mended: int
    found: int
    right: int
    unplanted: int
    precision: float | None
    recall: float | None
    kinds: dict[str, Part]
    wrong: dict[str, int]


def compare(
    truth: Mapping[Pair, str],
    looks: Mapping[Pair, str],
    found: Collection[Pair],
    *,
    merged: Collection[int],
    last: int,
) -> Score:
    """Measure found pairs against true ones.

    `merged` are the files that are gone: a true pair that has one is mended. `last` is the highest
    id of which the truth speaks.
    """
    gone = set(merged)
    told = {pair for pair in found if pair[1] <= last}
    mended = {pair for pair in truth if gone.intersection(pair)}
    right = {pair for pair in told if pair in truth}
    planted_by, mended_by = Counter(truth.values()), Counter(truth[pair] for pair in mended)
    right_by = Counter(truth[pair] for pair in right)
    wrong = Counter(looks.get(pair, OTHERWISE) for pair in told - right)
    return Score(
        planted=len(truth),
        mended=len(mended),
        found=len(told),
        right=len(right),
        unplanted=len(found) - len(told),
        precision=_share(len(right), len(told)),
        recall=_share(len(right), len(truth) - len(mended)),
        kinds={
            kind: Part(
                count,
                mended_by[kind],
                right_by[kind],
                _share(right_by[kind], count - mended_by[kind]),
            )
            for kind, count in sorted(planted_by.items())
        },
        wrong=dict(sorted(wrong.items())),
    )


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


class NotThisTruth(RuntimeError):
    """What is made now is not what was loaded: this program plants otherwise."""


def duplicates(caller: Caller, recipe: Recipe, truth: str) -> Score:
    """Second files of one customer, against what stops the entry of a new file."""
    facts, digest = facts_of(recipe, Duplicate, Invented, LookAlike)
    if digest != truth:
        raise NotThisTruth
    doubles = [fact for fact in facts if isinstance(fact, Duplicate)]
    alike = [fact for fact in facts if isinstance(fact, LookAlike)]
    nobody = {fact.customer for fact in facts if isinstance(fact, Invented)}
    now = fetch(customers.agreeing, caller)
    shared = {pair: INVENTED for pair in now.pairs if nobody.intersection(pair)}
    return compare(
        duplicate_pairs(doubles),
        shared | look_alike_pairs(alike),
        now.pairs,
        merged=now.merged,
        last=recipe.customers,
    )


Scorer = Callable[[Caller, Recipe, str], Score]
SCORES: Final[dict[str, Scorer]] = {"duplicates": duplicates}


def join(app: typer.Typer) -> None:
    app.command()(score)


def score(
    name: Annotated[str | None, typer.Argument(help="what to measure; without it the list")] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Measure the product against what was planted in a demonstration."""
    if name is None:
        _list(as_json=as_json)
        return
    scorer = SCORES.get(name)
    if scorer is None:
        warn(N_("There is no score {name}. Scores: {known}"), name=name, known=", ".join(SCORES))
        raise typer.Exit(2)
    caller = acting(None)
    try:
        noted = fetch(installation.loading, caller)
        if noted is None:
            warn(
                N_("This database does not say what was planted in it: load a demonstration anew.")
            )
            raise typer.Exit(2)
        recipe = Recipe(noted.customers, noted.stores, noted.as_of, noted.seed)
        found = scorer(caller, recipe, noted.truth)
    except NotThisTruth:
        warn(N_("Another version of this program made this demonstration: load one anew."))
        raise typer.Exit(2) from None
    except AppError as error:
        refuse(error)
    if as_json:
        tell({"score": name, **asdict(found)})
    else:
        _show(found)


def _list(*, as_json: bool) -> None:
    if as_json:
        tell(list(SCORES))
    else:
        say(N_("Scores: {known}"), known=", ".join(SCORES))


def _show(found: Score) -> None:
    say(
        N_("{planted} planted, {mended} mended; {found} found, {right} of them rightly"),
        planted=found.planted,
        mended=found.mended,
        found=found.found,
        right=found.right,
    )
    say(
        N_("Precision {precision}, recall {recall}"),
        precision=_figure(found.precision),
        recall=_figure(found.recall),
    )
    for kind, part in found.kinds.items():
        say(
            N_("  {kind}: {found} of {open} found"),
            kind=_label(kind),
            found=part.found,
            open=part.planted - part.mended,
        )
    for kind, count in found.wrong.items():
        say(N_("  {count} wrongly: {kind}"), kind=_label(kind), count=count)


def _label(kind: str) -> str:
    return translate(language(), LABELS[kind])


def _figure(share: float | None) -> str:
    return "–" if share is None else f"{share:.3f}"
