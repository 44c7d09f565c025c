"""Drawers: what opens on the right, over the page. Their titles are phrases, names are texts."""

from collections.abc import Callable
from functools import wraps
from typing import Literal

import streamlit as st

from pages.components import keys
from pages.components.runs import one_run
from pages.components.words import _, plain
from services.core.words import N_


def drawer(
    title: str,
    *,
    name: str | None = None,
    width: Literal["small", "medium", "large"] = "medium",
    on_close: Callable[[], None] | None = None,
    is_list: bool = False,
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Show what the decorated function draws on the right, over the page.

    `title` is a phrase, `name` a text after it. Closing it runs the page again, `on_close` first.
    The keyboard starts in its first text field, or at the first button of a list.
    """
    words = f"{title} · {plain(name)}" if name else title
    open_dialog = st.dialog(words, width=width, position="right", on_dismiss=on_close or "rerun")

    def decorate(draw: Callable[..., None]) -> Callable[..., None]:
        @one_run()
        @wraps(draw)
        def drawn(*args: object, **kwargs: object) -> None:
            draw(*args, **kwargs)
            keys.enter("button" if is_list else "field")

        return open_dialog(drawn)

    return decorate


def confirm(label: str, *, key: str, icon: str | None = None) -> bool:
    """The last row of a drawer: the deed and a way out. True when the deed is wanted."""
    with st.container(horizontal=True, gap="small"):
        wanted = st.button(label, key=f"{key}:yes", type="primary", icon=icon)
        if st.button(_(N_("Cancel")), key=f"{key}:no"):
            st.rerun()
    return wanted
