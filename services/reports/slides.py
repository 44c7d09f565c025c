"""What a deck is made of: figures and words as its caller tells them, in the reader's language.

Nothing here is computed, masked or translated: names of causes, comparisons and sentences come
ready to be shown. Any text may hold anything; what cannot be shown is taken out, what is too long
ends in an ellipsis.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Language = Literal["zh_CN", "en"]
Tone = Literal["good", "bad", "neutral"]
Numbers = Literal["0", "0.0", "0.00", "0%", "0.0%"]
"""How the numbers of a chart are written; with a % sign 0.5 is written as 50 %."""
Values = tuple[float | None, ...]
"""One number for each label; `None` where there is none, for instance a month without orders."""


@dataclass(frozen=True, slots=True)
class Footer:
    """What every slide says of its figures: `frozen_at` with a zone, written as it is given."""

    period: str
    frozen_at: datetime
    store: str


@dataclass(frozen=True, slots=True)
class Cover:
    """The first slide; it takes its words from the deck."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What has become of a figure: "-3 (-5.2 %)", and whether that is well."""

    text: str
    tone: Tone = "neutral"


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure: `count` is the n it stands on; `note` a few words in grey, such as "few cases".
    A comparison that is `None` has nothing to compare with."""

    name: str
    value: str
    last_month: Comparison | None = None
    last_year: Comparison | None = None
    count: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Tiles:
    """Figures in cards, eight to a slide; more go on to the next."""

    title: str
    tiles: tuple[Tile, ...]
    reading: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """`right`: the columns (from 0) that hold numbers. `is_summed`: the last row is a sum."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: frozenset[int] = frozenset()
    is_summed: bool = False


@dataclass(frozen=True, slots=True)
class Series:
    name: str
    values: Values


@dataclass(frozen=True, slots=True)
class ControlChart:
    """A rate over time between its limits, of each point its own; points outside are marked."""

    labels: tuple[str, ...]
    rate: Series
    centre: Values
    lower: Values
    upper: Values
    numbers: Numbers = "0.0"


@dataclass(frozen=True, slots=True)
class Pareto:
    """Causes from the most frequent to the rarest, and the share of all up to each; the maker
    sorts them. `rest`: the label of what comes after the tenth, taken together."""

    labels: tuple[str, ...]
    counts: Series
    rest: str


@dataclass(frozen=True, slots=True)
class Bullets:
    """Shares from 0 to 1, each beside its target: what was kept in time, by clock."""

    labels: tuple[str, ...]
    shares: Series
    targets: Series


@dataclass(frozen=True, slots=True)
class Columns:
    """Series side by side, or with `is_stacked` one upon another (ageing)."""

    labels: tuple[str, ...]
    series: tuple[Series, ...]
    is_stacked: bool = False
    numbers: Numbers = "0"


Chart = ControlChart | Pareto | Bullets | Columns


@dataclass(frozen=True, slots=True)
class ChartSlide:
    """`reading`: the one sentence that says what the chart proves. `table`: a few rows beside it,
    as many as there is room for."""

    title: str
    reading: str
    chart: Chart
    table: Table | None = None


@dataclass(frozen=True, slots=True)
class TableSlide:
    """A table that goes on over further slides, "(2/3)", when it is long."""

    title: str
    table: Table
    reading: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """One complaint, told without anybody's data; `facts` are short: number, severity, store."""

    title: str
    facts: tuple[str, ...]
    happened: str
    why: str
    done: str
    result: str


@dataclass(frozen=True, slots=True)
class CasesSlide:
    """One slide for each case."""

    title: str
    cases: tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class TextSlide:
    """Comments, decisions, lines that correct earlier decks; long ones go on to further slides.
    One paragraph has at most 14 lines of a slide, about 800 Chinese characters."""

    title: str
    paragraphs: tuple[str, ...]
    reading: str = ""


Slide = Cover | Tiles | ChartSlide | TableSlide | CasesSlide | TextSlide


@dataclass(frozen=True, slots=True)
class Signature:
    """Who answers for the deck; without a name and a time the line is left to be signed by hand."""

    role: str
    name: str = ""
    signed: str = ""


@dataclass(frozen=True, slots=True)
class Deck:
    """A whole presentation. The signature stands at the foot of its last slide."""

    title: str
    subtitle: str
    footer: Footer
    language: Language
    slides: tuple[Slide, ...]
    signature: Signature | None = None
