"""A visitor at the websocket: opens pages, types and clicks as a browser would say it."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from streamlit.proto.WidgetStates_pb2 import WidgetState

from db.demo import PASSWORD
from services.core.words import translate
from tests.e2e.wsclient import Tab, answered, pressed, reported, typed

LANGUAGE: Final = "zh_CN"
"""The department's own; its words are looked up in the catalogue."""
TEXTS: Final = ("text_input", "text_area")


@dataclass(frozen=True)
class Seen:
    """An element as it was last drawn, and the fragment that it belongs to."""

    kind: str
    element: Any
    fragment: str


@dataclass
class Visitor:
    """One signed-in tab. Every deed waits for the answer's end and keeps how long that took."""

    port: int
    token: str
    took: float = 0.0
    """Seconds of the last deed."""
    drawn: Counter[str] = field(default_factory=Counter)
    """How many elements of each kind the last run of the last deed brought; of an earlier one the
    server may take back what it has not sent."""
    _tab: Tab | None = None
    _begins: bool = False
    _seen: dict[str, Seen] = field(default_factory=dict)
    _states: dict[str, WidgetState] = field(default_factory=dict)

    def __post_init__(self) -> None:
        cookies = {"crm": self.token} if self.token else {}
        self._tab = Tab(self.port, cookies=cookies, locale="zh-CN")
        self._tab.__enter__()

    @property
    def tab(self) -> Tab:
        assert self._tab is not None
        return self._tab

    def close(self) -> None:
        self.tab.__exit__(None, None, None)

    def open(self, page: str, query: str = "") -> None:
        """Go to an address."""
        self._states.clear()
        self.tab.query = query
        self.tab.page = page
        self._run(page=page)

    def rerun(self) -> None:
        self._run()

    def rerun_fragment(self) -> None:
        """Run the page's fragment; there must be one."""
        [fragment] = {seen.fragment for seen in self._seen.values() if seen.fragment}
        self._run(fragment=fragment)

    def type(self, key: str, text: str) -> None:
        """Text into the field with this key, of one line or several."""
        found = [seen for kind in TEXTS for seen in self._of(kind) if key in seen.element.id]
        seen = self._one("text", key, found)
        self._states[seen.element.id] = typed(seen.element.id, text)
        self._run(fragment=seen.fragment)

    def choose(self, key: str) -> None:
        """The first of what the select box with this key offers."""
        seen = self._by_key("selectbox", key)
        self._states[seen.element.id] = typed(seen.element.id, seen.element.options[0])
        self._run(fragment=seen.fragment)

    def press(self, *, key: str = "", words: str = "") -> None:
        """The button with this key, or with this phrase on it."""
        seen = self._by_key("button", key) if key else self._by_words("button", words)
        self._run(pressed(seen.element.id), fragment=seen.fragment)

    def fill(self, *texts: str) -> None:
        """All fields of the page, in their order, then the form's own button."""
        fields = [
            typed(s.element.id, t) for s, t in zip(self._of("text_input"), texts, strict=True)
        ]
        [send] = [s.element.id for s in self._of("button") if s.element.is_form_submitter]
        self._run(*fields, pressed(send))

    def tell(self, key: str, event: str, value: object) -> None:
        """What the script of the component with this key reports."""
        seen = self._by_key("bidi_component", key)
        self._run(reported(seen.element.id, event, value), fragment=seen.fragment)

    def say_the_cookie_is_kept(self) -> None:
        [carrier] = self._of("bidi_component")
        self._run(answered(carrier.element.id, "204"))

    def _by_key(self, kind: str, key: str) -> Seen:
        return self._one(kind, key, [s for s in self._of(kind) if key in s.element.id])

    def _by_words(self, kind: str, words: str) -> Seen:
        label = translate(LANGUAGE, words)
        return self._one(kind, words, [s for s in self._of(kind) if s.element.label == label])

    def _of(self, kind: str) -> list[Seen]:
        return [seen for seen in self._seen.values() if seen.kind == kind]

    def _one(self, kind: str, what: str, found: list[Seen]) -> Seen:
        if len(found) != 1:
            raise LookupError(f"{len(found)} of {kind} {what!r} on the page {self.tab.page!r}")
        return found[0]

    def _run(self, *clicks: WidgetState, fragment: str = "", page: str | None = None) -> None:
        begun = time.perf_counter()
        messages = self.tab.run(*self._states.values(), *clicks, fragment=fragment, page=page)
        self.took = time.perf_counter() - begun
        for message in messages:
            self._follow(message)
            if message.delta.HasField("new_element"):
                self._see(message.delta.new_element, message.delta.fragment_id)
        self._check()

    def _follow(self, message: Any) -> None:
        """A run begins, or the page gives itself another address."""
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self.drawn = Counter()
            self._begins = True
        elif kind == "page_info_changed":
            self.tab.query = message.page_info_changed.query_string

    def _see(self, element: Any, fragment: str) -> None:
        if self._begins and not fragment:  # what ended in a fragment may go on with the whole page
            self._seen.clear()
        self._begins = False
        kind = str(element.WhichOneof("type"))
        self.drawn[kind] += 1
        shown = getattr(element, kind)
        if getattr(shown, "id", ""):
            self._seen[shown.id] = Seen(kind, shown, fragment)

    def _check(self) -> None:
        """A measured click must do what it is for. Raises RuntimeError where the page says no."""
        alerts = self.tab.elements("alert")
        told = [alert.body for alert in alerts if alert.format == alert.ERROR]
        told += [broken.message for broken in self.tab.elements("exception")]
        if told:
            raise RuntimeError(f"the page {self.tab.page}?{self.tab.query} says: {told}")


def come_in(visitor: Visitor, username: str, page: str) -> Callable[[], None]:
    """Sign in at a page, up to where the browser has its cookie; returns the step that says so."""
    visitor.open(page)
    visitor.fill(username, PASSWORD)
    return visitor.say_the_cookie_is_kept
