"""What stands where an article or an index should."""

import pytest

from fixtures.pages.cases import all_cases
from ptt_spider.pages import page_problem

PAGES = {made.name: made.html for made in all_cases()}


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        (PAGES["26-over18"], "over18"),
        (PAGES["26-not-found"], "not_found"),
        (PAGES["26-error-page"], "error_page"),
        (PAGES["26-challenge"], "challenge"),
        (PAGES["34-empty"], "empty"),
        (b"", "empty"),
        ("<html><title>Attention Required! | Cloudflare</title><div id='cf-error-details'>", "challenge"),
        ("<html><head><title>503 Service Temporarily Unavailable</title></head><center>nginx</center>", "error_page"),
        ("<html><h1>429 Too Many Requests</h1></html>", "error_page"),
        ("<html><body>It works!</body></html>", "not_ptt"),
        ('<html><div class="bbs-screen bbs-content">關於我們</div></html>', "no_content"),
    ],
)
def test_reasons(html: bytes | str, reason: str) -> None:
    assert page_problem(html) == reason


@pytest.mark.parametrize("name", ["01-warning-box", "29-index", "34-half-page"])
def test_pages_of_the_site_are_none(name: str) -> None:
    assert page_problem(PAGES[name]) is None


def test_an_author_may_write_about_them() -> None:
    html = PAGES["02-url-in-push"].replace("早盤", "404 - Not Found. 500 Server Too Busy _cf_chl_opt")
    assert page_problem(html) is None


def test_a_script_that_the_edge_adds_to_sound_pages_is_no_challenge() -> None:
    html = '<html><div class="bbs-screen"></div><script src="/cdn-cgi/challenge-platform/scripts/jsd/main.js"></script>'
    assert page_problem(html) == "no_content"
