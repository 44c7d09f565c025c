"""The surveys of satisfaction, as delivered (`surveys.toml`): what is taken over as drafts, and
what the demonstration's customers answer."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any, Final

from db.models.surveys import ItemKind, SurveyKind

_FILE: Final = Path(__file__).with_name("surveys.toml")


@cache
def delivered() -> dict[str, dict[str, Any]]:
    """Code -> a survey, its values as the columns take them; its questions under `items`."""
    told: dict[str, dict[str, Any]] = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return {
        code: {
            **one,
            "kind": SurveyKind(one["kind"]),
            "items": [_item(each) for each in one["items"]],
        }
        for code, one in told.items()
    }


def _item(told: dict[str, Any]) -> dict[str, Any]:
    return {"choices": [], **told, "kind": ItemKind(told["kind"])}
