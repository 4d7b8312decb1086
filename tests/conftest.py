"""What every test may ask for: a real browser. And what continuous integration asks of every test: not to skip."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import AsyncIterator, Callable, Generator

import pytest
from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
FIGURES = "figures"
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
]


def pytest_configure() -> None:
    """Tests that press Ctrl-C want it to be heard; who starts the tests in the background makes all of them deaf."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI every part can be installed, so there a skipped test has failed."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("FORUM_BRIDGE_CI") == "1":
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped in CI: {report.longrepr}"
    return report


@pytest.fixture
def figures(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Tell figures that a test measured; they stand at the end of the run: ``figures("round trip", lost=0)``."""

    def tell(what: str, **numbers: object) -> None:
        line = f"{what}: " + ", ".join(f"{name} {number}" for name, number in numbers.items())
        request.node.user_properties.append((FIGURES, line))

    return tell


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the figures, also of tests that ran in other processes."""
    reports = [
        each for found in terminalreporter.stats.values() for each in found if isinstance(each, pytest.TestReport)
    ]
    lines = [
        str(line) for each in reports if each.when == "call" for name, line in each.user_properties if name == FIGURES
    ]
    if lines:
        terminalreporter.section("figures")
        for line in lines:
            terminalreporter.write_line(line)


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    """A headless Chromium; skips, saying how to get one, where there is none."""
    if CHROMIUM is None:
        pytest.skip("no Chromium: install the package chromium, or set CHROMIUM to its path")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        await browser.close()


@pytest.fixture
async def page(chromium: Browser) -> AsyncIterator[Page]:
    """A page in Turkish on which no script fails and no policy is broken."""
    told: list[str] = []
    page = await chromium.new_page(locale="tr-TR")

    def note(message: ConsoleMessage) -> None:
        if message.type == "error":
            told.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: told.append(str(error)))
    yield page
    assert told == []
