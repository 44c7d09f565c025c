"""Opening the application in a test as somebody, without typing a password."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

from db.models import User, UserSession
from services import sessions
from services.core import clock
from tests.dealer import Dealer

ROOT = Path(__file__).parents[2]
SECONDS = 30


def token_of(dealer: Dealer, username: str) -> str:
    """A live session of this person; returns the token that his browser would hold."""
    token = f"token-of-{username}"
    user = dealer.row(User, dealer.user_id(username))
    now = clock.now()
    dealer.add(
        UserSession(
            digest=sessions.digest(token),
            user_id=user.id,
            token_version=user.token_version,
            opened_at=now,
            seen_at=now,
            expires_at=now + timedelta(hours=12),
        )
    )
    return token


def visit(
    dealer: Dealer, username: str | None, page: str = "", *, language: str = "zh_CN", **query: str
) -> AppTest:
    """The application as `username` sees it (None: a stranger) on `pages/<page>`."""
    app = AppTest.from_file(str(ROOT / "main.py"), default_timeout=SECONDS)
    app.session_state["language"] = language
    if username is not None:
        app.session_state["token"] = token_of(dealer, username)
        app.session_state["language_of"] = dealer.user_id(username)
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    if page:
        app.switch_page(str(ROOT / "pages" / page))
        for name, value in query.items():
            app.query_params[name] = value
        app.run()
    return app


def texts(app: AppTest) -> str:
    """Everything a reader can see as text, for looking whether something is there."""
    parts: list[Any] = []
    for kind in ("title", "header", "subheader", "markdown", "caption", "error", "warning", "info"):
        parts += [element.value for element in getattr(app, kind)]
    for table in (*app.dataframe, *app.table):
        parts.append(table.value.to_string())
    return "\n".join(str(part) for part in parts)
