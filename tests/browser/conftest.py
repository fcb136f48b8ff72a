"""One JupyterLab for all browser tests, one browser for a module, a fresh page for each test."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="the browser tests need playwright")

from tests.browser.labkit import CHROMIUM, Lab, chromium, fresh_page, lab_server  # noqa: E402
from tests.helpers.moments import DEMO_TODAY  # noqa: E402

playwright.expect.set_options(timeout=20_000)  # a busy machine is no fault of the page

DEMO = {
    "STNB_DEMO_TODAY": DEMO_TODAY,
    "STNB_DEMO_LATENCY": "0.5",
    "STNB_DEMO_SCALE": "1.43",
}  # a feed of 30 pages, half a second each: time to cancel by hand


MISSING = f"no Chromium at {CHROMIUM}: install Debian's chromium, or name one in STNB_CHROMIUM"
# What a short round tries of the page: the tutorials' first notebook, with a pull by hand.
SHORT = "test_first_notebook_and_explorer"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is in this folder, and skip it with a reason without Chromium."""
    folder = f"{Path(__file__).parent}{os.sep}"
    for item in items:
        if not str(item.path).startswith(folder):
            continue
        item.add_marker(pytest.mark.browser)
        if item.name != SHORT:
            item.add_marker(pytest.mark.long)
        if not Path(CHROMIUM).exists():
            item.add_marker(pytest.mark.skip(reason=MISSING))


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """JupyterLab with widget state saved, which is where secrets would show."""
    settings = {"@jupyter-widgets/jupyterlab-manager:plugin": {"saveState": True}}
    with lab_server(tmp_path_factory.mktemp("lab"), settings, **DEMO) as running:
        yield running


@pytest.fixture(scope="module")
def driver() -> Iterator[Any]:
    """Playwright itself; ended with the module, as its event loop would stand in the way of other
    tests' loops.
    """
    with playwright.sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the browser cache: compiling JupyterLab takes longer than most tests."""
    return tmp_path_factory.mktemp("chromium")


@pytest.fixture(scope="module")
def browser(driver: Any, profile: Path) -> Iterator[Any]:
    """Chromium, with no page of a test open."""
    with chromium(driver, profile) as running:
        yield running


@pytest.fixture
def lab(
    server: tuple[str, Path], browser: Any, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Lab]:
    """A notebook page. A failed test leaves a screenshot; a request to any other host fails the
    test.
    """
    with fresh_page(browser) as (page, refused):
        lab = Lab(page, *server)
        yield lab
        if getattr(request.node, "failed", False):
            page.screenshot(path=str(tmp_path / "failure.png"))
            print(f"\nscreenshot: {tmp_path / 'failure.png'}")  # noqa: T201
        lab.stop_kernels()
        assert refused == [], "the page asked other hosts"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    """Let the fixture know whether the test itself failed."""
    report = yield
    if report.when == "call":
        item.failed = report.failed  # type: ignore[attr-defined]
    return report
