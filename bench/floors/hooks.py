"""Listening to Streamlit and to SQLAlchemy: what a page draws and asks, without changing it.

Only what happens for the page is kept. What the shell around it draws and asks (`main.py`: who is
here, the menu) is part of every floor as it is.
"""

import pickle
import threading
from collections.abc import Callable
from functools import wraps
from types import MethodType
from typing import Any

import streamlit as st
from sqlalchemy import Connection, Engine, event
from streamlit.delta_generator import DeltaGenerator
from streamlit.navigation.page import StreamlitPage
from streamlit.runtime.scriptrunner_utils.script_run_context import ScriptRunContext
from streamlit.runtime.state.safe_session_state import SafeSessionState

from bench.floors.recording import EVENTS, WHOLE, Began, Drew, Event, Ran, nothing
from db.place import data_dir

COMPONENT = "_bidi_component"
DRAWING = [
    name
    for name in dir(DeltaGenerator)
    if callable(getattr(DeltaGenerator, name)) and (not name.startswith("_") or name == COMPONENT)
]


class Here(threading.local):
    """Where this thread's run stands."""

    is_page = False
    is_fragment = False
    depth = 0
    calls = 0

    def __init__(self) -> None:
        self.places: dict[int, tuple[int, int]] = {}
        self.containers: list[DeltaGenerator] = []


here = Here()


def note(happened: Event) -> None:
    with (data_dir() / EVENTS).open("ab") as file:
        file.write(pickle.dumps(happened))


def listen() -> None:
    """From now on write down what pages draw and ask."""
    (data_dir() / EVENTS).write_bytes(b"")
    _listen_to_runs()
    _listen_to_drawing()
    event.listen(Engine, "before_cursor_execute", _asked)
    event.listen(Engine, "begin", _began)
    event.listen(Engine, "commit", lambda _connection: _ran("COMMIT"))
    event.listen(Engine, "rollback", lambda _connection: _ran("ROLLBACK"))


# ---- runs: a callback and a fragment are the page's, the rest of main.py is the shell's


def _listen_to_runs() -> None:
    reset, will_run, run = (
        ScriptRunContext.reset,
        SafeSessionState.on_script_will_rerun,
        StreamlitPage.run,
    )

    @wraps(reset)
    def noted_reset(self: ScriptRunContext, *args: Any, **kwargs: Any) -> None:
        here.is_fragment = bool(kwargs["fragment_ids_this_run"])
        here.is_page, here.depth, here.calls = here.is_fragment, 0, 0
        here.places, here.containers = {}, []
        note(Began(here.is_fragment))
        reset(self, *args, **kwargs)

    @wraps(will_run)
    def noted_will_run(self: SafeSessionState, *args: Any, **kwargs: Any) -> None:
        here.is_page = True  # the callbacks of what was clicked
        will_run(self, *args, **kwargs)
        here.is_page = here.is_fragment

    @wraps(run)
    def noted_run(self: StreamlitPage) -> None:
        here.is_page = True
        try:
            run(self)
        finally:
            here.is_page = False

    ScriptRunContext.reset = noted_reset  # type: ignore[method-assign]
    SafeSessionState.on_script_will_rerun = noted_will_run  # type: ignore[method-assign]
    StreamlitPage.run = noted_run  # type: ignore[method-assign]


# ---- drawing


def _listen_to_drawing() -> None:
    for name in DRAWING:
        setattr(DeltaGenerator, name, _noted(name, getattr(DeltaGenerator, name)))
    for name, bound in list(vars(st).items()):
        if isinstance(getattr(bound, "__self__", None), DeltaGenerator) and name in DRAWING:
            setattr(st, name, MethodType(getattr(DeltaGenerator, name), bound.__self__))


def _noted(name: str, call: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(call)
    def noted(self: DeltaGenerator, *args: Any, **kwargs: Any) -> Any:
        if not here.is_page or here.depth:
            return call(self, *args, **kwargs)
        drew = Drew(
            here.places.get(id(self._active_dg)),
            name,
            tuple(map(_constant, args)),
            {key: _constant(value) for key, value in _settled(args, kwargs).items()},
        )
        here.depth += 1
        try:
            made = call(self, *args, **kwargs)
        finally:
            here.depth -= 1
        note(drew)
        _remember(made)
        return made

    return noted


def _settled(args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    """A function that words options becomes the words that it gives."""
    wording, options = kwargs.get("format_func"), kwargs.get("options")
    if wording is None:
        return kwargs
    among = options if options is not None else args[1]
    return {**kwargs, "format_func": {option: wording(option) for option in among}.__getitem__}


def _constant(value: Any) -> Any:
    is_words = isinstance(getattr(value, "__self__", None), dict)
    return nothing if callable(value) and not is_words and not isinstance(value, type) else value


def _remember(made: Any) -> None:
    """Where later calls may draw: the containers that this one made."""
    several = made if isinstance(made, (list, tuple)) else [made]
    for nth, each in enumerate(several):
        if isinstance(each, DeltaGenerator):
            here.places[id(each)] = (here.calls, nth if several is made else WHOLE)
            here.containers.append(each)  # so that no other comes to have its id
    here.calls += 1


# ---- the database


def _asked(
    _connection: Connection, _cursor: Any, statement: str, parameters: Any, _: Any, is_many: bool
) -> None:
    if here.is_page:
        # Of many rows put into one statement, SQLAlchemy gives one set of parameters.
        note(Ran(statement, parameters, is_many and isinstance(parameters, list)))


def _ran(statement: str) -> None:
    if here.is_page:
        note(Ran(statement))


def _began(connection: Connection) -> None:
    """SQLite is told in a statement, which is seen as any other."""
    if connection.dialect.name == "postgresql":
        reading = connection.get_execution_options().get("reading")
        _ran("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" if reading else "BEGIN")
