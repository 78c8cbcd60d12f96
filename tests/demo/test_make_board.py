"""The demo board: made again to the byte, and holding what the demo and the docs promise."""

import json
import re
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def truth(root: Path) -> list[dict]:
    return [json.loads(line) for line in (root / "fixtures/board/truth.jsonl").read_text("utf-8").splitlines()]


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_made_again_it_is_the_same_to_the_byte(root, tmp_path):
    script = root / "fixtures/make_board.py"
    subprocess.run([sys.executable, script, tmp_path], check=True, capture_output=True, timeout=60)
    assert files(tmp_path) == files(root / "fixtures/board")


def test_board_is_small(root):
    assert sum(map(len, files(root / "fixtures/board").values())) < 2_000_000


def test_what_the_board_must_hold(truth):
    posts = [row for row in truth if not row["deleted"]]
    assert len(posts) >= 60
    assert len(truth) > len(posts)
    assert any(row["pinned"] for row in posts)
    assert any(row["is_reply"] for row in posts)
    assert any(row["is_forward"] for row in posts)
    assert any(row["edited_at"] and not row["replies"] for row in posts)
    assert any(row["replies"] for row in posts)
    assert {"新聞", "標的", "閒聊", "請益", "心得", "情報"} <= {row["category"] for row in posts}
    assert max(len(row["pushes"]) for row in posts) >= 400
    weeks = {datetime.fromisoformat(row["posted_at"]).isocalendar()[:2] for row in posts}
    assert weeks == {(2025, 52), (2026, 1), (2026, 2), (2026, 3), (2026, 4)}


def test_new_years_eve_goes_on_into_the_new_year(truth):
    post = next(row for row in truth if row["posted_at"].startswith("2025-12-31"))
    years = {push["pushed_at"][:4] for push in post["pushes"]}
    assert years == {"2025", "2026"}


def test_the_h200_post_has_the_template_and_42_pushes(truth):
    post = next(row for row in truth if "H200" in row["title"] and not row["is_reply"])
    assert len(post["pushes"]) == 42
    fields = re.findall(r"^(原文標題|原文連結|發布時間|記者署名|原文內容|心得/評論):$", post["body"], re.M)
    assert fields == ["原文標題", "原文連結", "發布時間", "記者署名", "原文內容", "心得/評論"]


def test_votes_follow_the_sites_rules(truth):
    for post in truth:
        last: dict[str, str] = {}
        for push in post.get("pushes", ()):
            if push["is_author"]:
                assert push["tag"] == "→", post["post_id"]
            if last.get(push["user_id"]) == push["pushed_at"]:
                assert push["tag"] == "→", "two votes of one user within a minute"
            last[push["user_id"]] = push["pushed_at"]


def test_sentences_are_many_and_users_keep_their_habits(root, truth):
    lines = (root / "fixtures/board_text/comments.txt").read_text("utf-8").splitlines()
    assert len({line for line in lines if line and line[0] not in "#["}) >= 250
    votes: dict[str, list[str]] = {}
    for post in truth:
        for push in post.get("pushes", ()):
            votes.setdefault(push["user_id"], []).append(push["tag"])
    share = {user: tags.count("噓") / max(1, len(tags) - tags.count("→")) for user, tags in votes.items()}
    assert share["nofuture00"] > 3 * share["orangecat"]
