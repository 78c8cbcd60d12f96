"""The wrong uses and broken inputs of tests/test_bad_input.py, and what lies in the folder when they are typed."""

import gzip
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import duckdb


class Case(NamedTuple):
    wrong: str
    """What is wrong, for the page."""
    args: str
    """As typed after `ptt`; STORE stands for a data folder with a store."""
    code: int
    given: str = ""
    """Name of the function below that prepares the current folder."""
    env: Mapping[str, str] = MappingProxyType({})
    process: bool = False
    """In a process of its own: a crawl, which runs once a process."""
    section: str = ""

    @property
    def key(self) -> str:
        return f"{sorted(self.env.items())} {self.args} {self.given}"


# -- what lies there ------------------------------------------------------------------------------------------------
def garbage_spool(here: Path, _: Path) -> None:
    spool = here / "data" / "spool"
    spool.mkdir(parents=True)
    (spool / "20260101T000000-00001.jsonl").write_bytes(b'{"kind":"page","fetched_at":"yesterday"}\n\x00\xff garbage\n')


def shapes_spool(here: Path, _: Path) -> None:
    spool = here / "data" / "spool"
    spool.mkdir(parents=True)
    (spool / "20260101T000000-00001.jsonl").write_text('[]\n5\nnull\n{"kind":"page"}\n', "utf-8")


def data_is_a_file(here: Path, _: Path) -> None:
    (here / "data").write_text("no folder\n", "utf-8")


def text_store(here: Path, _: Path) -> None:
    (here / "data").mkdir()
    for name in ("work.duckdb", "ptt.duckdb"):
        (here / "data" / name).write_text("This is no database.\n" * 99, "utf-8")


def empty_store(here: Path, _: Path) -> None:
    (here / "data").mkdir()
    for name in ("work.duckdb", "ptt.duckdb"):
        (here / "data" / name).write_bytes(b"")


def half_store(here: Path, store: Path) -> None:
    (here / "data").mkdir()
    content = (store / "ptt.duckdb").read_bytes()
    for name in ("work.duckdb", "ptt.duckdb"):
        (here / "data" / name).write_bytes(content[: len(content) // 3])


def foreign_store(here: Path, _: Path) -> None:
    (here / "data").mkdir()
    with duckdb.connect(str(here / "data" / "ptt.duckdb")) as con:
        con.execute("CREATE TABLE shopping AS SELECT 'milk' AS item")


def folder_for_a_store(here: Path, _: Path) -> None:
    (here / "data" / "ptt.duckdb").mkdir(parents=True)


def newer_store(here: Path, store: Path) -> None:
    (here / "data").mkdir()
    work = here / "data" / "work.duckdb"
    shutil.copyfile(store / "work.duckdb", work)
    with duckdb.connect(str(work)) as con:
        con.execute("INSERT INTO internal.migrations VALUES (99, 'future', now())")


def copied_store(here: Path, store: Path) -> None:
    shutil.copytree(store, here / "data")


def lists(here: Path, _: Path) -> None:
    (here / "list.txt").write_text("# mine\nM.1769577959.A.C89\nnot a post\n", "utf-8")
    (here / "list.bin").write_bytes(b"\xff\xfe\x00\x01")
    (here / "folder").mkdir()


def imports(here: Path, _: Path) -> None:
    (here / "folder").mkdir()
    for name, content in {
        "half.json": '{"articles": [{"board": "Stock", "article_id": "M.17',
        "number.json": "5",
        "strings.json": '["a", "b"]',
        "articles.json": '{"articles": 5}',
        "other.json": '{"hello": "world"}',
        "half.jsonl": '{"board": "Stock"}\n{"boa',
        "page.html": "<html><body>Not that site</body></html>",
        "M.1769577959.A.C89.html": "",
        "empty.txt": "",
        "diary.txt": "Dear diary,\nnothing happened.\n",
        "paper.docx": "PK",
        "text.warc.gz": "no archive",
        "columns.csv": "when,what\n2026-01-28,1\n",
        "day.csv": "symbol,day,close\n2330,soon,600\n",
        "close.csv": "symbol,day,close\n2330,2026-01-28,much\n",
        "short.csv": "symbol,day,close\n2330\n",
        "nan.csv": "symbol,day,close\n2330,2026-01-28,nan\n",
        "empty.csv": "",
    }.items():
        (here / name).write_text(content, "utf-8")
    record = b"WARC/1.1\r\nWARC-Type: response\r\nContent-Length: 4000\r\n\r\nHTTP/1.1 200 OK\r\n\r\n<html>"
    (here / "half.warc.gz").write_bytes(gzip.compress(record)[:-12])
    (here / "big5.csv").write_bytes("代號,日期,收盤價\n2330,2026-01-28,台積電\n".encode("big5"))


def exports(here: Path, _: Path) -> None:
    for name, manifest in {
        "broken": "{", "other": '{"format": 9}', "keyless": '{"format": 1, "files": [{}]}', "list": "[]",
        "counted": '{"format": 1, "kind": "backup", "files": [], "posts": "many", "pushes": 1, "schema_version": 1}',
        "lost": json.dumps({"format": 1, "kind": "backup", "posts": 1, "pushes": 1, "schema_version": 1, "files": [
            {"path": "posts.parquet", "table": "posts", "rows": 1, "bytes": 1, "sha256": "0"}]}),
        "outside": json.dumps({"format": 1, "kind": "backup", "posts": 1, "pushes": 1, "schema_version": 1, "files": [
            {"path": "../../secret.parquet", "table": "posts", "rows": 1, "bytes": 1, "sha256": "0"}]}),
    }.items():  # fmt: skip
        (here / name).mkdir()
        (here / name / "manifest.json").write_text(manifest, "utf-8")
    (here / "full").mkdir()
    (here / "full" / "diary.txt").write_text("mine", "utf-8")
    (here / "file").write_text("mine", "utf-8")


def queries(here: Path, _: Path) -> None:
    (here / "folder").mkdir()
    (here / "binary.sql").write_bytes(b"\xff\xfe\x00")
    (here / "empty.sql").write_bytes(b"\n")


def _config(text: str, here: Path) -> None:
    (here / "ptt.toml").write_text(text, "utf-8")


def broken_config(here: Path, _: Path) -> None:
    _config("board = [", here)


def typo_config(here: Path, _: Path) -> None:
    _config("dealy = 5\n", here)


def wrong_type_config(here: Path, _: Path) -> None:
    _config("board = 5\n", here)


def latin_config(here: Path, _: Path) -> None:
    (here / "ptt.toml").write_bytes("contact = '股票'\n".encode("big5"))


def digest_config(here: Path, _: Path) -> None:
    _config("[digest]\nto = 'me@example.org'\n", here)


def reader_config(here: Path, _: Path) -> None:
    _config('[digest]\nsmtp = "smtp://127.0.0.1:9"\n[[digest.to]]\naddr = "me"\n', here)


def stocks_config(here: Path, _: Path) -> None:
    _config('[digest]\nsmtp = "smtp://127.0.0.1:9"\n[[digest.to]]\naddr = "me@example.org"\nstocks = "2330"\n', here)


def stock_config(here: Path, _: Path) -> None:
    _config('[digest]\nsmtp = "smtp://127.0.0.1:9"\n[[digest.to]]\naddr = "me@example.org"\nstocks = [999999]\n', here)


def secret_config(here: Path, _: Path) -> None:
    _config('[digest]\nsmtp = "smtp://me:hunter2@127.0.0.1:9"\n[[digest.to]]\naddr = "me@example.org"\n', here)


def key_inside(here: Path, _: Path) -> None:
    (here / "data").mkdir()
    (here / "data" / "key").write_text("00" * 32, "ascii")


def short_key(here: Path, _: Path) -> None:
    (here / "key").write_text("00", "ascii")


POST = "M.1767749490.A.F5B"
OTHER = {"PTT_SITE": "https://ptt.example"}
CASES = [
    Case("no such command", "nonsense", 2, section="The command line"),
    Case("a typo in a command", "runn", 2),
    Case("escapes in a command", r"'x\e[31m'", 2),
    Case("no such option", "run --no-such-option", 2),
    Case("a typo in an option", "crawl --boad Stock", 2),
    Case("an option without its value", "crawl --since", 2),
    Case("words where a number belongs", "crawl --pages many", 2),
    Case("no pages", "crawl --pages 0", 2),
    Case("an argument is missing", "stock", 2),
    Case("an argument too many", "load this", 2),
    Case("a value for a switch", "run --hot=3", 2),
    Case("a format that is none", "sql 'SELECT 1' --format xml", 2),
    Case("a word for a date", "crawl --since yesterday", 2, section="Dates, weeks, spans"),
    Case("an empty date, as of an unset variable", "crawl --since ''", 2),
    Case("a day that is none", "crawl --since 2026-02-30", 2),
    Case("a month that is none", "crawl --until 2026/13/01", 2),
    Case("weeks are no unit", "crawl --since 3w", 2),
    Case("a negative span", "crawl --since=-3d", 2),
    Case("longer than history", "crawl --since 999999d", 2),
    Case("before the site was", "crawl --since 0001-01-01", 2),
    Case("the end of time", "crawl --until 9999-12-31", 2),
    Case("the wrong way round", "crawl --since 2026-01-28 --until 2026-01-01", 2),
    Case("no such week", "digest --week 2026-W54 --data STORE", 2),
    Case("a year without week 53", "digest --week 2025-W53 --data STORE", 2),
    Case("a month for a week", "digest --week 2026-01 --data STORE", 2),
    Case("the first week ever", "digest --week 0001-W01 --data STORE", 2),
    Case("the last week ever", "digest --week 9999-W52 --data STORE", 2),
    Case("a week that has not begun", "digest --week 8999-W10 --data STORE", 2),
    Case("a week that has not begun", "digest --send --to me@example.org --week 8999-W10 --data STORE", 2),
    Case("a lag that is none", "status --max-lag soon --data STORE", 2),
    Case("a span that is none", "follow M.1769577959.A.C89 --for soon", 2),
    Case("a keeping rule that is none", "prune --keep soon", 2),
    Case("a board that cannot be", "crawl --board ../etc", 2, section="Boards, posts, sites"),
    Case("a board in Chinese", "crawl --board 股票", 2),
    Case("an empty board", "crawl --board ''", 2),
    Case("a search for nothing, as of an unset variable", "crawl --search ''", 2),
    Case("no category", "crawl --category ' '", 2),
    Case("no such address scheme", "run --site ftp://127.0.0.1", 2),
    Case("an address without scheme", "run --site 127.0.0.1:9", 2),
    Case("half an address", "crawl --site 'http://[::1'", 2),
    Case("a port that cannot be", "run --site http://127.0.0.1:99999", 2),
    Case("a host that is no number in brackets", "run", 2, env={"PTT_SITE": "http://[localhost]:9"}),
    Case("an address with a gap", "crawl --site 'http://127.0.0.1 :9'", 2),
    Case("nobody answers there", "run", 1, process=True),
    Case("no delay for a site that is not on this machine", "run", 2, env={**OTHER, "PTT_DELAY": "0"}),
    Case("too short a delay for a site that is not on this machine", "run", 2, env={**OTHER, "PTT_DELAY": "0.01"}),
    Case("words for a post", "crawl --url nonsense", 2),
    Case("an AID one letter too long", "crawl --url '#1fUF3dt9x (Stock)'", 2),
    Case("a list that is not there", "crawl --url @missing.txt", 2),
    Case("a list that is a folder", "crawl --url @folder", 2, "lists"),
    Case("a list that is no text", "crawl --url @list.bin", 2, "lists"),
    Case("a line of the list is no post", "crawl --url @list.txt", 2, "lists"),
    Case("words for a thread", "follow nonsense", 2),
    Case("words for a thread", "thread 'x y z' --data STORE", 2),
    Case("escapes for a thread", r"thread '\e]0;x\n' --data STORE", 2),
    Case("a thread that is not stored", "thread M.1000000000.A.000 --data STORE", 1),
    Case("a stock that nobody named", "stock 999999 --data STORE", 2),
    Case("escapes for a stock", r"stock '\e[2J' --data STORE", 2),
    Case("a stock that nobody knows", "digest --stocks 2330,999999 --data STORE", 2),
    Case("escapes for a stock", r"digest --stocks '\e[2J' --data STORE", 2),
    Case("no days", "stock 2330 --days 0 --data STORE", 2),
    Case("more days than there are", "stock 2330 --days 99999999999999999999 --data STORE", 2),
    Case("no store yet", "sql 'SELECT 1'", 1, section="The data folder and the store"),
    Case("no store yet", "stock 2330", 1),
    Case("no store yet", "digest", 1),
    Case("no store yet", "report", 1),
    Case("no store yet", "export out", 1),
    Case("no store yet", "status", 1),
    Case("the data folder is a file", "load", 1, "data_is_a_file"),
    Case("the data folder is a file", "sql 'SELECT 1'", 1, "data_is_a_file"),
    Case("the store is a text file", "load", 1, "text_store"),
    Case("the store is a text file", "sql 'SELECT 1'", 1, "text_store"),
    Case("the store is a text file", "run", 1, "text_store"),
    Case("the store is empty", "sql 'SELECT 1'", 1, "empty_store"),
    Case("a third of the store", "sql 'SELECT sum(length(text)) FROM pushes'", 1, "half_store"),
    Case("somebody else's database", "status", 1, "foreign_store"),
    Case("somebody else's database", "digest", 1, "foreign_store"),
    Case("a folder where the store belongs", "sql 'SELECT 1'", 1, "folder_for_a_store"),
    Case("a store newer than the program", "load", 1, "newer_store"),
    Case("garbage in the spool", "load", 3, "garbage_spool"),
    Case("JSON of other shapes in the spool", "load", 3, "shapes_spool"),
    Case("broken ptt.toml", "status", 2, "broken_config", section="Settings"),
    Case("a typo in ptt.toml", "status", 2, "typo_config"),
    Case("a number where names belong", "status", 2, "wrong_type_config"),
    Case("ptt.toml in Big5", "status", 2, "latin_config"),
    Case("a word for a delay", "run", 2, env={"PTT_DELAY": "soon"}),
    Case("a negative delay", "run", 2, env={"PTT_DELAY": "-1"}),
    Case("a delay that is no number", "run", 2, env={"PTT_DELAY": "nan"}),
    Case("an endless delay", "run", 2, env={"PTT_DELAY": "inf"}),
    Case("no board at all", "run", 2, env={"PTT_BOARD": ""}),
    Case("no board at all", "digest --data STORE", 2, env={"PTT_BOARD": ","}),
    Case("a privacy that is none", "run", 2, env={"PTT_PRIVACY": "none"}),
    Case(
        "the key in the data folder", "run", 2, "key_inside", {"PTT_PRIVACY": "hashed", "PTT_PRIVACY_KEY": "data/key"}
    ),
    Case("too short a key", "run", 2, "short_key", {"PTT_PRIVACY": "hashed", "PTT_PRIVACY_KEY": "key"}),
    Case("another privacy than the folder's", "run", 2, "copied_store", {"PTT_PRIVACY": "hashed"}),
    Case("an engine that is none", "score", 2, env={"PTT_ENGINE": "oracle"}),
    Case("a revisit schedule that is none", "run", 2, env={"PTT_REVISIT": "soon"}),
    Case("an endless watch", "run", 2, env={"PTT_WATCH_DAYS": "inf"}),
    Case("a line end in the contact", "run", 2, env={"PTT_CONTACT": "me@example.org\r\nX-Evil: 1"}),
    Case("a watchdog that is no address", "run", 2, env={"PTT_PING_URL": "nonsense"}),
    Case("a keeping rule that is none", "prune", 2, env={"PTT_RAW_KEEP": "soon"}),
    Case("a store backend that is none", "status --data STORE", 2, env={"PTT_STORE": "oracle"}),
    Case(
        "a password in the store's address",
        "status --data STORE",
        2,
        env={"PTT_STORE": "ducklake:postgres://ptt:ab/cd@db.example.com/ptt"},
    ),
    Case("a password with a slash for Redis", "crawl", 2, env={"PTT_REDIS": "redis://:secr3t/x@localhost:6379/0"}),
    Case("a typo in the port of Redis", "run", 2, env={"PTT_REDIS": "redis://localhost:63x9"}),
    Case("nothing to import", "import", 2, section="Import, load, reparse"),
    Case("a file that is not there", "import missing.html", 2),
    Case("half a JSON", "import half.json", 1, "imports"),
    Case("a list of words", "import strings.json", 1, "imports"),
    Case("articles that are no list", "import articles.json", 1, "imports"),
    Case("JSON of another shape", "import other.json", 1, "imports"),
    Case("a page of another site", "import page.html", 1, "imports"),
    Case("an empty page", "import M.1769577959.A.C89.html", 1, "imports"),
    Case("an empty text", "import empty.txt", 1, "imports"),
    Case("a text that is no post", "import diary.txt", 1, "imports"),
    Case("a kind that is not read", "import paper.docx", 1, "imports"),
    Case("half an archive", "import half.warc.gz", 1, "imports"),
    Case("a folder with nothing in it", "import folder", 2, "imports"),
    Case("prices without columns", "import --prices columns.csv", 1, "imports"),
    Case("an empty price list", "import --prices empty.csv", 1, "imports"),
    Case("a price without a day", "import --prices day.csv", 1, "imports"),
    Case("a price in words", "import --prices close.csv", 1, "imports"),
    Case("prices in Big5", "import --prices big5.csv", 1, "imports"),
    Case("a folder of prices", "import --prices folder", 1, "imports"),
    Case("an archive that is not there", "reparse missing.warc.gz", 2),
    Case("no archive", "reparse text.warc.gz", 1, "imports"),
    Case("a folder for an archive", "reparse folder", 2, "imports"),
    Case("a typo in SQL", "sql 'SELEC 1' --data STORE", 2, section="SQL"),
    Case("no such column", "sql 'SELECT pushs FROM posts' --data STORE", 2),
    Case("no such table", "sql 'FROM post' --data STORE", 2),
    Case("nothing to ask", "sql '' --data STORE", 2),
    Case("only a comment", "sql --data STORE -- '-- hello'", 2),
    Case("a cast that fails in a later row", "sql \"SELECT ('x' || i)::INT FROM range(9) t(i)\" --data STORE", 2),
    Case("reads a file", "sql \"FROM read_text('/etc/hostname')\" --data STORE", 2),
    Case("reads a file by name", "sql \"FROM '/etc/passwd'\" --data STORE", 2),
    Case("writes a file", "sql \"COPY posts TO 'x.csv'\" --data STORE", 2),
    Case("attaches a file", "sql \"ATTACH 'x.duckdb'\" --data STORE", 2),
    Case("exports the store", "sql \"EXPORT DATABASE 'x'\" --data STORE", 2),
    Case("installs an extension", "sql 'INSTALL httpfs' --data STORE", 2),
    Case("loads an extension", "sql 'LOAD httpfs' --data STORE", 2),
    Case("opens the lock", "sql 'SET enable_external_access = true' --data STORE", 2),
    Case("drops a table", "sql 'DROP TABLE posts' --data STORE", 2),
    Case("changes a vote", "sql 'UPDATE pushes SET vote = 1' --data STORE", 2),
    Case("changes in a second statement", "sql 'SELECT 1; DELETE FROM posts' --data STORE", 2),
    Case("two questions", "sql 'SELECT 1; SELECT 2' --data STORE", 2),
    Case("two questions for a file", "sql 'SELECT 1; SELECT 2' --out x.parquet --data STORE", 2),
    Case("no such cookbook query", "sql @nonsense --data STORE", 2),
    Case("no such parameter", "sql @boo-givers m=2 --data STORE", 2),
    Case("words for a number", "sql @boo-givers n=many --data STORE", 2),
    Case("a parameter without a name", "sql 'SELECT 1' 5 --data STORE", 2),
    Case("a parameter that is not given", "sql 'SELECT $n' --data STORE", 2),
    Case("no such dot command", "sql .nonsense --data STORE", 2),
    Case("escapes in a name", r"""sql 'SELECT "\e[31m"' --data STORE""", 2),
    Case("no such SQL file", "sql -f missing.sql --data STORE", 2),
    Case("a folder of SQL", "sql -f folder --data STORE", 2, "queries"),
    Case("SQL that is no text", "sql -f binary.sql --data STORE", 2, "queries"),
    Case("an empty SQL file", "sql -f empty.sql --data STORE", 2, "queries"),
    Case("Parquet to the terminal", "sql 'SELECT 1' --format parquet --data STORE", 2),
    Case("Parquet of a wrong query", "sql 'SELEC 1' --out x.parquet --data STORE", 2),
    Case("Excel's mark in a table", "sql 'SELECT 1' --bom --data STORE", 2),
    Case("the answer's file is a folder", "sql 'SELECT 1' --out folder --data STORE", 2, "queries"),
    Case("the answer's folder is not there", "sql 'SELECT 1' --out nowhere/x.csv --data STORE", 2),
    Case("a language that is none", "digest --lang fr --data STORE", 2, section="Digest, report, export, others"),
    Case("an address that is none", "digest --to me --data STORE", 2),
    Case("a header smuggled into an address", r"digest --to 'me@example.org\nBcc: you@example.org' --data STORE", 2),
    Case("again without send", "digest --again --data STORE", 2),
    Case("nobody to send to", "digest --send --data STORE", 2),
    Case("readers that are no table", "digest --send --data STORE", 2, "digest_config"),
    Case("a reader without an address", "digest --send --data STORE", 2, "reader_config"),
    Case("a password in ptt.toml", "digest --send --data STORE", 2, "secret_config"),
    Case("a board that is a path", "digest --board ../../x --data STORE", 2),
    Case("a board that is not stored", "digest --board stock --data STORE", 2),
    Case("a board that is not stored", "digest --board stock --send --to me@example.org --data STORE", 2),
    Case("a board that is not stored", "digest --data STORE", 2, env={"PTT_BOARD": "stock"}),
    Case("a board that is not stored", "report --board stock --data STORE", 2),
    Case("a reader's stocks that are no list", "digest --send --data STORE", 2, "stocks_config"),
    Case("a reader's stock that nobody knows", "digest --send --data STORE", 2, "stock_config"),
    Case("the page's file is a folder", "report --out . --data STORE", 2),
    Case("the page's folder is not there", "report --out nowhere/x.html --data STORE", 2),
    Case("a file for an export", "export file --data STORE", 2, "exports"),
    Case("an export to nobody's home", "export '~nobody-here/out' --data STORE", 2),
    Case("an export into somebody's folder", "export full --data STORE", 2, "exports"),
    Case("check what is no export", "export full --verify", 2, "exports"),
    Case("check and share", "export out --verify --share", 2),
    Case("half a manifest", "export broken --verify", 2, "exports"),
    Case("a manifest that is a list", "export list --verify", 2, "exports"),
    Case("another manifest", "export other --verify", 2, "exports"),
    Case("a manifest without names", "export keyless --verify", 2, "exports"),
    Case("a manifest with words for counts", "export counted --verify", 2, "exports"),
    Case("a manifest without its files", "export lost --verify", 1, "exports"),
    Case("a manifest that points outside", "export outside --verify", 2, "exports"),
    Case("restore without the files", "import lost", 1, "exports"),
    Case("an engine that is none", "score --engine oracle", 2),
    Case("an engine without its version", "score --activate ptt", 2),
    Case("a version that is none", "score --activate lexicon@999", 2),
    Case("switch and score all", "score --all --activate lexicon@1", 2),
    Case("a user that cannot be", "forget 股票王", 2),
    Case("too long a user", "forget abcdefghijklm", 2),
    Case("a timer that is none", "schedule --print windows", 2),
]


class Slip(NamedTuple):
    """A wrong use from Python."""

    wrong: str
    expression: str
    """STORE stands for a data folder with a store."""
    error: str
    """The exception's class: a PttError, or a ValueError where ptt_spider says it, which knows no PttError."""


SLIPS = [
    Slip("no such view", "analysis.frame('post', data_dir=STORE)", "UsageError"),
    Slip("no view at all", "analysis.frame(' ', data_dir=STORE)", "UsageError"),
    Slip("a typo in SQL", "analysis.frame('SELEC 1', data_dir=STORE)", "QueryFailed"),
    Slip("two queries", "analysis.frame('SELECT 1; SELECT 2', data_dir=STORE)", "QueryFailed"),
    Slip("no such column", "analysis.frame('SELECT pushs FROM posts', data_dir=STORE)", "QueryFailed"),
    Slip("a filter that is no column", "analysis.frame('posts', data_dir=STORE, bord='Stock')", "QueryFailed"),
    Slip("SQL as a filter", "analysis.frame('posts', data_dir=STORE, **{'1=1; --': 1})", "UsageError"),
    Slip("a word for a time", "analysis.frame('posts', data_dir=STORE, posted_at='soon')", "QueryFailed"),
    Slip("a macro without its argument", "analysis.frame('stock', data_dir=STORE)", "QueryFailed"),
    Slip("words for a number", "analysis.frame('stock', data_dir=STORE, symbol='2330', days='many')", "QueryFailed"),
    Slip("a word for a moment", "analysis.frame('news_as_of', data_dir=STORE, ts='soon')", "QueryFailed"),
    Slip("an object for a value", "analysis.frame('posts', data_dir=STORE, board=object)", "QueryFailed"),
    Slip("no store there", "analysis.connect('nowhere')", "StoreNotFound"),
    Slip("nobody's home", "analysis.connect('~nobody-here/data')", "UsageError"),
    Slip("no such engine", "get_engine('oracle')", "UsageError"),
    Slip("no such model file", "get_engine('missing.npz')", "PttError"),
    Slip("words for a post", "parse_ref('nonsense!')", "ValueError"),
    Slip("half an address", "CrawlJob(Path('data'), site='http://[::1')", "ValueError"),
    Slip("a port that cannot be", "CrawlJob(Path('data'), site='http://127.0.0.1:99999')", "ValueError"),
    Slip("one board as text", "CrawlJob(Path('data'), boards='Stock')", "ValueError"),
    Slip("no board", "CrawlJob(Path('data'), boards=())", "ValueError"),
    Slip("a board that is a path", "CrawlJob(Path('data'), boards=('../x',))", "ValueError"),
    Slip("no pages", "CrawlJob(Path('data'), pages=0)", "ValueError"),
    Slip("no delay for the real site", "CrawlJob(Path('data'), delay=0)", "ValueError"),
    Slip("a delay that is no number", "CrawlJob(Path('data'), delay=float('nan'))", "ValueError"),
]
