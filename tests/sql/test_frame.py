import pytest

import analysis
from analysis.errors import PttError


def test_a_query_may_end_with_a_comment_or_a_semicolon(board_data):
    for query in ("SELECT 1 AS n -- one", "SELECT 1 AS n;", "SELECT 1 AS n /* one */ ;\n"):
        assert list(analysis.frame(query, data_dir=board_data).n) == [1]


def test_what_duckdb_says_is_one_line_of_ours_with_duckdbs_error_behind_it(board_data):
    with pytest.raises(PttError, match="pushs") as raised:
        analysis.frame("SELECT pushs FROM posts", data_dir=board_data)
    assert "\n" not in str(raised.value)
    assert type(raised.value.__cause__).__name__ == "BinderException"
