"""What users read of a crawl: the plan, where it stands, what it did."""

from datetime import datetime, timedelta

import pytest
import time_machine

from analysis.watching import bar_text, plan_line, progress_line, summary_line
from ptt_spider.clock import TAIPEI
from ptt_spider.crawling import CrawlReport, Plan, Progress, RefResult

NOW = datetime(2026, 1, 28, 21, 0, tzinfo=TAIPEI)


@pytest.fixture(autouse=True)
def frozen():
    with time_machine.travel(NOW, tick=False):
        yield


def test_the_plan_is_the_line_of_the_design():
    plan = Plan("Stock", NOW - timedelta(days=7), None, 420, 441.0, 1.0, 7.0)
    assert plan_line(plan) == "股票板 7 天約 420 篇，每秒 1 篇，約 7 分鐘；隨時可按 Ctrl-C，已抓的不會遺失。"


def test_plans_of_other_boards_ranges_and_paces():
    hours = Plan("Gossiping", NOW - timedelta(hours=12), None, 900, 7200.0, 2.0)
    assert plan_line(hours).startswith("Gossiping 板 12 小時約 900 篇，每秒 0.5 篇，約 2.0 小時；")
    years = Plan("Stock", NOW - timedelta(days=3650), NOW - timedelta(days=10), 200_000, 210_000.0, 1.0)
    assert plan_line(years).startswith("股票板 3640 天約 200000 篇，每秒 1 篇，約 2.4 天；")
    assert plan_line(Plan("Stock", None, None, 3, 0.1, 0.0)).startswith("股票板 約 3 篇，不設間隔，約 1 秒；")


def test_progress_tells_done_total_pace_and_finish():
    progress = Progress("Stock", 12, 100, 5000, 120, 400, 0.98, 1800.0)
    assert progress_line(progress) == (
        "Stock：索引 12 頁、文章 100 篇、推文 5000 則，120/400，每秒 1.0 篇，預計 21:30 完成"
    )
    assert bar_text(progress).endswith("21:30 完成")
    assert "01/29 02:00 完成" in progress_line(progress._replace(eta_seconds=5 * 3600.0))
    assert "完成" not in progress_line(progress._replace(done=400))
    assert "完成" not in bar_text(progress._replace(eta_seconds=None))


def test_the_summary_names_what_was_asked_and_saved():
    report = CrawlReport(
        "r", NOW - timedelta(minutes=7), NOW, requests=30, requests_saved=50, index_pages=3, watch_pages=8, revisits=4,
        posts=10, pushes=600, gone=1,
    )  # fmt: skip
    assert summary_line(report) == (
        "抓了 10 篇、600 則推文，1 篇已刪除，索引 3 頁（另看守 8 頁），重訪 4 篇，共 30 次請求，省下 50 次，"
        "耗時 7 分鐘。"
    )
    report.gone, report.refs = 3, [RefResult("Stock", f"M.{n}", "missing") for n in range(2)]
    assert "，1 篇已刪除，2 篇網站上沒有，" in summary_line(report)
    assert summary_line(CrawlReport("r", NOW, NOW, requests=2)).startswith("沒有新的內容，")
