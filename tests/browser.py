"""Chromium for the browser tests: found, or else installed; and never let out of this machine.

Run as a program (`make test` does) it finds or installs the browser and a Chinese font before the
tests start, so that no test waits for a download.
"""

import contextlib
import fcntl
import functools
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, Playwright

LOCAL_HOSTS = {"127.0.0.1", "localhost"}
ON_PATH = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FONT_PACKAGE = "fonts-noto-cjk"
PANGO_PACKAGES = "libpango-1.0-0 libpangoft2-1.0-0"
FLAGS = [
    "--disable-gpu",
    "--disable-dev-shm-usage",  # containers often have a tiny /dev/shm
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-sync",
    "--disable-quic",
    # Whatever is not this machine does not exist, also for a browser behind a proxy.
    "--no-proxy-server",
    "--host-resolver-rules=MAP * ~NOTFOUND"
    + "".join(f" , EXCLUDE {host}" for host in sorted(LOCAL_HOSTS)),
]


@functools.cache
def chromium() -> str:
    """Path of a Chromium that starts: CRM_CHROMIUM, one on PATH, Playwright's, a new one.

    A new one comes from Debian's packages under root on Debian, else by Playwright.
    Raises `RuntimeError` that says what to install if nothing helps.
    """
    named = os.environ.get("CRM_CHROMIUM")
    if named:
        if not _starts(named):
            raise RuntimeError(f"CRM_CHROMIUM={named} does not start.")
        return named
    found = _find()
    if found is None:
        with (Path(tempfile.gettempdir()) / f"crm-browser-{os.geteuid()}.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # test processes ask at the same time
            found = _find() or _install()
    return found


def launch(playwright: Playwright) -> Browser:
    """Start Chromium, headless, unable to reach any other machine."""
    # Chromium's sandbox refuses to work under root.
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    return playwright.chromium.launch(
        executable_path=chromium(), headless=True, args=[*FLAGS, *sandbox]
    )


@contextlib.contextmanager
def visitor(browser: Browser, **options: Any) -> Iterator[BrowserContext]:
    """A new person's browser: no cookies, nothing cached; `options` are Playwright's.

    At the end it fails if any page asked for anything outside of this machine, even though the
    browser would not have let it out.
    """
    asked: list[str] = []
    context = browser.new_context(**options)
    context.on("request", lambda request: asked.append(request.url))
    context.on("page", lambda page: _listen_to_sockets(page, asked))
    try:
        yield context
    finally:
        context.close()
    outside = sorted({url for url in asked if is_outside(url)})
    assert not outside, f"The app called out: {outside}"


def settled(page: Page) -> None:
    """The page has drawn everything that it is going to draw.

    The state's mark follows the first drawn elements a little later, hence the moment before.
    """
    page.wait_for_timeout(300)
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()


def alone(page: Page) -> None:
    """No other tab is left beside this one: the one that a download opens closes by itself, a
    little after the download has begun. Times out where it stays."""
    for other in page.context.pages:
        if other is not page and not other.is_closed():
            other.wait_for_event("close")
    assert page.context.pages == [page]


def is_outside(url: str) -> bool:
    """Whether fetching this address would leave the machine (data: and blob: do not)."""
    parts = urlsplit(url)
    return parts.scheme in {"http", "https", "ws", "wss"} and parts.hostname not in LOCAL_HOSTS


def _listen_to_sockets(page: Page, asked: list[str]) -> None:
    page.on("websocket", lambda socket: asked.append(socket.url))


# ---- finding and installing


def _starts(path: str) -> bool:
    """Whether this is a browser; Ubuntu's chromium-browser is a script that says to use snap."""
    try:
        done = subprocess.run([path, "--version"], capture_output=True, timeout=60, check=False)
    except OSError:
        return False
    return done.returncode == 0 and (b"Chrom" in done.stdout)


def _find() -> str | None:
    on_path = [path for name in ON_PATH if (path := shutil.which(name))]
    return next((path for path in [*on_path, *_playwrights_own()] if _starts(path)), None)


def _playwrights_own() -> Iterator[str]:
    """Where Playwright would put its own; asked in a process, for it may be running in ours."""
    program = (
        "from playwright.sync_api import sync_playwright\n"
        "with sync_playwright() as p: print(p.chromium.executable_path)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    path = done.stdout.strip()
    if Path(path).exists():
        yield path


def _install() -> str:
    """Install a browser and return its path."""
    tried = []
    for what, command in _ways():
        _say(f"No Chromium was found; installing it ({what}), one or two minutes, this once.")
        tried.append(what)
        if subprocess.run(command, check=False, stdout=sys.stderr).returncode == 0:
            found = _find()
            if found:
                return found
    raise RuntimeError(
        f"No Chromium for the browser tests (tried: {', '.join(tried)}). Install one (Debian: "
        "apt install chromium) or name one with CRM_CHROMIUM=/path/to/chromium."
    )


def _ways() -> Iterator[tuple[str, list[str]]]:
    root = os.geteuid() == 0
    if root and _is_debian():
        yield "Debian package chromium", _apt("chromium")
    with_libraries = ["--with-deps"] if root and shutil.which("apt-get") else []
    yield (
        "playwright install chromium",
        [sys.executable, "-m", "playwright", "install", *with_libraries, "chromium"],
    )


def _is_debian() -> bool:
    """Debian itself; Ubuntu's package of that name is a pointer to snap, useless in containers."""
    release = Path("/etc/os-release")
    return release.exists() and "ID=debian" in release.read_text(encoding="utf-8").splitlines()


def _apt(package: str) -> list[str]:
    install = f"apt-get install -y -qq --no-install-recommends {package}"
    quiet = "export DEBIAN_FRONTEND=noninteractive"
    return [
        "sh",
        "-c",
        f"{quiet}; {install} >/dev/null 2>&1 || {{ apt-get update -qq; {install}; }}",
    ]


def _has_chinese_font() -> bool:
    lister = shutil.which("fc-list")
    if lister is None:
        return False
    done = subprocess.run([lister, ":lang=zh", "file"], capture_output=True, check=True)
    return bool(done.stdout.strip())


def _provide_chinese_font() -> None:
    if _has_chinese_font():
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        _say(f"No Chinese font was found; installing the Debian package {FONT_PACKAGE}.")
        subprocess.run(_apt(FONT_PACKAGE), check=True, stdout=sys.stderr)
    else:
        _say(
            f"No Chinese font was found: pages will show boxes. Install one (Debian: apt install "
            f"{FONT_PACKAGE}); widths in the browser tests may differ without it."
        )


def _provide_pango() -> None:
    """For the tests of PDFs. Debian's chromium brings it along; Playwright's own does not."""
    program = [sys.executable, "-c", "import weasyprint"]
    if subprocess.run(program, capture_output=True, check=False).returncode == 0:
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        _say(f"No Pango was found; installing the Debian packages {PANGO_PACKAGES}.")
        subprocess.run(_apt(PANGO_PACKAGES), check=True, stdout=sys.stderr)
    else:
        _say(f"No Pango: the tests of PDFs will fail. Install it (apt install {PANGO_PACKAGES}).")


def _say(words: str) -> None:
    print(f"==> {words}", file=sys.stderr, flush=True)  # noqa: T201 - this is a program too


if __name__ == "__main__":
    try:
        _provide_chinese_font()
        _say(f"Browser tests use {chromium()}.")
        _provide_pango()
    except (RuntimeError, subprocess.CalledProcessError) as problem:
        sys.exit(f"Cannot go on: {problem}")
