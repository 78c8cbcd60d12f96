"""Makes the pictures of the README from the demo: ``python docs/screenshots.py`` (needs chromium and chromedriver)."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

IMAGES = Path(__file__).resolve().parent / "images"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        subprocess.run([sys.executable, "-m", "analysis", "demo", "--data", str(data)], check=True)
        (digest,) = (data / "digest").glob("*.html")
        shoot(digest, IMAGES / "digest.png", width=400, height=900)
        shoot(digest, IMAGES / "digest-dark.png", width=400, height=900, dark=True)
        shoot(data / "report.html", IMAGES / "report.png", width=1100, height=900)


def shoot(page: Path, image: Path, *, width: int, height: int, dark: bool = False) -> None:
    """The top of a local page as PNG."""
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or "chromium"
    with tempfile.TemporaryDirectory() as profile:
        for word in (
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
            "--disable-background-networking", "--disable-component-update", f"--user-data-dir={profile}",
            "--hide-scrollbars", "--force-device-scale-factor=1",
        ):  # fmt: skip
            options.add_argument(word)
        service = webdriver.ChromeService(executable_path=shutil.which("chromedriver"))
        browser: Any = webdriver.Chrome(options=options, service=service)
        try:
            scheme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
            browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": scheme})
            metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
            browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
            browser.get(page.as_uri())
            browser.save_screenshot(str(image))
        finally:
            browser.quit()


if __name__ == "__main__":
    main()
