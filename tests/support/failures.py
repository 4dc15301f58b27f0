"""A pytest plugin that prints each failure with its whole traceback when it happens.

A long run need not end, and may be cut off, and its failures are known all the same. The end of the run lists them
in one line each and does not print them again. With several workers it is the controller that prints.
"""

import pytest


class FailuresAtOnce:
    """Prints the reports that failed, below the progress line."""

    def __init__(self, config: pytest.Config, terminal: pytest.TerminalReporter) -> None:
        self._config = config
        self._terminal = terminal

    # Last, so that the progress line already bears the letter of this test.
    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._show(report, f"{report.nodeid} ({report.when})")

    @pytest.hookimpl(trylast=True)
    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self._show(report, f"{report.nodeid} (collection)")

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        # Every failure is printed by now: the end keeps the short list of `-ra` alone.
        self._config.option.tbstyle = "no"

    def _show(self, report: pytest.TestReport | pytest.CollectReport, title: str) -> None:
        self._terminal.ensure_newline()
        self._terminal.write_sep("_", title, red=True, bold=True)
        self._terminal.write_line(report.longreprtext)
        for name, content in report.sections:
            self._terminal.write_sep("-", name)
            self._terminal.write_line(content.rstrip("\n"))
        self._terminal.flush()


# Last, when the terminal's own plugin has made its reporter.
@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    terminal = config.pluginmanager.get_plugin("terminalreporter")
    # A worker has no terminal, and whoever asks for no tracebacks gets none.
    if terminal is not None and config.option.tbstyle != "no":
        config.pluginmanager.register(FailuresAtOnce(config, terminal), "failures-at-once")
