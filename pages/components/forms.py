"""Forms: fields in the reader's words, one request id per form shown, a draft kept on the server.

Every widget's key holds the form's request id. After a save the id changes, so a second click or a
late rerun meets widgets that no longer exist, and the next form starts empty.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any, TypeVar
from uuid import uuid4

import streamlit as st

from pages.components import pickers
from pages.components.frame import background, fetch, request_id, submit
from pages.components.words import _, field, fmoment, plain
from services import drafts
from services.core import audit
from services.core.clock import SHANGHAI
from services.core.inputs import Input
from services.core.run import Command
from services.core.uploads import BY_SUFFIX
from services.core.words import N_

R = TypeVar("R")
F = TypeVar("F", bound=Input)
E = TypeVar("E", bound=StrEnum)
V = TypeVar("V")


def send_button(label: str, *, key: str) -> bool:
    """The main button of a form; Ctrl+Enter presses it."""
    return st.button(label, key=key, type="primary", icon=":material/check:", shortcut="ctrl+enter")


class Form:
    """One form on the page. `values` are what its fields begin with.

    With `keeps_draft`, what is typed is kept on the server field by field; use it outside of
    `st.form`, for forms that take more than a minute. `ground` is what a correction started from
    (a version and its values): kept with the draft, so that F5 does not make it newer than it is.
    """

    def __init__(
        self,
        name: str,
        *,
        subject: object = "",
        values: Mapping[str, Any] | None = None,
        ground: Mapping[str, Any] | None = None,
        keeps_draft: bool = False,
    ) -> None:
        self.name = f"{name}:{subject}" if subject != "" else name
        self.keeps_draft = keeps_draft
        self.id = request_id(self.name)
        self.typed: dict[str, Any] = {}
        self.ground: dict[str, Any] = plain_values(ground or {})
        self._begin = dict(values or {})
        if keeps_draft:
            draft = self._draft()
            if draft["typed"] and draft["ground"]:
                self.ground = draft["ground"]
                self._begin = dict(self.ground.get("values", {}))
            self._begin |= draft["typed"]

    # ---- fields: each returns and collects what stands in it

    def text(
        self, name: str, *, needed: bool = False, label: str | None = None, **look: Any
    ) -> str:
        """`label` is a phrase; without it the field's own."""
        said = (label or plain(field(name))) + (" *" if needed else "")  # alone it is no emphasis
        words = st.text_input(said, self._begin.get(name) or "", **self._bound(name), **look)
        return self._took(name, words or "")

    def area(self, name: str, *, height: int = 90, label: str | None = None) -> str:
        """`label` is a phrase; without it the field's own."""
        words = st.text_area(
            label or plain(field(name)),
            self._begin.get(name) or "",
            height=height,
            **self._bound(name),
        )
        return self._took(name, words or "")

    def choice(self, name: str, kind: type[E], label: str | None = None) -> E | None:
        value = self._begin.get(name)
        chosen = pickers.choose(
            label or field(name), kind, value=kind(value) if value else None, **self._bound(name)
        )
        return self._took(name, chosen)

    def many(self, name: str, kind: type[E]) -> list[E]:
        """Any number of an enumeration's few members."""
        value = [kind(one) for one in self._begin.get(name) or ()]
        return self._took(
            name, pickers.choose_many(field(name), kind, value=value, **self._bound(name))
        )

    def pair(
        self,
        name: str,
        pairs: Sequence[tuple[int, str]],
        *,
        of: object = "",
        label: str | None = None,
    ) -> int | None:
        """`of` is what the choice depends on: with another one the field begins anew. `label` is a
        text; without it the field's own."""
        value = self._begin.get(name)
        begin = int(value) if value not in {None, ""} else None
        chosen = pickers.choose_pair(
            label or field(name), pairs, value=begin, **self._bound(name, of)
        )
        return self._took(name, chosen)

    def code(self, name: str, words: Mapping[str, str]) -> str | None:
        """One of some codes; `words` are their names, texts."""
        chosen = pickers.choose_code(
            field(name), words, value=self._begin.get(name), **self._bound(name)
        )
        return self._took(name, chosen)

    def day(self, name: str, **bounds: Any) -> dt.date | None:
        value = self._begin.get(name)
        begin = dt.date.fromisoformat(value) if isinstance(value, str) else value
        return self._took(
            name, pickers.day(field(name), value=begin, **self._bound(name), **bounds)
        )

    def pairs(self, name: str, pairs: Sequence[tuple[int, str]]) -> list[int]:
        """Any number of them."""
        value = [int(one) for one in self._begin.get(name) or ()]
        return self._took(
            name, pickers.choose_pairs(field(name), pairs, value=value, **self._bound(name))
        )

    def moment(self, name: str, *, is_past: bool = False) -> dt.datetime | None:
        """An instant to come, or one of the past; a draft keeps it as the field has it, where the
        dealer works."""
        value = self._begin.get(name)
        begin = dt.datetime.fromisoformat(value) if isinstance(value, str) else value
        if begin is not None and begin.tzinfo is None:
            begin = begin.replace(tzinfo=SHANGHAI)
        return self._took(
            name, pickers.moment(field(name), value=begin, is_past=is_past, **self._bound(name))
        )

    def number(
        self, name: str, most: int, *, least: int = 0, label: str | None = None, **look: Any
    ) -> int | None:
        """A whole number from `least` on; empty until typed. `label` is a phrase; without it the
        field's own."""
        value = self._begin.get(name)
        hint = f"{least}–{most}" if label else f"{least}"
        typed: int | None = st.number_input(
            label or plain(field(name)),
            least,
            most,
            value,
            step=1,
            placeholder=hint,
            **self._bound(name),
            **look,
        )
        return self._took(name, typed)

    def check(self, name: str, label: str | None = None) -> bool:
        """`label` is a phrase; without it the field's own."""
        words = label or plain(field(name))
        return self._took(
            name, st.checkbox(words, bool(self._begin.get(name)), **self._bound(name))
        )

    def files(self, name: str, megabytes: int) -> list[dict[str, Any]]:
        """Any number of files. Streamlit's own words beside it are English: the label says all.

        No draft keeps them: they are sent whole, or chosen again.
        """
        label = _(
            N_("{field}: pictures, recordings, PDF, Word, Excel or mails, up to {size} MB each"),
            field=field(name),
            size=megabytes,
        )
        chosen = st.file_uploader(
            label,
            type=list(BY_SUFFIX),
            accept_multiple_files=True,
            max_upload_size=megabytes,
            key=f"{self.name}:{name}:{self.id}",
        )
        files = [{"name": one.name, "content": one.getvalue()} for one in chosen]
        return self._took(name, files)

    def one_file(
        self, name: str, kind: str, *, label: str, megabytes: int
    ) -> dict[str, Any] | None:
        """One file, sent by nobody but whoever takes it from here. It stays chosen while the fields
        are drawn anew (`lay`), until the form is sent or forgotten; a draft does not keep it."""
        nonce = st.session_state.setdefault(f"aside:{self.name}", uuid4().hex)
        one = st.file_uploader(
            label, type=[kind], max_upload_size=megabytes, key=f"{self.name}:{name}:{nonce}"
        )
        return None if one is None else {"name": one.name, "content": one.getvalue()}

    # ---- what stands in no field

    def kept(self, name: str) -> Any:
        """What the form holds for a name: of the draft, else of its beginning."""
        return self._begin.get(name)

    def keep(self, **values: Any) -> None:
        """Put down what was chosen otherwise than in a field; the draft keeps it too."""
        self._begin |= values
        self._keep(values)

    def lay(self, **values: Any) -> None:
        """Put these values into the fields in place of what was typed there; call it before they
        are drawn."""
        typed = st.session_state[f"draft:{self.name}"]["typed"] | values
        self.begin_again(typed, self.ground)
        self.id = request_id(self.name)
        self._begin |= plain_values(values)

    def suppose(self, name: str, value: Any) -> None:
        """What a field begins with where nobody has said otherwise."""
        if self._begin.get(name) is None:
            self._begin[name] = value

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

    def begin_again(self, typed: Mapping[str, Any], ground: Mapping[str, Any]) -> None:
        """Show the form anew on another ground, with these values typed on top of it."""
        st.session_state.pop(f"request:{self.name}", None)
        draft = {"typed": plain_values(typed), "ground": plain_values(ground)}
        st.session_state[f"draft:{self.name}"] = draft
        background(drafts.keep, drafts.KeepDraft, form=self.name, values=draft)

    def forget(self) -> None:
        """Drop the draft; the form begins with its values again."""
        for memory in ("draft", "draft-at", "request", "refused", "aside"):
            st.session_state.pop(f"{memory}:{self.name}", None)
        background(drafts.forget, drafts.ForgetDraft, form=self.name)

    # ---- the draft

    @property
    def has_draft(self) -> bool:
        """Whether anything was typed that is not sent yet."""
        return any(st.session_state.get(f"draft:{self.name}", {}).get("typed", {}).values())

    def _draft(self) -> dict[str, Any]:
        """The kept draft, read once when the form is first shown in this session."""
        memory = f"draft:{self.name}"
        if memory not in st.session_state:
            found = fetch(drafts.kept, self.name)
            st.session_state[memory] = {"typed": {}, "ground": {}} | (found.values if found else {})
            if found is not None:
                st.session_state[f"draft-at:{self.name}"] = found.updated_at
        if at := st.session_state.get(f"draft-at:{self.name}"):
            st.caption(_(N_("Your draft of {at} is back"), at=fmoment(at)))
        kept: dict[str, Any] = st.session_state[memory]
        return kept

    def _bound(self, name: str, of: object = "") -> dict[str, Any]:
        key = ":".join(str(part) for part in (self.name, name, of, self.id) if part != "")
        if not self.keeps_draft:
            return {"key": key}
        return {"key": key, "on_change": self._keeper(name, key)}

    def _keeper(self, name: str, key: str) -> Callable[[], None]:
        def keep() -> None:
            if key in st.session_state:  # else the session was emptied while it was on its way
                self._keep({name: st.session_state[key]})

        return keep

    def _keep(self, values: Mapping[str, Any]) -> None:
        memory = f"draft:{self.name}"
        if memory not in st.session_state:
            return  # signed out while the change was on its way
        typed = st.session_state[memory]["typed"] | values
        draft = {"typed": plain_values(typed), "ground": self.ground}
        st.session_state[memory] = draft
        background(drafts.keep, drafts.KeepDraft, form=self.name, values=draft)

    def _took(self, name: str, value: V) -> V:
        self.typed[name] = value
        return value


def plain_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as a draft keeps them: choices by their code, days as text."""
    kept: dict[str, Any] = audit.plain(dict(values))
    return kept
