"""AID <-> file name <-> URL."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptt_spider.aid import PostRef, aid_to_name, is_name, name_seconds, name_to_aid, parse_ref, post_url

NAME, AID = "M.1772586920.A.5D1", "1ffuUeNH"


def test_known_pairs() -> None:
    assert name_to_aid(NAME) == AID
    assert aid_to_name(AID) == aid_to_name(f"#{AID}") == NAME
    assert name_to_aid("M.0.A.000") == "00000000"
    assert name_to_aid("G.1707102089.A.01A") == "5bm4-90Q"
    assert aid_to_name("5bm4-90Q") == "G.1707102089.A.01A"
    # Very old names lack the hex.
    assert name_to_aid("M.1157695382.A") == name_to_aid("M.1157695382.A.000")


@given(st.sampled_from("MG"), st.integers(0, 2**32 - 1), st.integers(0, 0xFFF))
def test_there_and_back(kind: str, seconds: int, suffix: int) -> None:
    name = f"{kind}.{seconds}.A.{suffix:03X}"
    assert aid_to_name(name_to_aid(name)) == name
    assert name_seconds(name) == seconds


@pytest.mark.shared
def test_all_pairs_of_the_replayed_board(shared: Path, tmp_path: Path) -> None:
    import tarfile

    with tarfile.open(shared / "replay" / "stock_board.tar.xz") as archive:
        lines = archive.extractfile("./truth.jsonl")
        assert lines
        pairs = [(row["filename"], row["aid"]) for row in map(json.loads, lines) if not row["deleted"]]
    assert len(pairs) == 1537
    for name, aid in pairs:
        assert name_to_aid(name) == aid
        assert aid_to_name(aid).startswith(name)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "M.1.A.00",
        "M.1.A.00g",
        "M.1.A.5d1",
        "X.1.A.000",
        "M.99999999999.A.000",
        "M.4294967296.A.000",
        " M.1.A.000",
        "M.１.A.000",
    ],
)
def test_no_names(text: str) -> None:
    with pytest.raises(ValueError, match="M\\."):
        name_to_aid(text)


@pytest.mark.parametrize(
    "text", ["", "1ffuUeN", "1ffuUeNHH", "1ffuUe H", "##ffuUeNH", "zzzzzzzz", "________", "１ffuUeNH"]
)
def test_no_aids(text: str) -> None:
    with pytest.raises(ValueError, match="AID"):
        aid_to_name(text)


@pytest.mark.parametrize(
    ("text", "ref"),
    [
        (f"https://www.ptt.cc/bbs/Stock/{NAME}.html", PostRef("Stock", NAME)),
        (f"http://127.0.0.1:8000/bbs/Stock/{NAME}.html?x=1#top", PostRef("Stock", NAME)),
        (f"https://www.ptt.cc/b/Stock/{AID}", PostRef("Stock", NAME)),
        (f"/bbs/C_Chat/{NAME}.html", PostRef("C_Chat", NAME)),
        (f"  #{AID} (Stock)\n", PostRef("Stock", NAME)),
        (f"#{AID}(Stock)", PostRef("Stock", NAME)),
        (f"#{AID}", PostRef(None, NAME)),
        (AID, PostRef(None, NAME)),
        (NAME, PostRef(None, NAME)),
        (f"Stock/{NAME}", PostRef("Stock", NAME)),
        (f"Stock #{AID}", PostRef("Stock", NAME)),
        (f"#{AID} [Stock]", PostRef("Stock", NAME)),
        (f"│ 文章代碼(AID): #{AID} (Stock) [ptt.cc] [心得] 三月 │", PostRef("Stock", NAME)),
        (f"※ 文章網址: https://www.ptt.cc/bbs/Stock/{NAME}.html", PostRef("Stock", NAME)),
        ("M.1157695382.A", PostRef(None, "M.1157695382.A")),
    ],
)
def test_what_users_type(text: str, ref: PostRef) -> None:
    assert parse_ref(text) == ref


@pytest.mark.parametrize(
    "text", ["", "https://www.ptt.cc/bbs/Stock/index.html", "hello world", "#123", "https://example.test/"]
)
def test_what_names_no_post(text: str) -> None:
    with pytest.raises(ValueError, match="AID"):
        parse_ref(text)


def test_addresses() -> None:
    assert post_url("Stock", NAME) == f"https://www.ptt.cc/bbs/Stock/{NAME}.html"
    assert post_url("Stock", NAME, "http://127.0.0.1:1/") == f"http://127.0.0.1:1/bbs/Stock/{NAME}.html"
    assert is_name(NAME)
    assert not is_name(f"{NAME}.html")
    assert not is_name("M.9772586920.A.111")  # its seconds fit no AID: a forged link, not a post
