"""What every visit runs first: the sign-in for strangers, else the menu of one's rights.

The only caller of `st.navigation`.
"""

from pathlib import Path
from typing import Final

import streamlit as st

from pages.components import cookie, entrance, keys, layout, menu, nowhere
from pages.components.frame import keep_alive, submit, who
from pages.components.runs import one_run
from pages.components.words import _, choice, plain, raw
from services import users
from services.core.access import Actor
from services.core.words import N_

HERE: Final = Path(__file__).parent
NAME: Final = N_("Dealer Care")


@one_run()
def main() -> None:
    actor = who()
    _keep_apart(actor)
    _speak(actor)
    st.set_page_config(raw(NAME), HERE / "static/icon.svg", layout="wide")
    if actor is None or cookie.is_under_way():
        _only("account/sign_in.py", raw(N_("Sign in")))
        return
    keep_alive()
    cookie.warn()
    if actor.must_change_password:
        _only("account/password.py", raw(N_("Change your password")))
        return
    layout.brand()
    sections = menu.sections(actor)
    first = next(iter(sections.values()))[0]
    start = st.Page(
        lambda: st.switch_page(first), title=raw(NAME), default=True, visibility="hidden"
    )
    chosen = st.navigation({"": [start, *nowhere.pages(actor, first)], **sections}, expanded=True)
    _about(actor)
    chosen.run()


def _keep_apart(actor: Actor | None) -> None:
    """Forget what somebody else left in this tab: a browser's cookie may change hands under it."""
    state, here = st.session_state, actor.id if actor is not None else None
    if state.get("whose", here) != here:
        kept = {name: state[name] for name in ("language", "token") if name in state}
        state.clear()
        state.update(kept)
    if here is not None:
        state["whose"] = here


def _speak(actor: Actor | None) -> None:
    """The saved language counts from the sign-in on; afterwards what is chosen on the page."""
    if actor is not None and st.session_state.get("language_of") != actor.id:
        st.session_state["language_of"] = actor.id
        st.session_state["language"] = actor.language or st.session_state.get("language")


def _only(script: str, title: str) -> None:
    """One page at every address, so that the one asked for is still there afterwards."""
    start = st.Page(HERE / "pages" / script, title=title, default=True)
    others = [
        st.Page(HERE / "pages" / script, title=title, url_path=address)
        for address in (*(entry.address for entry in menu.ENTRIES), *nowhere.unknown())
    ]
    st.navigation([start, *others], position="hidden").run()


def _about(actor: Actor) -> None:
    """Below the menu: who is signed in, the language, the way out."""
    with st.sidebar:
        st.space("stretch")
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            layout.avatar(actor.name, size=36)
            with st.container(gap=None, width="stretch"):
                st.markdown(f"**{plain(actor.name)}**")
                role = choice(actor.desk or actor.role)
                st.caption(plain(" · ".join(filter(None, (role, actor.store_name)))))
        entrance.language_switch("sidebar:language", on_change=_remember)
        st.button(
            _(N_("Sign out")),
            key="sign-out",
            icon=":material/logout:",
            on_click=entrance.leave,
            width="stretch",
        )
        keys.listen()


def _remember(code: str) -> None:
    submit(users.speak, users.SpeakLanguage, form="users.speak", language=code)


main()
