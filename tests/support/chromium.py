"""The system's Chromium, without a window, driven by Playwright."""

from collections.abc import Generator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

from tests.support.installed import program

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@contextmanager
def browser() -> Generator[Browser]:
    """The browser, closed at the end. Without one the test is skipped, or fails in CI."""
    path = program(*_NAMES, variable="CHROMIUM")
    with sync_playwright() as playwright:
        # Root, as in a container, has no sandbox; the page comes from this test.
        opened = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        try:
            yield opened
        finally:
            opened.close()
