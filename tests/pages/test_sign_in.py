"""The sign-in, the forced change of password, the profile, and the menu of each role."""

import extra_streamlit_components
import pytest
from streamlit.testing.v1 import AppTest

from db.models import Installation, InstallationKind, SignInGuard, User
from pages.components.menu import ENTRIES
from services import passwords, sessions
from services.core.access import GRANTS
from services.users import Role
from tests.dealer import PASSWORD, Dealer
from tests.pages.visit import ROOT, texts, visit

PROFILE = "account/profile.py"
NEW = "Copper-Lantern-58"


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "COST", 4)


def fill(app: AppTest, username: str, password: str) -> AppTest:
    app.text_input[0].set_value(username)
    app.text_input[1].set_value(password)
    [send] = [button for button in app.button if button.label in {"Sign in", "登录"}]
    return send.click().run()


def is_sign_in(app: AppTest) -> bool:
    return len(app.text_input) == 2 and not [b for b in app.button if b.key == "sign-out"]


def test_the_form_signs_in(dealer: Dealer) -> None:
    app = fill(visit(dealer, None, language="en"), " Sales ", PASSWORD)
    assert not app.exception
    assert not app.text_input
    assert not app.button  # nothing of his before the browser holds the cookie
    assert "sales 某" not in texts(app)
    del app.session_state["ticket"]  # what the browser's answer does
    app.run()
    assert [b.label for b in app.button if b.key == "sign-out"] == ["Sign out"]
    assert "sales 某" in texts(app)
    assert "authentication_status" not in app.session_state


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "The user name or the password is wrong"), ("zh_CN", "用户名或密码")],
)
def test_a_refusal_is_worded_and_names_neither_cause(
    dealer: Dealer, language: str, words: str
) -> None:
    said = []
    for name in ("sales", "nobody"):
        app = fill(visit(dealer, None, language=language), name, "wrong")
        said.append([error.value for error in app.error])
        assert is_sign_in(app)
    assert said[0] == said[1]
    assert words in said[0][0]


def test_waiting_is_told_in_seconds(dealer: Dealer) -> None:
    app = visit(dealer, None, language="en")
    for _ in range(6):
        app = fill(app, "sales", "wrong")
    [error] = app.error
    assert error.value in {f"Too many attempts. Try again in {s} seconds" for s in range(20, 31)}
    assert is_sign_in(fill(app, "sales", PASSWORD))


def test_an_empty_form_counts_nowhere(dealer: Dealer) -> None:
    fill(visit(dealer, None, language="en"), "", "")
    assert dealer.rows(SignInGuard) == []


def test_no_frame_reads_the_cookies(dealer: Dealer, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[str] = []
    monkeypatch.setattr(extra_streamlit_components, "CookieManager", lambda: drawn.append("frame"))
    app = fill(visit(dealer, None, language="en"), "sales", "wrong")
    assert is_sign_in(app)
    assert drawn == []


def test_a_real_installation_lists_no_accounts(dealer: Dealer) -> None:
    app = visit(dealer, None, language="en")
    assert not app.info
    assert not app.dataframe


def test_a_demonstration_lists_its_accounts(database: str) -> None:
    from db.demo.accounts import PASSWORD as SHOWN
    from services.core import clock

    Dealer(database).add(Installation(kind=InstallationKind.DEMO, created_at=clock.now()))
    app = visit(Dealer(database), None, language="en")
    assert SHOWN.replace("-", "\\-") in app.info[0].value
    [accounts] = app.dataframe
    assert list(accounts.value["username"])[:2] == ["director", "manager"]


@pytest.mark.parametrize("username", ["director", "sales", "steward", "club", "admin", "guest"])
def test_the_menu_holds_what_the_role_may_open(dealer: Dealer, username: str) -> None:
    granted = GRANTS[dealer.row(User, dealer.user_id(username)).role]
    app = visit(dealer, username)
    assert not app.exception
    for entry in ENTRIES:
        script = str(ROOT / "pages" / entry.script)
        if entry.needs in granted:
            app.switch_page(script)
        else:
            with pytest.raises(ValueError, match="Could not find a navigation page"):
                app.switch_page(script)


def test_a_one_time_password_leads_to_its_change_only(dealer: Dealer) -> None:
    with_one_time(dealer, "guest")
    app = visit(dealer, "guest", language="en")
    assert [field.label for field in app.text_input] == [
        "Present password",
        "New password",
        "New password again",
    ]
    app = change(app, PASSWORD, NEW)
    assert not app.error
    assert dealer.row(User, dealer.user_id("guest")).must_change_password is False
    assert "Nobody asks anything of you" in texts(app)  # the first page that a guest has


def with_one_time(dealer: Dealer, username: str) -> None:
    from db.engine import write_transaction
    from services.core import audit
    from tests.dealer import as_system

    with write_transaction() as session:
        actor = as_system(session)
        user = session.get(User, dealer.user_id(username))
        assert user is not None
        user.must_change_password = True
        audit.record(session, actor, audit.Action.USERS_EDITED, user)


def change(app: AppTest, present: str, new: str, again: str | None = None) -> AppTest:
    for field, value in zip(app.text_input, (present, new, again or new), strict=True):
        field.set_value(value)
    [send] = [button for button in app.button if button.label == "Change the password"]
    return send.click().run()


@pytest.mark.parametrize(
    ("present", "new", "again", "says"),
    [
        ("wrong it is", NEW, None, "The present password is wrong"),
        (PASSWORD, "short", None, "A password has at least 12 characters"),
        (PASSWORD, NEW, "else", "The new password and its repetition differ"),
        (PASSWORD, "password1234", None, "This password is among the most common"),
    ],
)
def test_the_profile_says_why_a_password_will_not_do(
    dealer: Dealer, present: str, new: str, again: str | None, says: str
) -> None:
    app = change(visit(dealer, "guest", PROFILE, language="en"), present, new, again)
    [error] = app.error
    assert says in error.value
    assert [field.value for field in app.text_input] == [present, new, again or new]


def test_signing_out_by_its_button(dealer: Dealer) -> None:
    app = visit(dealer, "guest", PROFILE, language="en")
    app.button(key="sign-out").click().run()
    assert is_sign_in(app)
    assert "token" not in app.session_state


def test_the_language_is_changed_and_kept(dealer: Dealer) -> None:
    app = visit(dealer, "guest", PROFILE, language="zh_CN")
    app.button_group(key="sidebar:language").set_value("en").run()
    assert "My profile" in texts(app)
    assert dealer.row(User, dealer.user_id("guest")).language == "en"


def test_a_dead_token_shows_the_sign_in(dealer: Dealer) -> None:
    app = visit(dealer, "guest", PROFILE, language="en")
    from services.core import run
    from services.core.access import SignedIn

    run.perform(sessions.end, SignedIn(sessions.digest("token-of-guest")), sessions.Nothing())
    assert is_sign_in(app.run())


def test_every_role_finds_a_page_to_begin_with() -> None:
    assert all(any(entry.needs in GRANTS[role] for entry in ENTRIES) for role in Role)
