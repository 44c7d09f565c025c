"""Trouble in the reader's words: refused fields, facts against a deed, bugs by their number."""

import streamlit as st
from pydantic import ValidationError

from pages.components.words import Safe, _, field
from services.core import incidents
from services.core.errors import AppError, InvalidInput
from services.core.words import N_

SAID = N_("**{field}**: {reason}")


def trouble(error: AppError) -> str:
    """An error's words, for markdown."""
    return _(error.msgid, **error.params)


def worded(refused: ValidationError) -> str:
    """Every refused field with its reason, in the reader's language."""
    lines = []
    for error in refused.errors(include_url=False):
        name = str(error["loc"][0]) if error["loc"] else ""
        params = dict(error.get("ctx") or {})
        template = params.pop("template", None) or PYDANTIC.get(error["type"], InvalidInput.msgid)
        if error["input"] is None:  # nothing was chosen: of what kind it should be tells nobody why
            template = PYDANTIC["missing"]
        reason = _(str(template), **params)
        lines.append(_(SAID, field=field(name), reason=Safe(reason)) if name else reason)
    return "  \n".join(lines)


PYDANTIC = {
    "missing": N_("This must be filled in"),
    "too_short": N_("This must be filled in"),
    "string_too_short": N_("At least {min_length} characters are needed"),
    "string_too_long": N_("At most {max_length} characters fit here"),
    "extra_forbidden": N_("You may not change this field"),
    "enum": N_("Choose one of the listed values"),
    "literal_error": N_("Choose one of the listed values"),
    "string_type": N_("Text is expected here"),
    "string_unicode": N_("A character is broken. Type it again"),
    "none_required": N_("This must be left empty"),
    "bool_parsing": N_("Choose yes or no"),
    "int_type": N_("A whole number is needed"),
    "int_parsing": N_("A whole number is needed"),
    "int_parsing_size": N_("A whole number is needed"),
    "greater_than_equal": N_("At least {ge} is needed"),
    "less_than_equal": N_("At most {le} is allowed"),
    "uuid_parsing": N_("Open the form again"),
}


def incident(bug: Exception) -> str:
    """Log a bug under a number that the user can tell."""
    return _(incidents.UNEXPECTED, incident=incidents.note(bug))


def broken(bug: Exception) -> bool:
    """What is left of a page, a fragment or a callback that broke outside of `fetch` and `submit`:
    our words instead of Streamlit's. For `st.App(on_script_error=…)`; True keeps its own away."""
    st.error(incident(bug))
    return True
