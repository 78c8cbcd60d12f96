"""The page in a real Chromium, on phone and desk, by day and by night. PTT_SCREENSHOTS=DIR keeps the pictures."""

import json
import os
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path

import pytest

from analysis.digest.compose import make_issue
from analysis.digest.mail import charts
from analysis.digest.render import html_part

MEASURE = """
<script>
const lum = c => { const [r, g, b] = c.match(/[\\d.]+/g).slice(0, 3).map(v => (v /= 255) <= .03928 ? v / 12.92 :
  ((v + .055) / 1.055) ** 2.4); return .2126 * r + .7152 * g + .0722 * b; };
const ground = e => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor;
  if (!/, 0\\)$|transparent/.test(c)) return c; } return "rgb(255,255,255)"; };
const low = [];
for (const e of document.querySelectorAll("body *")) {
  if (![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()) || e.className === "preheader") continue;
  if (["SCRIPT", "STYLE"].includes(e.tagName)) continue;
  const [a, b] = [lum(getComputedStyle(e).color), lum(ground(e))].sort((x, y) => y - x);
  if ((a + .05) / (b + .05) < 4.5) low.push(e.className + ": " + e.textContent.slice(0, 20));
}
addEventListener("load", () => parent.postMessage(JSON.stringify({
  width: document.documentElement.scrollWidth, low,
  dark: getComputedStyle(document.querySelector(".sheet")).backgroundColor,
  first: document.querySelector(".item").getBoundingClientRect().bottom,
  links: Math.min(...[...document.querySelectorAll("a")].map(a => a.getBoundingClientRect().height)),
  items: Math.max(...[...document.querySelectorAll(".item")].map(i => i.getBoundingClientRect().height)),
  images: [...document.images].map(i => i.naturalWidth),
}), "*"));
</script>
"""
FRAME = """<!DOCTYPE html><html style="color-scheme: light dark"><meta charset="utf-8"><body>
<script>addEventListener("message", e => { document.body.dataset.found = e.data; });</script>
<iframe src="digest.html" width="WIDTH" height="560" style="border:0"></iframe></body></html>"""
"""A window is never narrower than 500 pixels; a frame in it can be."""


@pytest.fixture(scope="module")
def chromium(unavailable):
    found = shutil.which("chromium")
    if not found:
        unavailable("chromium is missing: apt-get install chromium")
    return found


@pytest.fixture(scope="module")
def page(figures, news_figures, tmp_path_factory):
    """An issue with titles as long as the site allows, everything in it."""
    folder = tmp_path_factory.mktemp("look")
    long = "[新聞] 外資最新報告：台積電目標價上看兩千四百元重申買進評等看好A"  # 64 bytes of Big5
    assert len(long.encode("big5")) == 64
    against = {"approval": -0.4, "approval_low": -0.6, "approval_high": -0.2, "crowd_mood": -0.3}
    news = tuple(
        news_figures(n, title=long, symbols=("2330", "2317", "2454"), boo_count=4 * n, **(against if n == 3 else {}))
        for n in range(1, 11)
    )
    issue = make_issue(figures(news=news), watchlist=["2330", "2454"])
    for name, picture in charts(issue).items():
        (folder / f"{name}.png").write_bytes(picture)
    html = html_part(issue, {"days": "days.png", "news": "news.png"})
    path = folder / "digest.html"
    path.write_text(html.replace("</body>", MEASURE + "</body>"), "utf-8")
    return path


def run(chromium: str, profile: Path, width: int, dark: bool, *words: str) -> str:
    scheme = ["--force-dark-mode"] if dark else []
    command = [
        chromium, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync", f"--user-data-dir={profile}",
        f"--window-size={width},2400", *scheme, *words,
    ]  # fmt: skip
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout


@pytest.mark.slow
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [320, 640])
def test_it_can_be_read(chromium, page, tmp_path, width, dark):
    frame = page.with_name(f"frame-{width}.html")
    frame.write_text(FRAME.replace("WIDTH", str(width)), "utf-8")
    dom = run(chromium, tmp_path, 900, dark, "--virtual-time-budget=4000", "--dump-dom", frame.as_uri())
    found = json.loads(unescape(re.search(r'data-found="([^"]+)"', dom)[1]))
    assert found["width"] <= width
    assert found["low"] == []
    assert (found["dark"] == "rgb(23, 27, 32)") == dark
    assert found["links"] >= 44
    assert found["images"] == [1080, 1080]
    if width == 320:
        assert found["first"] <= 560
        assert found["items"] <= 150  # four lines; with its news a watched stock has one more
    if folder := os.environ.get("PTT_SCREENSHOTS"):
        target = Path(folder).absolute() / f"digest-{width}-{'dark' if dark else 'light'}.png"
        run(chromium, tmp_path, width, dark, f"--screenshot={target}", page.as_uri())
        assert target.stat().st_size > 20_000
