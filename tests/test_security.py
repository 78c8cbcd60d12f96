"""SECURITY.md's promises: a hostile board end to end, and the table there names a test for each promise."""

import ast
import gzip
import importlib.util
import os
import re
import subprocess
import sys
import unicodedata
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from analysis.demo.listing import read_row
from analysis.demo.threads import Thread

ESCAPES = "\x1b]0;taken\x07\x1b[2J\x9b31m\u202e"
FORMULA = "=HYPERLINK(&quot;http://evil.example&quot;)"
SECRETS = {"ping": "5f0c-ping-secret", "smtp": "smtp-secret-7", "key": "privacy-key-" * 4, "postgres": "pg-secret-9"}
HARMLESS = {"\n", "\t"}


class Attacked(NamedTuple):
    """What a run on the hostile board left."""

    data: Path
    said: str
    code: int
    thread: str
    requests: list[str]
    outside: set[str]
    """Files that came to be outside the data folder."""


def ptt(*arguments: object, site: Any, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    env = {key: value for key, value in os.environ.items() if not key.startswith(("PTT_", "PG"))}
    env |= {"PTT_SITE": site.url, "PTT_DELAY": "0", "PTT_ENGINE": "lexicon", **environment}
    return subprocess.run(
        [sys.executable, "-m", "analysis", *map(str, arguments)],
        capture_output=True, text=True, cwd=folder, env=env, timeout=110, check=False,
    )  # fmt: skip


def _hostile(site: Any) -> str:
    """Puts hostile pages and rows on the board; the post_id of the one that looks like a post."""
    thread = site.new_post(
        f"[新聞] {ESCAPES}{FORMULA}", "../../etc", f"<script>alert(1)</script>{ESCAPES}\n'; DROP TABLE posts; --"
    )
    pushes = [
        ("推", f"{ESCAPES}x", f"{ESCAPES}文字"), ("噓", "=cmd|", "=1+1"), ("推", "'; DROP", "' OR 1=1; --"),
        ("→", "../../../x", "&lt;img src=x onerror=alert(1)&gt;"), ("推", "formula", "@SUM(A1)"),
    ]  # fmt: skip
    site.grow(thread, pushes)
    big, deep, bomb = (site.new_post(f"[閒聊] {kind}") for kind in ("大", "深", "彈"))
    page = site.thread("Stock", big).page()
    site.put(Thread("Stock", big, page.replace("內文", "大" * 3_500_000, 1)))
    page = site.thread("Stock", deep).page()
    site.put(Thread("Stock", deep, page.replace("內文", "<div>" * 200_000, 1)))
    site.fault("bomb", bomb, times=-1)
    row = site.boards["Stock"].rows[-1].html
    for href in (
        "/bbs/../../etc/M.1769400001.A.111.html", "/bbs/Stock/../../x.html",
        "//evil.example/bbs/Stock/M.1769400002.A.111.html",
        "javascript:alert(1)", "/bbs/Stock/M.9999999999.A.111.html", "/bbs/Stock/M.1769400003.A.111.html?x=<script>",
        "file:///etc/passwd", "/bbs/Sto%00ck/M.1769400004.A.111.html",
    ):  # fmt: skip
        site.boards["Stock"].add(read_row(re.sub(r'(<div class="title">\s*<a href=)"[^"]*"', rf'\1"{href}"', row)))
    return str(thread)


@pytest.fixture(scope="module")
def attacked(faulty_site: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A crawl of the hostile board with every secret set, into a folder whose name is SQL too."""
    folder = tmp_path_factory.mktemp("attacked")
    data = folder / 'it\'s; DROP "x" --'
    (folder / "key").write_text(SECRETS["key"])
    (folder / "key").chmod(0o600)
    with faulty_site() as site:
        thread = _hostile(site)
        environment = {
            "PTT_PING_URL": f"http://127.0.0.1:1/{SECRETS['ping']}", "PTT_SMTP_PASSWORD": SECRETS["smtp"],
            "PTT_PRIVACY_KEY": str(folder / "key"), "PGPASSWORD": SECRETS["postgres"],
        }  # fmt: skip
        before = {str(path) for path in folder.rglob("*")}
        run = ptt("run", "--data", data, site=site, folder=folder, **environment)
        outside = {str(path) for path in folder.rglob("*")} - before
        outside = {path for path in outside if not path.startswith(str(data))}
        site.attacked = Attacked(data, run.stdout + run.stderr, run.returncode, thread,
                                 [visit.target for visit in site.visits], outside)  # fmt: skip
        yield site


def commands_of_a_terminal(text: str) -> set[str]:
    return {c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Cs") and c not in HARMLESS}


@pytest.mark.slow
def test_a_hostile_board_is_crawled_to_the_end(attacked: Any) -> None:
    run = attacked.attacked
    assert run.code in (0, 3), run.said
    assert "Traceback" not in run.said
    assert not commands_of_a_terminal(run.said)
    assert run.outside == set()
    places = {path.relative_to(run.data).parts[0] for path in run.data.rglob("*") if path.is_file()}
    known = {"ptt.duckdb", "ptt.duckdb.spare", "work.duckdb", "lock", "digests.sqlite", "raw", "digest"}
    assert places <= known
    strange = [target for target in run.requests if not re.match(r"/(robots\.txt|bbs/Stock/|poll/Stock/|v1/)", target)]
    assert strange == []
    assert not [target for target in run.requests if ".." in target or "9999999999" in target or "%00" in target]


@pytest.mark.slow
def test_what_was_stored_is_text(attacked: Any) -> None:
    import analysis

    run = attacked.attacked
    with analysis.connect(run.data) as con:
        author, title, body = con.execute(
            "SELECT author, title, body FROM posts WHERE post_id = ?", [run.thread]
        ).fetchall()[0]
        users = [
            user
            for (user,) in con.execute(
                "SELECT user_id FROM pushes WHERE post_id = ? ORDER BY floor", [run.thread]
            ).fetchall()
        ]
        assert con.execute("SELECT count(*) > 20 FROM posts").fetchall() == [(True,)]
    assert author == "../../etc"
    assert title.startswith("[新聞] \x1b]0;taken")
    assert "<script>alert(1)</script>" in body
    assert "DROP TABLE posts; --" in body
    assert users[2:4] == ["'; DROP", "../../../x"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "command",
    [
        ("sql", "SELECT title, author, body FROM posts WHERE author = '../../etc'"),
        ("sql", "SELECT user_id, text FROM pushes WHERE user_id LIKE '%x'"),
        ("thread", "THREAD"),
        ("digest", "--text", "--week", "2026-W05"),
        ("status",),
    ],
)
def test_no_command_lets_the_site_steer_the_terminal(attacked: Any, command: tuple[str, ...]) -> None:
    run = attacked.attacked
    words = [run.thread if word == "THREAD" else word for word in command]
    done = ptt(*words, "--data", run.data, site=attacked, folder=run.data.parent)
    assert done.returncode == 0, done.stderr
    assert not commands_of_a_terminal(done.stdout + done.stderr)


@pytest.mark.slow
def test_follow_shows_comments_without_their_escapes(attacked: Any) -> None:
    run = attacked.attacked
    url = f"{attacked.url}/bbs/Stock/{run.thread}.html"
    done = ptt("follow", url, "--for", "1s", "--data", run.data, site=attacked, folder=run.data.parent)
    assert done.returncode == 0, done.stderr
    assert "taken" in done.stdout
    assert "文字" in done.stdout
    assert not commands_of_a_terminal(done.stdout + done.stderr)


@pytest.mark.slow
def test_a_spreadsheet_runs_nothing(attacked: Any) -> None:
    run = attacked.attacked
    query = f"SELECT user_id, text FROM pushes WHERE post_id = '{run.thread}'"
    done = ptt("sql", query, "--format", "csv", "--bom", "--data", run.data, site=attacked, folder=run.data.parent)
    cells = [cell for line in done.stdout.splitlines()[1:] for cell in line.replace('"', "").split(",")]
    assert "'=1+1" in cells
    assert "'@SUM(A1)" in cells
    assert not [cell for cell in cells if cell[:1] in ("=", "@", "+", "-")]


@pytest.mark.slow
def test_mail_and_page_escape_what_posts_hold(attacked: Any) -> None:
    run = attacked.attacked
    done = ptt("digest", "--week", "2026-W05", "--data", run.data, site=attacked, folder=run.data.parent)
    assert done.returncode == 0, done.stderr
    done = ptt(
        "report", "--data", run.data, "--out", run.data.parent / "page.html", site=attacked, folder=run.data.parent
    )
    assert done.returncode == 0, done.stderr
    for page in [*(run.data / "digest").glob("*.html"), run.data.parent / "page.html"]:
        text = page.read_text("utf-8")
        assert "<script>alert" not in text
        assert "<img src=x" not in text


@pytest.mark.slow
def test_secrets_stay_out_of_logs_and_store(attacked: Any) -> None:
    run = attacked.attacked
    assert "PTT_PING_URL" in run.said, "the ping failed and was told"
    stored = b"".join(
        gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        for path in run.data.rglob("*") if path.is_file()
    )  # fmt: skip
    for name, secret in SECRETS.items():
        assert secret not in run.said, name
        assert secret.encode() not in stored, name


def test_no_option_takes_a_secret(root: Path) -> None:
    """What stands on a command line stands in the process list and in the shell's history."""
    options = re.findall(r"`(--[a-z-]+)", (root / "docs/cli.md").read_text("utf-8"))
    assert len(options) > 40
    assert [option for option in options if re.search("password|secret|token|credential|key", option)] == []


def test_consoles_are_off() -> None:
    from ptt_spider.settings import crawl_settings

    settings = crawl_settings()
    assert settings["TELNETCONSOLE_ENABLED"] is False
    assert settings["REMOTE_CONTROL_ENABLED"] is False
    assert not [name for name in settings["EXTENSIONS"] if "telnet" in name or "remote" in name.lower()]


def sources(root: Path) -> list[Path]:
    return [path for package in ("ptt_spider", "analysis") for path in sorted((root / package).rglob("*.py"))]


def test_nothing_unpickles(root: Path) -> None:
    """Two lines may: those that read the installed snownlp package's own model as it does itself."""
    loads = []
    for path in sources(root):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if any(name.split(".")[0] in ("pickle", "marshal", "shelve", "dill", "joblib", "yaml") for name in names):
                loads.append(path.relative_to(root).as_posix())
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("np.load"):
                assert any(k.arg == "allow_pickle" and ast.unparse(k.value) == "False" for k in node.keywords), path
    assert loads == ["analysis/sentiment/snownlp_model.py"]


def test_a_model_beside_the_program_is_not_trusted(tmp_path: Path) -> None:
    """The snownlp files come from where the package is installed, never from the folder that one stands in."""
    from analysis.sentiment import snownlp_model

    (tmp_path / "snownlp" / "seg").mkdir(parents=True)
    (tmp_path / "snownlp" / "seg" / "seg.marshal.3").write_bytes(b"not marshal")
    code = "from analysis.sentiment import get_engine; print(get_engine('snownlp').score(['這支股票很好'])[0])"
    done = subprocess.run(
        [sys.executable, "-P", "-c", code], capture_output=True, text=True, cwd=tmp_path, timeout=100, check=False
    )
    assert done.returncode == 0, done.stderr
    assert snownlp_model.cache_dir() != tmp_path


def test_silenced_rules_have_a_reason(root: Path) -> None:
    bare = [
        f"{path.relative_to(root)}:{number}"
        for path in sources(root)
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if re.search(r"# noqa: S\d+", line) and not re.search(r"# noqa: S\d+ - \w", line)
    ]
    assert bare == [], "say on the line why: # noqa: S608 - …"


@pytest.mark.parametrize(
    ("dependencies", "code", "said"),
    [
        ([{"name": "a", "version": "1", "vulns": []}], 0, "沒有已知弱點"),
        ([{"name": "a", "skip_reason": "not found"}], 1, "一個套件也沒查到"),
        ([], 1, "一個套件也沒查到"),
        ([{"name": "a", "version": "1", "vulns": []}, {"name": "b", "skip_reason": "?"}], 1, "1 個查不到：b"),
        ([{"name": "a", "version": "1", "vulns": [{"id": "X-1", "fix_versions": ["2"]}]}], 1, "a 1：X-1，修正於 2"),
    ],
)
def test_an_audit_that_asked_nothing_fails(
    root: Path, dependencies: list[dict[str, Any]], code: int, said: str
) -> None:
    spec = importlib.util.spec_from_file_location("audit", root / "tools" / "audit.py")
    assert spec
    assert spec.loader
    audit = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(audit)
    answer, lines = audit.judge(dependencies)
    assert answer == code
    assert said in "\n".join(lines)


def test_every_promise_names_a_test(root: Path) -> None:
    rows = re.findall(
        r"^\| .+ \| `(tests/[\w/]+\.py)::(\w+)` \|$", (root / "SECURITY.md").read_text("utf-8"), re.MULTILINE
    )
    assert len(rows) >= 12
    for path, name in rows:
        tree = ast.parse((root / path).read_text("utf-8"))
        assert name in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}, (
            f"{path} has no {name}"
        )
