"""Trouble in the reader's words: refused fields, facts against a deed, bugs by their number."""

import logging
import traceback
from uuid import uuid4

from pydantic import ValidationError

from pages.components.words import Safe, _, field
from services.core.errors import AppError
from services.core.words import N_

log = logging.getLogger(__name__)

UNEXPECTED = N_("Something broke. Tell your administrator this number: {incident}")
SAID = N_("**{field}**: {reason}")


def trouble(error: AppError) -> str:
    """An error's words, for markdown."""
    return _(error.msgid, **error.params)


def worded(refused: ValidationError) -> str:
    """Every refused field with its reason, in the reader's language."""
    lines = []
    for error in refused.errors(include_input=False, include_url=False):
        name = str(error["loc"][0]) if error["loc"] else ""
        params = dict(error.get("ctx") or {})
        template = params.pop("template", None) or PYDANTIC.get(error["type"], error["msg"])
        reason = _(str(template), **params)
        lines.append(_(SAID, field=field(name), reason=Safe(reason)) if name else reason)
    return "  \n".join(lines)


PYDANTIC = {
    "missing": N_("This must be filled in"),
    "string_too_short": N_("At least {min_length} characters are needed"),
    "string_too_long": N_("At most {max_length} characters fit here"),
    "extra_forbidden": N_("You may not change this field"),
    "enum": N_("Choose one of the listed values"),
    "none_required": N_("This must be left empty"),
    "bool_parsing": N_("Choose yes or no"),
    "int_type": N_("A whole number is needed"),
    "int_parsing": N_("A whole number is needed"),
    "greater_than_equal": N_("At least {ge} is needed"),
    "less_than_equal": N_("At most {le} is allowed"),
    "uuid_parsing": N_("Open the form again"),
}


def incident(bug: Exception) -> str:
    """Log a bug under a number that the user can tell."""
    number = uuid4().hex[:8]
    log.error("incident %s\n%s", number, _kinds_and_places(bug))
    return _(UNEXPECTED, incident=number)


def _kinds_and_places(bug: BaseException | None) -> str:
    """What kinds of error a bug and its causes are, and where they arose.

    Never their texts: a database's or a validation's repeats what was typed about a customer.
    """
    told: list[str] = []
    while bug is not None:
        told.append("".join(traceback.format_tb(bug.__traceback__)) + type(bug).__qualname__)
        bug = bug.__cause__ or (None if bug.__suppress_context__ else bug.__context__)
    return "\nbecause of\n".join(told)
