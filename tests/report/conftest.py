"""A real Chromium on pages that the report builder made."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory, unavailable: Any) -> Iterator[Any]:
    """Debian's Chromium, headless; skips where it is absent, fails if PTT_REQUIRE_SERVICES=1."""
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not chromium or not driver:
        unavailable("chromium and chromedriver are missing: apt-get install chromium chromium-driver")
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    profile = tmp_path_factory.mktemp("chromium")
    for word in (
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
        "--disable-background-networking", "--disable-component-update", f"--user-data-dir={profile}",
        "--disable-dev-shm-usage", "--window-size=1100,900",
    ):  # fmt: skip
        options.add_argument(word)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    chrome = webdriver.Chrome(options=options, service=webdriver.ChromeService(executable_path=driver))
    yield chrome
    chrome.quit()


@pytest.fixture
def open_page(browser: Any) -> Any:
    """Opens a file in the browser and waits until the page says that it is ready."""
    from selenium.webdriver.support.ui import WebDriverWait

    def open_(path: Path) -> Any:
        browser.get_log("browser")
        browser.get(path.absolute().as_uri())
        WebDriverWait(browser, 20).until(lambda b: b.execute_script("return document.documentElement.dataset.ready"))
        return browser

    return open_
