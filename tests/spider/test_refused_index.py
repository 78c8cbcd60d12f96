"""A site that serves robots.txt and refuses the board says so, with what to do; it is not "unreachable"."""

from pathlib import Path
from typing import Any

import pytest


@pytest.mark.parametrize(("fault", "named"), [("403", "403"), ("challenge", "Cloudflare")])
def test_a_refused_index_is_named(site: Any, crawls: Any, tmp_path: Path, fault: str, named: str) -> None:
    site.fault(fault, "/bbs/", times=-1)
    report = crawls(tmp_path, site.url).report
    assert report.outcome == "failed"
    assert "拒絕了這台主機" in report.reason
    assert named in report.reason
    assert "ptt import" in report.reason
    assert report.requests <= 4
