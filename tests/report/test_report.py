"""The report in a real browser: clicks, keys, numbers, and that it stays quiet and offline."""

import base64
import hashlib
import json
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from analysis.report import build as report
from analysis.votes import thread_effects
from ptt_spider.clock import TAIPEI

HOSTILE = '</script><script>document.title="run"</script><img src=x onerror=alert(1)>"\u202e&amp;𠮷'


class FakeStore:
    """Answers the report's queries with rows made here, so that the page is tested apart from the store's SQL."""

    def __init__(self, answers: dict[str, list[dict[str, Any]]]) -> None:
        self._answers = answers
        self.description: list[tuple[str]] = []
        self._rows: list[tuple[Any, ...]] = []

    def execute(self, sql: str, given: object = None) -> "FakeStore":
        from analysis.sql import statement

        name = next((n for n in self._answers if n != "info" and statement(f"report/{n}") == sql), "info")
        rows = self._answers[name]
        self.description = [(key,) for key in (rows[0] if rows else {})]
        self._rows = [tuple(row.values()) for row in rows]
        return self

    def fetchall(self) -> list[tuple[Any, ...]]:
        return self._rows

    def register(self, name: str, table: object) -> None: ...

    def unregister(self, name: str) -> None: ...


def news_row(number: int, **fields: Any) -> dict[str, Any]:
    row = {
        "board": "Stock", "post_id": f"M.{1769000000 + number}.A.{number % 4096:03X}",
        "posted": f"2026-01-{1 + number % 28:02d} {number % 24:02d}:00", "title": f"[新聞] 第{number}則 台積電擴廠",
        "url": f"https://www.ptt.cc/bbs/Stock/M.{1769000000 + number}.A.000.html", "source_domain": "example.com",
        "push_count": number % 40, "boo_count": number % 7, "arrow_count": 3, "voters": number % 40,
        "approval": 0.3, "approval_low": -0.1, "approval_high": 0.6, "news_tone": 0.5, "mood": 0.2,
        "mood_low": 0.0, "mood_high": 0.4, "symbols": ["2330"], "in_sample": False,
    }  # fmt: skip
    return row | fields


def a_store(news: list[dict[str, Any]], pushes: list[dict[str, Any]]) -> FakeStore:
    until = datetime(2026, 1, 28, 12, tzinfo=TAIPEI)
    week = {
        "iso_week": "2026-W04", "posts": 300, "news_posts": 120, "comments": 9000, "users": 800,
        "comments_week_before": 8000, "volume_change": 0.125, "approval": 0.1, "mood": 0.1, "mood_low": 0.0,
        "mood_high": 0.2, "is_partial": False,
    }  # fmt: skip
    weeks_before = [week | {"iso_week": f"2026-W0{n}", "mood": -0.2 - n / 10, "comments": 900} for n in (3, 2, 1)]
    day = {
        "day": "2026-01-20", "comments": 1200, "news_posts": 20, "mood": 0.1, "mood_low": 0.0, "mood_high": 0.2,
        "approval": 0.1, "news_tone": 0.0, "complete": True,
    }  # fmt: skip
    stock = {
        "symbol": "2330",
        "name": "台積電",
        "day": "2026-01-20",
        "comments": 40,
        "mood": 0.1,
        "mood_low": -0.1,
        "mood_high": 0.3,
    }
    days = [day | {"day": f"2026-01-{d:02d}", "mood": d / 100} for d in range(1, 28)]
    info = {
        "data_until": until, "published_at": until + timedelta(hours=1), "posts": len(news), "pushes": len(pushes),
        "engine": "ptt", "engine_version": "1",
    }  # fmt: skip
    return FakeStore(
        {
            "news": news,
            "pushes": pushes,
            "days": days,
            "weeks": [week | {"is_partial": True, "iso_week": "2026-W05"}, week, *weeks_before],
            "stocks": [stock, stock | {"day": "2026-01-21"}],
            "info": [info],
        }
    )


def a_push(post: dict[str, Any], floor: int, vote: int, **fields: Any) -> dict[str, Any]:
    row = {
        "board": post["board"], "post_id": post["post_id"], "floor": floor, "vote": vote, "user_number": floor,
        "text": f"第{floor}樓", "minutes": float(floor), "is_author": False, "p_user": 0.85 if vote else None,
        "score": 0.1,
    }  # fmt: skip
    return row | fields


def write(folder: Path, store: FakeStore) -> Path:
    path = folder / "report.html"
    path.write_text(report.build(store, board="Stock").html, "utf-8")  # type: ignore[arg-type]
    return path


def quiet(browser: Any) -> None:
    assert [entry["message"] for entry in browser.get_log("browser")] == []


def test_vendored_library_is_the_one_that_was_reviewed() -> None:
    content = Path(report.__file__).parent.joinpath("vendor/uPlot.iife.min.js").read_bytes()
    assert hashlib.sha256(content).hexdigest() == report.UPLOT_SHA256


def test_nothing_remote_is_allowed_or_named(tmp_path: Path) -> None:
    html = write(tmp_path, a_store([news_row(1)], [])).read_text("utf-8")
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', html)
    assert policy
    assert "default-src 'none'" in policy[1]
    assert "unsafe" not in policy[1]
    assert "http" not in policy[1]
    scripts = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    assert len(scripts) == 2
    for script in scripts:
        assert f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'" in policy[1].replace(
            "&#39;", "'"
        )
    assert not re.search(r"<(?:script|img|link|iframe)[^>]+(?:src|href)=", html)


def shown(html: str) -> dict[str, Any]:
    """What the page knows."""
    found = re.search(r'id="data">(.*?)</script>', html, re.DOTALL)
    assert found
    return json.loads(found[1])


def test_what_is_usual_is_the_mean_of_four_weeks_before(tmp_path: Path) -> None:
    html = write(tmp_path, a_store([], [])).read_text("utf-8")
    assert "0 是平常" not in html
    data = shown(html)
    assert [row["iso_week"] for row in data["weeks"]] == ["2026-W05", "2026-W04", "2026-W03"]
    usual = {row["day"]: row["usual"] for row in data["days"]}
    assert usual["2026-01-01"] is None  # the first week has none before it
    assert usual["2026-01-05"] == pytest.approx(-0.3)
    assert usual["2026-01-18"] == pytest.approx((-0.3 - 0.4) / 2)
    assert usual["2026-01-19"] == data["weeks"][1]["usual"] == pytest.approx((-0.3 - 0.4 - 0.5) / 3)
    assert usual["2026-01-26"] == data["weeks"][0]["usual"] == pytest.approx((0.1 - 0.3 - 0.4 - 0.5) / 4)


def test_a_day_of_few_comments_has_no_dot(tmp_path: Path) -> None:
    store = a_store([], [])
    rows = store._answers["days"], store._answers["stocks"]
    for days in rows:
        days.append(days[0] | {"day": "2026-01-28", "comments": 9})
        days.append(days[0] | {"day": "2026-01-29", "comments": 10})
    data = shown(write(tmp_path, store).read_text("utf-8"))
    for days in (data["days"], data["stocks"][0]["sessions"]):
        few, enough = days[-2:]
        assert (few["comments"], few["mood"], few["mood_low"], few["mood_high"]) == (9, None, None, None)
        assert enough["mood"] is not None


def test_words_judgement_and_names_are_the_digests(tmp_path: Path) -> None:
    rows = [
        news_row(1, approval=-0.33, approval_low=-0.86, approval_high=0.54, voters=2, symbols=["2002", "0000"]),
        news_row(2, approval=-0.6, approval_low=-0.8, approval_high=-0.4, voters=40),
        news_row(3, approval=None, approval_low=None, approval_high=None, voters=None, symbols=None),
    ]
    html = write(tmp_path, a_store(rows, [])).read_text("utf-8")
    data = shown(html)
    assert [row["sure"] for row in data["news"]] == ["low", "high", "low"]
    assert [row["approval_colour"] for row in data["news"]] == ["flat", "bad", "none"]
    assert data["names"] == {"2002": "中鋼", "0000": "", "2330": "台積電"}
    assert (data["words"]["approval_bad"], data["words"]["sure_low"]) == ("不買單", "把握低")
    script = html.rpartition("<script>")[2]
    assert not re.search("利多|利空|不買單|意見分歧|把握低|太少不評", script)  # each word stands in words.csv alone


@pytest.mark.slow
def test_an_unsure_word_has_no_colour_and_says_so(tmp_path: Path, open_page: Any) -> None:
    rows = [
        news_row(2, approval=-0.6, approval_low=-0.8, approval_high=-0.4, voters=40),
        news_row(1, approval=-0.33, approval_low=-0.86, approval_high=0.54, voters=2),
    ]
    browser = open_page(write(tmp_path, a_store(rows, [])))
    sure, unsure = browser.find_elements("css selector", "#news tbody tr td:nth-child(6)")
    assert sure.text == "不買單"
    assert sure.find_element("css selector", ".word").get_attribute("class") == "word bad"
    assert unsure.text.split() == ["不買單", "把握低"]
    for part in (".word", ".interval"):
        assert unsure.find_element("css selector", part).get_attribute("class").split()[1] == "none"
    assert "2330 台積電" in browser.find_element("css selector", "#news .about").text.replace("\n", " ")
    quiet(browser)


@pytest.mark.slow
@pytest.mark.parametrize(("days", "first"), [(1, 3), (2, 2.5), (6, 0.5), (7, 0), (8, 0)])
def test_few_days_stand_in_the_middle_of_a_week(tmp_path: Path, open_page: Any, days: int, first: float) -> None:
    from selenium.webdriver import ActionChains

    store = a_store([], [])
    store._answers["days"] = store._answers["days"][:days]
    browser = open_page(write(tmp_path, store))
    plot = browser.find_element("css selector", "#days .u-over")
    left_edge = 2 - plot.size["width"] // 2
    ActionChains(browser).move_to_element_with_offset(plot, left_edge, 0).perform()
    assert "2026/1/1" in browser.find_element("css selector", "#days .u-legend").text  # the nearest is the first day
    point = browser.find_element("css selector", "#days .u-cursor-pt")
    middle = point.rect["x"] + point.rect["width"] / 2 - plot.rect["x"]
    assert middle / plot.size["width"] == pytest.approx(first / 6, abs=0.01)
    quiet(browser)


@pytest.mark.slow
def test_a_week_of_few_comments_gets_no_mood(tmp_path: Path, open_page: Any) -> None:
    store = a_store([], [])
    browser = open_page(write(tmp_path, store))
    assert "平常 −0.40；95% 區間 0.00 到 +0.20" in browser.find_element("id", "glance").text
    store._answers["weeks"][1]["comments"] = 9
    glance = open_page(write(tmp_path, store)).find_element("id", "glance").text
    assert "太少不評" in glance
    assert "+0.10" not in glance


@pytest.mark.slow
def test_page_shows_and_sorts_and_filters(tmp_path: Path, open_page: Any) -> None:
    news = [news_row(n, title=f"[新聞] 第{n}則 {'聯發科' if n % 10 == 0 else '台積電'}") for n in range(200)]
    browser = open_page(write(tmp_path, a_store(news, [])))
    rows = browser.find_elements("css selector", "#news tbody tr")
    assert len(rows) == 50
    assert browser.find_element("id", "glance-title").text == "2026-W04"
    assert "▲13%" in browser.find_element("id", "glance").text
    browser.find_element("css selector", "th button[data-key=voters]").click()
    shown = [int(e.text) for e in browser.find_elements("css selector", "#news tbody tr td:nth-child(5)")]
    assert shown == sorted(shown, reverse=True)
    browser.find_element("css selector", "th button[data-key=voters]").click()
    shown = [int(e.text) for e in browser.find_elements("css selector", "#news tbody tr td:nth-child(5)")]
    assert shown == sorted(shown)
    browser.find_element("id", "search").send_keys("聯發科")
    assert browser.find_element("id", "found").text == "20 篇，共 200 篇"
    assert browser.find_elements("css selector", "#days canvas")
    quiet(browser)


@pytest.mark.slow
def test_thread_view_reckons_the_same_approval(tmp_path: Path, open_page: Any) -> None:
    post = news_row(1, voters=30)
    votes = [(1 if n % 4 else -1, 0.5 + n / 70) for n in range(30)]
    pushes = [a_push(post, n + 1, vote, p_user=p) for n, (vote, p) in enumerate(votes)]
    pushes.append(a_push(post, 31, 1, user_number=1, p_user=0.5))  # the first voter changes their mind
    pushes.append(a_push(post, 32, 0, is_author=True))
    browser = open_page(write(tmp_path, a_store([post], pushes)))
    browser.find_element("css selector", "#news .open").send_keys("\n")
    dialog = browser.find_element("id", "thread")
    browser.implicitly_wait(5)
    assert browser.find_element("css selector", "#thread[open] canvas")
    votes[0] = (1, 0.5)
    y, p = zip(*votes, strict=True)
    expected = thread_effects([max(v, 0) for v in y], p, [0] * 30, 1).approval[0]
    assert float(dialog.get_attribute("data-approval")) == pytest.approx(expected, abs=1e-5)
    assert len(browser.find_elements("css selector", "#comments li")) == 32
    browser.find_element("id", "close").click()
    assert not browser.execute_script("return document.getElementById('thread').open")
    quiet(browser)


@pytest.mark.slow
def test_hostile_text_stays_text(tmp_path: Path, open_page: Any) -> None:
    post = news_row(1, title=HOSTILE, url="javascript:alert(1)", source_domain=HOSTILE)
    browser = open_page(write(tmp_path, a_store([post], [a_push(post, 1, 1, text=HOSTILE)])))
    assert browser.title != "run"
    assert browser.find_element("css selector", "#news .open").get_attribute("textContent") == HOSTILE
    browser.find_element("css selector", "#news .open").click()
    browser.implicitly_wait(5)
    assert (
        browser.find_element("css selector", "#comments li span:nth-child(2)").get_attribute("textContent") == HOSTILE
    )
    assert browser.find_element("css selector", "#thread-title a").get_attribute("href").endswith("#")
    assert not browser.find_elements("css selector", "#news img, #comments img")
    quiet(browser)


@pytest.mark.slow
def test_empty_store_still_makes_a_page(tmp_path: Path, open_page: Any) -> None:
    store = a_store([], [])
    store._answers |= {"days": [], "weeks": [], "stocks": []}
    browser = open_page(write(tmp_path, store))
    assert browser.find_element("id", "found").text == "0 篇，共 0 篇"
    quiet(browser)


@pytest.mark.slow
def test_two_thousand_news_posts_open_at_once(tmp_path: Path, open_page: Any) -> None:
    """docs/report.md has the figure; the bound here only catches a change of order."""
    news = [news_row(n) for n in range(2000)]
    pushes = [a_push(post, floor, (1, -1, 0)[floor % 3]) for post in news for floor in range(1, 41)]
    browser = open_page(write(tmp_path, a_store(news, pushes)))
    timing = "const t = performance.getEntriesByType('navigation')[0]; return [t.domComplete, t.loadEventEnd]"
    ready = max(browser.execute_script(timing))
    print(f"ready after {ready:.0f} ms")
    assert 0 < ready < 5000
    assert browser.find_element("id", "found").text == "2,000 篇，共 2,000 篇"
    quiet(browser)


@pytest.mark.slow
def test_everything_can_be_reached_by_key(tmp_path: Path, open_page: Any) -> None:
    from selenium.webdriver.common.keys import Keys

    post = news_row(1)
    browser = open_page(write(tmp_path, a_store([post], [a_push(post, 1, 1)])))
    reached = set()
    for _ in range(30):
        browser.switch_to.active_element.send_keys(Keys.TAB)
        active = browser.switch_to.active_element
        reached.add(active.get_attribute("id") or active.get_attribute("class") or active.get_attribute("data-key"))
        if active.get_attribute("class") == "open":
            active.send_keys(Keys.ENTER)
            browser.implicitly_wait(5)
            assert browser.find_element("css selector", "#thread[open] #comments li")
            browser.switch_to.active_element.send_keys(Keys.ESCAPE)
    assert {"search", "voters", "open", "stock", "approval"} <= reached
    assert not browser.execute_script("return document.getElementById('thread').open")


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast_is_aa(tmp_path: Path, open_page: Any, browser: Any, scheme: str) -> None:
    browser.execute_cdp_cmd(
        "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    )
    news = [news_row(1), news_row(2, approval=-0.5, news_tone=-0.5), news_row(3, approval=None, news_tone=None)]
    page = open_page(write(tmp_path, a_store(news, [])))
    pairs = page.execute_script(CONTRAST)
    assert len(pairs) > 20
    worst = min(pairs, key=lambda pair: contrast(pair["ink"], pair["paper"]))
    assert contrast(worst["ink"], worst["paper"]) >= 4.5, worst
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


CONTRAST = """
const solid = (node) => {
  for (; node; node = node.parentElement) {
    const colour = getComputedStyle(node).backgroundColor;
    if (!colour.startsWith("rgba(0, 0, 0, 0")) return colour;
  }
  return "rgb(255, 255, 255)";
};
const own = (node) => [...node.childNodes].some((c) => c.nodeType === 3 && c.textContent.trim());
return [...document.querySelectorAll("body *")]
  .filter((n) => own(n) && n.offsetParent && !n.closest("script, style, .u-legend"))
  .map((n) => ({ text: n.textContent.trim().slice(0, 20), ink: getComputedStyle(n).color, paper: solid(n) }));
"""


def contrast(ink: str, paper: str) -> float:
    """WCAG 2.1 contrast ratio of two ``rgb(r, g, b)`` colours."""

    def light(colour: str) -> float:
        parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
        linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    high, low = sorted((light(ink), light(paper)), reverse=True)
    return (high + 0.05) / (low + 0.05)
