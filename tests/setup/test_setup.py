"""What the tests stand on: the browser, no skips under CI, make and the virtual environment."""

import http.server
import os
import re
import shutil
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests import browser

ROOT = Path(__file__).resolve().parents[2]
OUR_VARIABLES = {"PYTHON", "ARGS", "WORKERS", "UPGRADE", "CI", "PORT"}


def run(
    *command: str | Path, cwd: Path = ROOT, **environment: str
) -> subprocess.CompletedProcess[str]:
    # These tests may themselves run inside of make and pytest, whose wishes are not for the inner.
    inherited = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("PYTEST_", "MAKE", "MFLAGS")) and key not in OUR_VARIABLES
    }
    return subprocess.run(
        command,
        cwd=cwd,
        env=inherited | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        stdin=subprocess.DEVNULL,
    )


# ---- the browser


class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(b"<title>here</title>")

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def local_page() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


CALLS_OUT = [
    "fetch('http://crm.example/x').then(() => 'out', () => 'held')",
    "fetch('http://192.0.2.1/x').then(() => 'out', () => 'held')",
    """new Promise(done => {
        const socket = new WebSocket('ws://crm.example/');
        socket.onopen = () => done('out');
        socket.onerror = () => done('held');
    })""",
]


def make_call(chromium: Browser, address: str, call: str) -> None:
    with browser.visitor(chromium) as context:
        page = context.new_page()
        page.goto(address)
        answer = page.evaluate(call)
        if answer != "held":  # not an assertion: the caller expects one of the visitor's
            raise RuntimeError(answer)


def test_the_browser_reaches_this_machine_and_no_other(local_page: str) -> None:
    with sync_playwright() as playwright, browser.launch(playwright) as chromium:
        with browser.visitor(chromium, locale="zh-CN") as context:
            page = context.new_page()
            page.goto(local_page)
            assert page.title() == "here"
            assert page.evaluate("navigator.language") == "zh-CN"
        for call in CALLS_OUT:
            with pytest.raises(AssertionError, match=r"called out: .*(\.example|192\.0\.2\.1)"):
                make_call(chromium, local_page, call)


@pytest.mark.parametrize(
    ("url", "outside"),
    [
        ("http://127.0.0.1:8501/x", False),
        ("ws://localhost:8501/_stcore/stream", False),
        ("data:text/html,x", False),
        ("blob:http://127.0.0.1:8501/1", False),
        ("https://127.0.0.1.example/", True),
        ("http://user@192.0.2.1/127.0.0.1", True),
        ("wss://crm.example/", True),
    ],
)
def test_outside_is_what_leaves_the_machine(url: str, outside: bool) -> None:
    assert browser.is_outside(url) is outside


def test_a_browser_is_taken_only_if_it_starts(tmp_path: Path) -> None:
    pointer = tmp_path / "chromium-browser"
    pointer.write_text("#!/bin/sh\necho 'requires the chromium snap' >&2; exit 1\n")
    pointer.chmod(0o755)
    assert not browser._starts(str(pointer))
    assert not browser._starts(str(tmp_path / "absent"))
    assert browser._starts(browser.chromium())


def test_without_any_browser_the_way_out_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser, "_find", lambda: None)
    monkeypatch.setattr(browser, "_ways", lambda: iter([("a way", ["false"])]))
    with pytest.raises(RuntimeError, match=r"tried: a way.*CRM_CHROMIUM="):
        browser._install()


# ---- no skips on the build server

SKIPPED_TEST = """
import pytest
def test_a(): pass
def test_b(): pytest.skip('why')
@pytest.mark.skipif(True, reason='why')
def test_c(): pass
"""
SKIPPED_MODULE = "import pytest; pytest.importorskip('no_such_module')"
SKIPPING = (SKIPPED_TEST, SKIPPED_MODULE)
CLEAN = "import pytest\ndef test_a(): pass\n@pytest.mark.xfail\ndef test_b(): assert False\n"


def inner_pytest(folder: Path, module: str, *options: str, ci: str) -> tuple[int, str]:
    (folder / "test_inner.py").write_text(module)
    (folder / "test_other.py").write_text("def test_other(): pass\n")
    done = run(
        *(sys.executable, "-m", "pytest", "-p", "tests.noskip", "-p", "no:cacheprovider"),
        *("--rootdir", str(folder), "-q", *options, str(folder)),
        cwd=folder,
        PYTHONPATH=str(ROOT),
        CI=ci,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("options", [(), ("-n", "2")], ids=["one process", "xdist"])
def test_a_skip_fails_the_run_under_ci(tmp_path: Path, options: tuple[str, ...]) -> None:
    for module in SKIPPING:
        status, output = inner_pytest(tmp_path, module, *options, ci="true")
        assert status == pytest.ExitCode.TESTS_FAILED, output
        assert "fails this run because CI is set" in output
        assert "test_inner.py" in output
    status, output = inner_pytest(tmp_path, CLEAN, *options, ci="true")
    assert status == pytest.ExitCode.OK, output


def test_a_skip_is_allowed_at_home(tmp_path: Path) -> None:
    status, output = inner_pytest(tmp_path, SKIPPED_TEST, ci="")
    assert status == pytest.ExitCode.OK, output


# ---- make, requirements, the virtual environment


@pytest.fixture
def bare_project(tmp_path: Path) -> Path:
    for name in ("Makefile", "tools", ".ci"):
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, tmp_path / name)
    for name in ("requirements.txt", "requirements-dev.txt"):
        (tmp_path / name).write_text("# nothing\n")
    (tmp_path / "manage.py").write_text(
        "import os, sys; print('ran', sys.argv[1:], os.environ.get('PORT'), sys.prefix)\n"
    )
    return tmp_path


@pytest.fixture
def fake_python(bare_project: Path) -> Path:
    """A Python without venv, as Debian installs it, and an apt that cannot help."""
    programs = bare_project / "bin"
    programs.mkdir()
    (programs / "apt-get").write_text('#!/bin/sh\necho "$@" >>apt.log; exit 100\n')
    python = programs / "fakepython"
    python.write_text(
        '#!/bin/sh\ncase "$2" in *ensurepip*) exit 1;; esac\n' + f'exec {sys.executable} "$@"\n'
    )
    for program in programs.iterdir():
        program.chmod(0o755)
    return python


def test_a_missing_venv_package_is_named(bare_project: Path, fake_python: Path) -> None:
    path = f"{fake_python.parent}:{os.environ['PATH']}"
    done = run("make", "run", cwd=bare_project, PATH=path, PYTHON=str(fake_python))
    package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    assert done.returncode != 0
    assert package in done.stderr
    assert "Cannot go on" in done.stderr
    assert not (bare_project / ".venv").exists()
    if os.geteuid() == 0:
        assert package in (bare_project / "apt.log").read_text()


def test_an_unfit_python_is_refused(bare_project: Path) -> None:
    done = run("make", "run", cwd=bare_project, PYTHON="/bin/false")
    assert done.returncode != 0
    assert "PYTHON=/bin/false is not a Python of version 3.11 or later" in done.stderr


def test_make_alone_explains_every_target() -> None:
    done = run("make")
    assert done.returncode == 0
    targets = re.search(r"^\.PHONY: (help .*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert targets is not None
    internal = {"setup", "dev"}
    shown = set(re.findall(r"^  ([a-z]+) ", done.stdout, re.MULTILINE))
    assert shown == set(targets[1].split()) - internal


def test_make_run_installs_once_and_mends_what_was_broken_off(bare_project: Path) -> None:
    def make_run() -> tuple[str, str]:
        base = getattr(sys, "_base_executable", sys.executable)
        done = run("make", "run", "PORT=8123", cwd=bare_project, PYTHON=base)
        assert done.returncode == 0, done.stderr
        return done.stdout, done.stderr

    started = f"ran ['run'] 8123 {bare_project / '.venv'}\n"
    output, words = make_run()
    assert output == started
    assert "Installing 0 packages" in words
    assert make_run() == (started, "")

    (bare_project / "requirements.txt").write_text("# another\n")
    _, words = make_run()
    assert "Installing" in words
    assert "Making" not in words

    (bare_project / ".venv" / "unfinished").touch()
    _, words = make_run()
    assert "broken off" in words
    assert "Making a virtual environment" in words
    assert make_run() == (started, "")


def test_a_failed_installation_fails_make(bare_project: Path) -> None:
    (bare_project / ".venv" / "bin").mkdir(parents=True)
    python = bare_project / ".venv" / "bin" / "python"  # stands in for a pip that finds no network
    python.write_text(
        '#!/bin/sh\n[ "$1" = -c ] && exec python3 "$@"\necho no network >&2; exit 1\n'
    )
    python.chmod(0o755)
    done = run("make", "run", cwd=bare_project)
    assert done.returncode != 0
    assert "no network" in done.stderr
    assert "pip could not install requirements.txt" in done.stderr
    assert "ran" not in done.stdout


def test_the_build_server_runs_make_test_and_hands_on_its_answer(bare_project: Path) -> None:
    fake = bare_project / "bin" / "make"
    fake.parent.mkdir()
    fake.write_text('#!/bin/sh\necho "$PWD: make $* CI=$CI"; exit 7\n')
    fake.chmod(0o755)
    path = f"{fake.parent}:{os.environ['PATH']}"
    done = run(bare_project / ".ci" / "run", cwd=Path("/"), PATH=path, CI="true")
    assert (done.returncode, done.stdout) == (7, f"{bare_project}: make test CI=true\n")


def pins(name: str) -> list[str]:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if not line.startswith(("#", "-r "))]


def test_requirements_are_exact_and_name_no_index() -> None:
    exact = re.compile(r"[a-z0-9-]+==[0-9][0-9a-z.+!]*( ; [^:/@]+)?")
    wrong = [
        line
        for name in ("requirements.txt", "requirements-dev.txt")
        for line in pins(name)
        if not exact.fullmatch(line)
    ]
    assert wrong == []
    assert not set(pins("requirements.txt")) & set(pins("requirements-dev.txt"))


def test_requirements_hold_everything_that_pyproject_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    def names(wanted: list[str]) -> set[str]:
        return {re.split(r"[\[=<>~!; ]", line)[0].lower() for line in wanted}

    assert names(project["dependencies"]) <= names(pins("requirements.txt"))
    both = pins("requirements.txt") + pins("requirements-dev.txt")
    assert names(project["optional-dependencies"]["dev"]) <= names(both)
