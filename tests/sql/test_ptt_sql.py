"""`ptt sql`, `ptt stock`, `ptt thread`: what they answer, what they refuse, how they write."""

import csv
import io
import json
import resource
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from analysis.errors import StoreNotFound, UsageError
from analysis.sql import ask, formats, prompt, texttable
from ptt_spider.clock import TAIPEI

POST = "M.1767749490.A.F5B"


def ptt(*args, data, stdin=None):
    return subprocess.run(
        [sys.executable, "-m", "analysis", *map(str, args), "--data", str(data)],
        capture_output=True, text=True, input=stdin, timeout=60, check=False,
    )  # fmt: skip


@pytest.fixture
def con(board_data):
    with ask.open_locked(board_data) as con:
        yield con


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM read_csv('/etc/passwd')", "SELECT * FROM read_text('/etc/hostname')", "FROM '/etc/passwd'",
        "FROM glob('/etc/*')", "COPY (SELECT 1) TO '/tmp/ptt-escape.csv'", "ATTACH '/tmp/ptt-escape.db'",
        "EXPORT DATABASE '/tmp/ptt-escape'", "INSTALL httpfs", "LOAD httpfs", "SET enable_external_access = true",
        "SET allowed_paths = ['/etc/passwd']", "RESET lock_configuration", "PRAGMA profile_output = '/tmp/ptt-escape'",
        "DELETE FROM posts", "CREATE TABLE ptt.x AS SELECT 1", "UPDATE pushes SET vote = 0", "FROM names",
    ],
)  # fmt: skip
def test_a_query_reads_no_file_and_changes_nothing(con, query):
    names = [1]  # a Python variable is no table either
    assert names
    with pytest.raises(UsageError) as caught:
        list(ask.ask(con, query).rows)
    assert "\n" not in str(caught.value)


def test_the_one_file_that_may_be_written_is_the_only_one(board_data, tmp_path):
    target, other = tmp_path / "it's.parquet", tmp_path / "b.parquet"
    with ask.open_locked(board_data, may_write=target) as con:
        assert ask.copy_parquet(con, "SELECT * FROM posts WHERE board = $b -- all", {"b": "Stock"}, target) > 50
        with pytest.raises(UsageError):
            ask.copy_parquet(con, "FROM posts", None, other)
        with pytest.raises(UsageError):
            ask.copy_parquet(con, f"SELECT 1) TO '{other}' (FORMAT csv) --", None, target)
    assert target.stat().st_size > 1000
    assert not other.exists()


def test_csv_and_json_say_the_same_as_the_store(board_data, tmp_path):
    columns = "post_id, posted_at, posted_local, voters, approval, symbols, in_sample, deleted_at"
    query = f"SELECT {columns} FROM news_sentiment ORDER BY deleted_at IS NOT NULL, post_id"
    with ask.open_locked(board_data) as con:
        rows = con.execute(query).fetchall()
    done = ptt("sql", query, "--format", "json", data=board_data)
    answers = json.loads(done.stdout)
    assert [answer["post_id"] for answer in answers] == [row[0] for row in rows]
    assert answers[0]["posted_at"].endswith("+08:00")
    assert datetime.fromisoformat(answers[0]["posted_at"]) == rows[0][1]
    assert answers[0]["symbols"] == rows[0][5]
    assert answers[0]["approval"] == pytest.approx(rows[0][4])
    out = tmp_path / "out.csv"
    done = ptt("sql", query, "--out", out, data=board_data)
    assert done.returncode == 0, done.stderr
    table = list(csv.DictReader(out.read_text("utf-8").splitlines()))
    assert [row["post_id"] for row in table] == [row[0] for row in rows]
    assert table[0]["posted_at"] == answers[0]["posted_at"]
    assert table[0]["deleted_at"] == ""
    assert table[0]["in_sample"] in ("true", "false")
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]


def test_excel_gets_a_mark_and_no_formulas():
    answer = ask.Answer(["text", "n"], [], iter([("=HYPERLINK()", -1), ("-5.2%", 2), ("推", None)]))
    out = io.StringIO()
    assert formats.write_csv(answer, out, bom=True) == 3
    assert out.getvalue() == "\ufefftext,n\n'=HYPERLINK(),-1\n'-5.2%,2\n推,\n"


def test_without_bom_text_stays_as_it_is():
    out = io.StringIO()
    formats.write_csv(ask.Answer(["text"], [], iter([("-5.2%",), ('a "b"\n,',)])), out)
    assert out.getvalue() == 'text\n-5.2%\n"a ""b""\n,"\n'


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (datetime(2026, 1, 28, 0, 45, tzinfo=UTC), "2026-01-28T08:45:00+08:00"),
        (datetime(2026, 1, 28, 8, 45), "2026-01-28T08:45:00"),  # noqa: DTZ001 - a wall clock column
        (timedelta(minutes=2), 120.0), (Decimal("1.50"), 1.5), (Decimal(3), 3), (2**60, str(2**60)),
        (float("nan"), None), ([1, None], [1, None]), ({"a": timedelta(0)}, {"a": 0.0}), (b"\x01\xff", "01ff"),
    ],
)  # fmt: skip
def test_values_in_json(value, plain):
    assert formats.plain(value) == plain


def test_tables_count_chinese_as_two_cells():
    lines = list(texttable.render(["標題", "n"], [("台積電法說會", 1), ("GG", 100)], 80))
    assert lines == ["標題         │   n", "─────────────┼────", "台積電法說會 │   1", "GG           │ 100"]


def test_a_narrow_terminal_gets_ellipses_and_a_very_narrow_one_records():
    rows = [("台積電法說會後外資大買三萬張", "abc")]
    narrow = list(texttable.render(["headline", "x"], rows, 24))
    assert all(texttable.cell_len(line) <= 24 for line in narrow)
    assert "…" in narrow[2]
    records = list(texttable.render(["headline", "x"], rows, 8))
    assert records[1] == "headline  台積電法說會後外資大買三萬張"


@pytest.mark.parametrize("text", ["\x1b[31mred", "a\x07b", "x\u202egnp", "\x9b2J", "a\x00b"])
def test_data_cannot_steer_the_terminal(text):
    shown = "\n".join(texttable.render(["t"], [(text,)], 80))
    assert "\N{REPLACEMENT CHARACTER}" in shown
    assert not set(shown) & set("\x1b\x07\u202e\x9b\x00")


def test_nulls_newlines_and_numbers_in_tables():
    now = datetime(2026, 1, 28, 0, 45, 10, 999, tzinfo=UTC)
    assert [texttable.shown(v) for v in (None, "a\nb", 0.12345, True, now, ["a", None])] == [
        "∅", "a⏎b", "0.123", "true", "2026-01-28 08:45:10", "a ∅",
    ]  # fmt: skip
    assert now.astimezone(TAIPEI).hour == 8


def test_cookbook_queries_take_parameters(board_data):
    done = ptt("sql", "@boo_givers", "n=2", "--format", "csv", data=board_data)
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == 3


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["SELEC 1"], "語法"), (["SELECT nope FROM posts"], "nope"), (["SELECT 1; FROM posts"], "一次一個查詢"),
        (["@no-such"], "--list"), (["@boo-giver"], "@boo-givers"), (["@boo-givers", "m=2"], "n"),
        (["@boo-givers", "n=many"], "數字"), (["SELECT 1", "x"], "名稱=值"),
        (["SELECT 1", "--format", "parquet"], "--out"),
        (["SELECT 1", "--bom"], "--bom"), (["-f", "/nowhere.sql"], "/nowhere.sql"), (["SELECT 'x'::INT"], "x"),
        ([".nonsense"], ".help"), (["COPY (SELECT 1) TO '/tmp/ptt-escape'"], "只能讀"),
    ],
)  # fmt: skip
def test_mistakes_are_one_line_and_exit_2(board_data, args, said, capsys):
    from analysis.commands import sql

    options = dict(zip(args[1::2], args[2::2], strict=False)) if "--format" in args else {}
    words = [] if args[0] == "-f" else [arg for arg in args if not arg.startswith("--") and arg not in options.values()]
    with pytest.raises(UsageError) as caught:
        sql.command(
            words, data=board_data, file=sql.Path(args[1]) if args[0] == "-f" else None, show_list=False,
            output=sql.Format(options["--format"]) if options else None, out=None, bom="--bom" in args,
        )  # fmt: skip
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_of_several_statements_only_the_last_may_answer(con, tmp_path, board_data):
    for query in ("SELECT 1; SELECT 2", "DESCRIBE posts; SELECT 2", "CREATE TEMP TABLE t AS SELECT 1; FROM t; FROM t"):
        with pytest.raises(UsageError, match=r"一次一個查詢：這裡有 [23] 個"):
            ask.ask(con, query)
    with ask.open_locked(board_data, may_write=tmp_path / "a") as other, pytest.raises(UsageError, match="一次一個"):
        ask.copy_parquet(other, "SELECT 1; SELECT 2", None, tmp_path / "a")
    assert list(ask.ask(con, "SELECT 1;; -- one;").rows) == [(1,)]
    assert list(ask.ask(con, "SET VARIABLE n = 7; SELECT getvariable('n')").rows) == [(7,)]


def test_an_answer_that_nobody_can_hear_is_a_failure(board_data, tmp_path):
    """And a closed stream is none into which files, or other streams' lines, could go."""
    sql = f"{sys.executable} -m analysis sql --data {board_data}"

    def run(rest):
        return subprocess.run(
            ["bash", "-c", f"{sql} {rest}"], capture_output=True, text=True, timeout=60, check=False, cwd=tmp_path
        )

    closed = run("'SELECT 1' >&-")
    assert closed.returncode == 1
    assert "Traceback" not in closed.stderr
    assert closed.stderr.splitlines()[-1].startswith("ptt: 標準輸出是關著的")
    written = run("'SELECT 1 AS n' --out a.csv >&-")
    assert (written.returncode, (tmp_path / "a.csv").read_text()) == (0, "n\n1\n")
    assert run("'SELECT 1' > /dev/null").returncode == 0
    assert run("'SELECT 1 AS n' --format csv 2>&-").stdout == "n\n1\n"
    unasked = run("<&-")
    assert (unasked.returncode, "Traceback" in unasked.stderr) == (2, False)


def test_without_a_store_exit_1_says_what_to_run(tmp_path):
    done = ptt("sql", "SELECT 1", data=tmp_path / "none")
    assert done.returncode == StoreNotFound.exit_code == 1
    assert "ptt run" in done.stderr.splitlines()[-1]
    assert not (tmp_path / "none").exists()


def test_sql_comes_from_files_and_from_standard_input(board_data, tmp_path):
    file = tmp_path / "q.sql"
    file.write_text("SELECT count(*) AS n FROM posts WHERE board = $board -- 註解", "utf-8")
    from_file = ptt("sql", "-f", file, "board=Stock", "--format", "csv", data=board_data)
    from_stdin = ptt("sql", "--format", "csv", data=board_data, stdin="SELECT count(*) AS n FROM posts")
    assert from_file.stdout == from_stdin.stdout
    assert from_file.stdout.startswith("n\n")


def test_a_table_says_what_it_does_not_show(con):
    lines = list(prompt.table_lines(ask.ask(con, "FROM range(10)"), 80, limit=3))
    assert lines[-1] == "（只顯示前 3 列；要全部請用 --format csv）"
    assert len(lines) == 6


def test_memory_does_not_grow_with_the_answer(board_data):
    code = (
        "import sys, io, resource; from pathlib import Path; from analysis.sql import ask, formats\n"
        "class Null(io.TextIOBase):\n    def write(self, s): return len(s)\n"
        "con = ask.open_locked(Path(sys.argv[1]))\n"
        "q = \"SELECT i, repeat('x', 200) AS t FROM range({}) r(i)\"\n"
        "formats.write_csv(ask.ask(con, q.format(10_000)), Null())\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "print(formats.write_csv(ask.ask(con, q.format(150_000)), Null()))\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, board_data], capture_output=True, text=True, check=True)
    rows, grown = map(int, done.stdout.split())
    unit = 1 if sys.platform == "darwin" else 1024
    assert rows == 150_000
    assert grown * unit < 20e6 < 150_000 * 200
    assert resource


class Console:
    """Types the given lines at the prompt and keeps what it says."""

    def __init__(self, con, *lines):
        self.lines, self.said = iter(lines), []
        prompt.converse(con, self.read, self.said.append, 100)

    def read(self, _prompt):
        try:
            line = next(self.lines)
        except StopIteration:
            raise EOFError from None
        if isinstance(line, BaseException):
            raise line
        return line

    @property
    def text(self):
        return "\n".join(self.said)


def test_the_prompt_goes_on_after_mistakes_and_over_lines(con):
    console = Console(
        con,
        "SELEC;",
        "SELECT 40 +",
        "2 AS n;",
        "",
        "SELECT",
        KeyboardInterrupt(),
        "@boo-givers n=1",
        ".quit",
        "SELECT 99;",
    )
    assert "語法" in console.text
    assert "42" in console.text
    assert "boo_share" in console.text
    assert "99" not in console.text


def test_dot_commands_show_the_schema(con):
    console = Console(
        con, ".tables", ".schema news_sentiment", ".schema top_news", ".schema nope", ".list", ".help", ".what"
    )
    for part in (
        "news_sentiment",
        "approval_low",
        "min_voters := 10",
        "沒有 nope",
        "@boo-givers n=20",
        "Ctrl-D",
        "沒有 .what",
    ):
        assert part in console.text, part


def test_history_is_kept_privately(tmp_path, monkeypatch):
    readline = pytest.importorskip("readline")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    with prompt.history(["news_sentiment"]):
        readline.add_history("SELECT 1;")
    path = tmp_path / "ptt" / "sql_history"
    assert "SELECT 1;" in path.read_text("utf-8").replace("\\040", " ")
    assert path.stat().st_mode & 0o777 == 0o600
    readline.clear_history()


def test_a_thread_as_a_table(board_data):
    done = ptt("thread", f"https://www.ptt.cc/bbs/Stock/{POST}.html", data=board_data)
    assert done.returncode == 0, done.stderr
    assert POST in done.stdout
    assert "approval" in done.stdout


@pytest.mark.parametrize(("given", "code"), [("nonsense!", 2), ("M.1000000000.A.000", 1)])
def test_a_thread_that_is_not_there(board_data, given, code):
    done = ptt("thread", given, data=board_data)
    assert (done.returncode, len(done.stderr.splitlines())) == (code, 2)
