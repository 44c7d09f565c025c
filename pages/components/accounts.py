"""The drawers of the users page: a new account, and what is done to one."""

from collections.abc import Sequence

import streamlit as st

from pages.components.browsers import browser_name
from pages.components.drawers import drawer
from pages.components.frame import done, fetch, request_id, submit
from pages.components.layout import empty
from pages.components.pickers import choose, choose_pair
from pages.components.tables import Column, Kind, rows_table
from pages.components.words import _, field, plain, raw
from services import passwords, users
from services.core.words import N_
from services.users import Desk, Role

Places = Sequence[tuple[int, str]]

ISSUED = "users:issued"
"""Session state: a one-time password that stands on the screen until the drawer is closed."""


def new_drawer(places: Places) -> None:
    """A new account, and then its one-time password."""
    st.session_state.pop(ISSUED, None)
    drawer(_(N_("New user")))(_new)(places)


def edit_drawer(user_id: int, places: Places) -> None:
    """One account: its facts, its password, its sign-ins."""
    st.session_state.pop(ISSUED, None)
    user = fetch(users.line, user_id)
    drawer(_(N_("Account")), name=user.name)(_edit)(user_id, places)


def _new(places: Places) -> None:
    if _show_issued():
        return
    form = "users.create"
    with st.form(form, border=False):
        username = st.text_input(
            field("username"),
            key=f"{form}:username",
            help=_(N_("3 to 40 Latin letters, digits, dots or dashes. It cannot be changed.")),
        )
        values = _fields(form, places, None)
        sent = st.form_submit_button(_(N_("Create")), type="primary", icon=":material/check:")
    if not sent:
        return
    password = st.session_state.setdefault(f"{form}:password", passwords.one_time())
    made = submit(
        users.create,
        users.CreateUser,
        form=form,
        request_id=request_id(form),
        username=username,
        password=password,
        **values,
    )
    if made is not None:
        del st.session_state[f"{form}:password"]
        _issue(username.strip().lower(), password)


def _edit(user_id: int, places: Places) -> None:
    if _show_issued():
        return
    user = fetch(users.line, user_id)
    account, password, sign_ins = st.tabs(
        [_(N_("Account")), _(N_("Password")), _(N_("Sign-ins"))], key=f"user:{user_id}:tabs"
    )
    with account:
        _facts(user, places)
    with password:
        _password(user)
    with sign_ins:
        _sign_ins(user)


def _facts(user: users.UserLine, places: Places) -> None:
    form = f"users.edit:{user.id}"
    st.caption(_(N_("User name {username}"), username=user.username))
    with st.form(form, border=False):
        values = _fields(form, places, user)
        sent = st.form_submit_button(_(N_("Save")), type="primary", icon=":material/check:")
    if sent:
        saved = submit(
            users.edit,
            users.EditUser,
            form=form,
            request_id=request_id(form),
            id=user.id,
            version=user.version,
            **values,
        )
        if saved is not None:
            done(raw(N_("Saved. A new role or store takes effect with the next sign-in.")))
    _switch(user)


def _switch(user: users.UserLine) -> None:
    """Disable or enable."""
    st.divider()
    if user.is_active:
        label, icon = _(N_("Disable the account")), ":material/person_off:"
        st.caption(_(N_("Nobody is deleted: what a person did stays under the name.")))
    else:
        label, icon = _(N_("Enable the account")), ":material/person_check:"
    form = f"users.switch:{user.id}"
    if st.button(label, key=form, icon=icon):
        saved = submit(
            users.switch,
            users.SwitchUser,
            form=form,
            request_id=request_id(form),
            id=user.id,
            version=user.version,
            is_active=not user.is_active,
        )
        if saved is not None:
            done(raw(N_("Disabled, in every tab") if user.is_active else N_("Enabled")))


def _password(user: users.UserLine) -> None:
    form = f"users.reset:{user.id}"
    st.markdown(
        _(
            N_(
                "A new one-time password signs {name} out everywhere. "
                "It must be changed at the next sign-in."
            ),
            name=user.name,
        )
    )
    if st.button(_(N_("Make a one-time password")), key=form, icon=":material/key:"):
        password = passwords.one_time()
        reset = submit(
            users.reset_password,
            users.ResetPassword,
            form=form,
            request_id=request_id(form),
            id=user.id,
            password=password,
        )
        if reset is not None:
            _issue(user.username, password)


def _sign_ins(user: users.UserLine) -> None:
    lines = fetch(users.sessions_of, user.id)
    if not lines:
        empty(
            _(N_("Never signed in")),
            _(N_("Tell the person the user name and the one-time password.")),
            ":material/login:",
        )
        return
    if any(line.is_open for line in lines) and st.button(
        _(N_("End all sign-ins")), key=f"users.end:{user.id}", icon=":material/logout:"
    ):
        _end(user, None)
    chosen = rows_table(
        [
            (
                line.id,
                line.opened_at,
                line.seen_at,
                _state(line),
                browser_name(line.browser),
                line.address,
            )
            for line in lines
        ],
        [
            Column("opened_at", raw(N_("Signed in at")), Kind.MOMENT),
            Column("seen_at", raw(N_("Last used")), Kind.MOMENT),
            Column("state", field("status")),
            Column("browser", raw(N_("Browser"))),
            Column("address", raw(N_("IP address"))),
        ],
        key=f"user:{user.id}:sessions",
        on_select="rerun",
        height=360,
    )
    if any(line.id == chosen and line.is_open for line in lines) and st.button(
        _(N_("End the chosen sign-in")), key=f"users.end_one:{user.id}", icon=":material/logout:"
    ):
        _end(user, chosen)


def _end(user: users.UserLine, session_id: int | None) -> None:
    """End one sign-in of a person, or all."""
    form = f"users.end:{user.id}:{session_id}"
    ended = submit(
        users.end_sessions,
        users.EndSessions,
        form=form,
        request_id=request_id(form),
        id=user.id,
        session_id=session_id,
    )
    if ended is not None:
        done(raw(N_("The sign-ins were ended")))


def _state(line: users.SessionLine) -> str:
    if line.is_here:
        return raw(N_("This one"))
    return raw(N_("Still valid") if line.is_open else N_("Ended"))


def _fields(form: str, places: Places, user: users.UserLine | None) -> dict[str, object]:
    """What an administrator decides about a person; `user` is what stands there now."""
    name = st.text_input(field("name"), user.name if user else "", key=f"{form}:name")
    role = choose(field("role"), Role, f"{form}:role", value=user.role if user else None)
    desk = choose(
        field("desk"),
        Desk,
        f"{form}:desk",
        value=user.desk if user else None,
        note=_(N_("For specialists only")),
    )
    store = choose_pair(
        field("store"),
        places,
        f"{form}:store",
        value=user.store_id if user else None,
        note=_(N_("Managers and specialists need one; without a store a role covers the group")),
    )
    position = st.text_input(
        field("position"), user.position if user else "", key=f"{form}:position"
    )
    return {"name": name, "role": role, "desk": desk, "store_id": store, "position": position}


def _issue(username: str, password: str) -> None:
    st.session_state[ISSUED] = (username, password)
    st.rerun(scope="fragment")


def _show_issued() -> bool:
    """The one-time password, once. True while it stands there."""
    issued = st.session_state.get(ISSUED)
    if issued is None:
        return False
    username, password = issued
    st.success(
        _(N_("Tell {username} this password. It is shown only now."), username=username),
        icon=":material/key:",
    )
    st.code(password, language=None)
    st.caption(plain(raw(N_("At the first sign-in the person chooses an own one."))))
    if st.button(_(N_("Done")), key="issued:done", type="primary"):
        del st.session_state[ISSUED]
        st.rerun()
    return True
