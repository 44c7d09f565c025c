"""How documents look: the product's own colours and measures, for all formats alike."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

THEME: Final = Path(__file__).parents[2] / ".streamlit" / "config.toml"
LATIN: Final = "Arial"
CHINESE: Final = "Microsoft YaHei"
WIDTH: Final = 960.0
HEIGHT: Final = 540.0
"""Of a slide, in points: 16 to 9."""
EDGE: Final = 48.0
"""Free on the left and on the right."""
TOP: Final = 122.0
BOTTOM: Final = 484.0
"""Between the two stands what a slide has to say."""


@dataclass(frozen=True)
class Colours:
    """RRGGBB, without the sign that HTML puts before it."""

    text: str
    grey: str
    line: str
    card: str
    page: str
    accent: str
    good: str
    bad: str
    series: tuple[str, ...]


@cache
def colours() -> Colours:
    """Those of the light theme: documents are printed and thrown on walls."""
    with THEME.open("rb") as file:
        theme: dict[str, Any] = tomllib.load(file)["theme"]["light"]

    def of(token: str) -> str:
        return str(theme[token]).removeprefix("#")

    return Colours(
        text=of("textColor"),
        grey=of("grayColor"),
        line=of("borderColor"),
        card=of("dataframeHeaderBackgroundColor"),
        page=of("backgroundColor"),
        accent=of("primaryColor"),
        good=of("greenColor"),
        bad=of("redColor"),
        series=tuple(colour.removeprefix("#") for colour in theme["chartCategoricalColors"]),
    )
