"""On a build server a skipped test is a failed run: nobody reads the list of skips there.

Registered by `pytest_plugins` in `tests/conftest.py`; acts only if CI is set to a true word. It
counts skips of tests and of whole modules, from `pytest.skip`, marks and `importorskip`. An `xfail`
is no skip: its test runs. Under pytest-xdist the controller decides; workers tell it of the modules
they skipped, which xdist itself does not pass on.
"""

import os

import pytest

_SENT = "skipped_modules"


def pytest_configure(config: pytest.Config) -> None:
    if os.environ.get("CI", "").strip().lower() in {"1", "true", "yes", "on"}:
        config.pluginmanager.register(NoSkip(config), "no-skip-decision")


class NoSkip:
    """Remembers what was skipped in this process and fails the session for it."""

    def __init__(self, config: pytest.Config) -> None:
        self.worker_output: dict[str, object] | None = getattr(config, "workeroutput", None)
        self.modules: set[str] = set()
        self.tests: set[str] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.skipped and not hasattr(report, "wasxfail"):
            self.tests.add(report.nodeid)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.skipped:
            self.modules.add(report.nodeid)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: object, error: object) -> None:
        """Take over what an xdist worker saw; a crashed worker has sent nothing."""
        sent = getattr(node, "workeroutput", {}).get(_SENT, [])
        self.modules.update(sent)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.worker_output is not None:
            self.worker_output[_SENT] = sorted(self.modules)
        elif (self.tests or self.modules) and session.exitstatus in {
            pytest.ExitCode.OK,
            pytest.ExitCode.NO_TESTS_COLLECTED,
        }:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        skipped = sorted(self.tests | self.modules)
        if skipped:
            terminalreporter.section("skipped, which fails this run because CI is set", red=True)
            for nodeid in skipped:
                terminalreporter.write_line(nodeid)
