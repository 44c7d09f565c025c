"""What is drawn in one go: the whole page, a drawer, or a part of the page by itself."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

import streamlit as st

from pages.components.words import one_language
from services.core.snapshot import one_snapshot

P = ParamSpec("P")
R = TypeVar("R")


@contextmanager
def one_run() -> Iterator[None]:
    """Its queries see one moment, its words are of one language."""
    with one_snapshot(), one_language():
        yield


def fragment(*, run_every: str | None = None) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """A part of a page that runs again by itself: the only user of `st.fragment`."""

    def decorate(draw: Callable[P, R]) -> Callable[P, R]:
        return st.fragment(one_run()(draw), run_every=run_every)

    return decorate
