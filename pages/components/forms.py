"""Forms: fields in the reader's words, one request id per form shown, a draft kept on the server.

Every widget's key holds the form's request id. After a save the id changes, so a second click or a
late rerun meets widgets that no longer exist, and the next form starts empty.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any, TypeVar

import streamlit as st

from pages.components import pickers
from pages.components.frame import background, fetch, request_id, submit
from pages.components.words import _, field, fmoment, plain
from services import drafts
from services.core.inputs import Input
from services.core.run import Command
from services.core.words import N_

R = TypeVar("R")
F = TypeVar("F", bound=Input)
E = TypeVar("E", bound=StrEnum)
V = TypeVar("V")


class Form:
    """One form on the page. `values` are what its fields begin with.

    With `keeps_draft`, what is typed is kept on the server field by field; use it outside of
    `st.form`, for forms that take more than a minute.
    """

    def __init__(
        self,
        name: str,
        *,
        subject: object = "",
        values: Mapping[str, Any] | None = None,
        keeps_draft: bool = False,
    ) -> None:
        self.name = f"{name}:{subject}" if subject != "" else name
        self.keeps_draft = keeps_draft
        self.id = request_id(self.name)
        self.typed: dict[str, Any] = {}
        self._begin = dict(values or {})
        if keeps_draft:
            self._begin |= self._draft()

    # ---- fields: each returns and collects what stands in it

    def text(self, name: str, *, needed: bool = False, **look: Any) -> str:
        label = field(name) + (" *" if needed else "")
        words = st.text_input(
            plain(label), self._begin.get(name) or "", **self._bound(name), **look
        )
        return self._took(name, words or "")

    def area(self, name: str, *, height: int = 90) -> str:
        words = st.text_area(
            plain(field(name)),
            self._begin.get(name) or "",
            height=height,
            **self._bound(name),
        )
        return self._took(name, words or "")

    def choice(self, name: str, kind: type[E]) -> E | None:
        value = self._begin.get(name)
        chosen = pickers.choose(
            field(name), kind, value=kind(value) if value else None, **self._bound(name)
        )
        return self._took(name, chosen)

    def pair(self, name: str, pairs: Sequence[tuple[int, str]]) -> int | None:
        value = self._begin.get(name)
        chosen = pickers.choose_pair(
            field(name), pairs, value=int(value) if value else None, **self._bound(name)
        )
        return self._took(name, chosen)

    def day(self, name: str, **bounds: Any) -> dt.date | None:
        value = self._begin.get(name)
        begin = dt.date.fromisoformat(value) if isinstance(value, str) else value
        return self._took(
            name, pickers.day(field(name), value=begin, **self._bound(name), **bounds)
        )

    def check(self, name: str, label: str | None = None) -> bool:
        """`label` is a phrase; without it the field's own."""
        words = label or plain(field(name))
        return self._took(
            name, st.checkbox(words, bool(self._begin.get(name)), **self._bound(name))
        )

    # ---- sending

    def send(
        self,
        command: Command[F, R],
        model: type[F],
        only: Mapping[str, Any] | None = None,
        **more: Any,
    ) -> R | None:
        """Perform with what was typed (or `only` that) and `more`; None when it was refused."""
        values = dict(self.typed if only is None else only) | more
        result = submit(command, model, form=self.name, request_id=self.id, **values)
        if result is not None and self.keeps_draft:
            self.forget()
        return result

    def begin_again(self, values: Mapping[str, Any]) -> None:
        """Show the form anew with these values (a merge of mine and theirs)."""
        st.session_state.pop(f"request:{self.name}", None)
        st.session_state[f"draft:{self.name}"] = dict(values)

    def forget(self) -> None:
        st.session_state.pop(f"draft:{self.name}", None)
        background(drafts.forget, drafts.ForgetDraft(form=self.name))

    # ---- the draft

    def _draft(self) -> dict[str, Any]:
        """The kept draft, read once when the form is first shown in this session."""
        memory = f"draft:{self.name}"
        if memory not in st.session_state:
            found = fetch(drafts.kept, self.name)
            st.session_state[memory] = found.values if found else {}
            if found and found.values:
                st.session_state[f"{memory}:at"] = found.updated_at
        if at := st.session_state.get(f"{memory}:at"):
            st.caption(_(N_("Your draft of {at} is back"), at=fmoment(at)))
        kept: dict[str, Any] = st.session_state[memory]
        return kept

    def _bound(self, name: str) -> dict[str, Any]:
        key = f"{self.name}:{name}:{self.id}"
        return (
            {"key": key, "on_change": self._keeper(name, key)} if self.keeps_draft else {"key": key}
        )

    def _keeper(self, name: str, key: str) -> Callable[[], None]:
        def keep() -> None:
            values = st.session_state[f"draft:{self.name}"] | {name: st.session_state[key]}
            st.session_state[f"draft:{self.name}"] = values
            background(drafts.keep, drafts.KeepDraft(form=self.name, values=values))

        return keep

    def _took(self, name: str, value: V) -> V:
        self.typed[name] = value
        return value
