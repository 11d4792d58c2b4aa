"""A real Chromium, without a window: the one of the system, driven by Playwright."""

import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, sync_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium() -> str:
    """Its path: CHROMIUM, or what PATH has. Skips the test where there is none; fails in CI."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        missing = "no Chromium: apt install chromium, or set CHROMIUM to the path of one"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    return found


@contextmanager
def browser() -> Generator[Browser]:
    """The browser, closed at the end."""
    path = chromium()
    with sync_playwright() as playwright:
        # Root, as in a container, has no sandbox; the page comes from this test.
        opened = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        try:
            yield opened
        finally:
            opened.close()
