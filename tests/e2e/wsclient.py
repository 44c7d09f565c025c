"""A browser's websocket without the browser: Streamlit's own messages, sent and read in a test.

What a stranger or a signed-out tab could ask for, and what it would be told.
"""

import itertools
import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

RERUNS_FIRST = 2
"""Streamlit's way of saying that a run ended only to begin again."""
PATIENCE = 30.0
BIGGEST = 2**26


@dataclass
class Tab:
    """One tab: opens on `page`, keeps what the server last sent, asks for reruns."""

    port: int
    page: str = ""
    query: str = ""
    cookies: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    origin: str | None = None
    locale: str = "en-US"
    messages: list[ForwardMsg] = field(default_factory=list)
    page_hash: str = ""
    _socket: ClientConnection | None = None
    _open: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> Self:
        headers = dict(self.headers)
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        opening = connect(
            f"ws://127.0.0.1:{self.port}/_stcore/stream",
            origin=Origin(self.origin or f"http://127.0.0.1:{self.port}"),
            subprotocols=[Subprotocol("streamlit")],
            additional_headers=headers,
            max_size=BIGGEST,
            compression=None,
            proxy=None,
        )
        self._socket = self._open.enter_context(opening)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._open.__exit__(kind, error, trace)

    def run(
        self,
        *widgets: WidgetState,
        fragment: str = "",
        page: str | None = None,
        page_hash: str | None = None,
    ) -> list[ForwardMsg]:
        """Ask for one run and read until it ends; returns and keeps what came."""
        assert self._socket is not None
        message = BackMsg()
        rerun = message.rerun_script
        rerun.query_string = self.query
        first = not self.page_hash and page is None
        rerun.page_name = self.page if first else (page or "")
        rerun.page_script_hash = (
            page_hash if page_hash is not None else ("" if page is not None else self.page_hash)
        )
        rerun.fragment_id = fragment
        rerun.widget_states.widgets.extend(widgets)
        rerun.context_info.timezone = "Asia/Shanghai"
        rerun.context_info.timezone_offset = -480
        rerun.context_info.locale = self.locale
        rerun.context_info.url = f"http://127.0.0.1:{self.port}/{self.page}"
        self._socket.send(message.SerializeToString())
        self.messages = list(self._answers(fragment))
        return self.messages

    def _answers(self, fragment: str) -> Iterator[ForwardMsg]:
        assert self._socket is not None
        for _ in itertools.count():
            said = ForwardMsg()
            said.ParseFromString(self._socket.recv(PATIENCE, decode=False))
            kind = said.WhichOneof("type")
            if kind == "new_session" and not fragment:
                self.page_hash = said.new_session.page_script_hash
            if kind == "navigation":
                self.page_hash = said.navigation.page_script_hash
            yield said
            if kind == "script_finished" and said.script_finished != RERUNS_FIRST:
                return

    @property
    def session_id(self) -> str:
        return next(
            m.new_session.initialize.session_id
            for m in self.messages
            if m.WhichOneof("type") == "new_session"
        )

    def said(self) -> str:
        """Everything that was sent, as text to look for words in."""
        return "\n".join(str(message) for message in self.messages)

    def elements(self, kind: str) -> list[Any]:
        """The elements of one kind, such as `button`, in the order in which they came."""
        return [
            getattr(m.delta.new_element, kind)
            for m in self.messages
            if m.WhichOneof("type") == "delta"
            and m.delta.WhichOneof("type") == "new_element"
            and m.delta.new_element.WhichOneof("type") == kind
        ]

    def pages(self) -> list[str]:
        """The addresses of the menu that was last sent, without what it does not show."""
        found = [m for m in self.messages if m.WhichOneof("type") == "navigation"]
        listed = found[-1].navigation.app_pages if found else ()
        return [page.url_pathname for page in listed if not page.is_hidden]

    def fragments(self) -> list[str]:
        return sorted({m.delta.fragment_id for m in self.messages if m.delta.fragment_id})


def pressed(widget_id: str) -> WidgetState:
    """A click on a button."""
    return WidgetState(id=widget_id, trigger_value=True)


def typed(widget_id: str, text: str) -> WidgetState:
    """Text in a field."""
    return WidgetState(id=widget_id, string_value=text)


def answered(component_id: str, status: str) -> WidgetState:
    """What the cookie's script reports to the page."""
    return reported(component_id, "answer", status)


def reported(component_id: str, event: str, value: object) -> WidgetState:
    """What a component's script reports to the page."""
    told = json.dumps([{"event": event, "value": value}])
    events = f"$$STREAMLIT_INTERNAL_KEY_{component_id}__events"
    return WidgetState(id=events, json_trigger_value=told)
