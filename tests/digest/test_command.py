"""`ptt digest` as a user calls it."""

import os
import subprocess
import sys
from email import message_from_bytes, policy

import duckdb
import pytest


@pytest.fixture
def digest(demo_store, tmp_path):
    """Runs `ptt digest` on a copy of the demo's store: (exit code, output, errors, data folder)."""
    (tmp_path / "ptt.duckdb").symlink_to(demo_store / "ptt.duckdb")

    def run(*words):
        done = subprocess.run(
            [sys.executable, "-m", "analysis", "digest", "--data", str(tmp_path), *words],
            capture_output=True, text=True, timeout=60, check=False, cwd=tmp_path,
            env={key: value for key, value in os.environ.items() if not key.startswith("PTT_")},
        )  # fmt: skip
        return done.returncode, done.stdout, done.stderr, tmp_path

    return run


def test_it_writes_mail_and_page_of_the_last_week(digest):
    code, out, err, data = digest("--stocks", "2330,2454")
    assert code == 0, err
    assert f"資料夾：{data}" in err.splitlines()[0]
    eml, page = out.splitlines()
    assert eml.endswith(".eml")
    assert "2026-W04" in eml
    mail = message_from_bytes((data / "digest" / eml.rsplit("/", 1)[1]).read_bytes(), policy=policy.default)
    assert mail["Subject"].startswith("股板週報 1/19–1/25｜")
    assert "你的觀察名單" in mail.get_body(("plain",)).get_content()
    html = (data / "digest" / page.rsplit("/", 1)[1]).read_text("utf-8")
    assert len(html.encode()) <= 60 * 1024
    for name in ("days", "news"):
        assert (data / "digest" / f"{page.rsplit('/', 1)[1].removesuffix('.html')}-{name}.png").is_file()


def test_recipients_get_mails_apart_and_names_of_files_tell_no_address(digest):
    code, out, err, data = digest("--to", "a@example.com", "--to", "b@example.com")
    assert code == 0, err
    mails = [path.read_bytes() for path in sorted((data / "digest").glob("*.eml"))]
    assert len(mails) == 2
    assert sum(b"a@example.com" in mail for mail in mails) == 1
    assert "example.com" not in out


def test_for_a_chat(digest):
    code, out, _, data = digest("--text", "--week", "2026-W03")
    assert code == 0
    assert len(out.strip()) <= 900
    assert "股板週報 1/12–1/18" in out
    assert not (data / "digest").exists()


def test_a_week_without_data_is_no_failure(digest):
    code, out, err, _ = digest("--week", "2019-W30")
    assert code == 0
    assert "沒有資料" in err
    assert len(out.splitlines()) == 2


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--week", "2026-60"], "--week '2026-60'"),
        (["--to", "x@y\nBcc: z"], "--to"),
        (["--lang", "fr"], "--lang 'fr'"),
        (["--stocks", "2330,無此公司"], "--stocks 的 無此公司"),
        (["--stocks", "9999"], "--stocks 的 9999"),
        (["--board", "stock", "--send", "--to", "a@example.com"], "沒有 stock 板（有的是 Stock）"),
        (["--week", "8999-W10", "--send", "--to", "a@example.com"], "8999-W10 還沒開始"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_2(digest, words, says):
    code, out, err, data = digest(*words)
    assert code == 2
    assert not out
    assert says in err.splitlines()[-1]
    assert "Traceback" not in err
    assert [path.name for path in data.iterdir()] == ["ptt.duckdb"], "nothing written, nothing noted as sent"


def test_a_watchlist_takes_names(digest):
    code, out, err, _ = digest("--stocks", "台積電, gg,2454", "--text")
    assert (code, out.count("太少不評")) == (0, 0), err
    assert out == digest("--stocks", "2330,2454", "--text")[1]


def test_the_readers_of_ptt_toml_may_write_names(board_data, tmp_path, monkeypatch):
    from analysis.commands import digest
    from analysis.digest import mailing
    from analysis.errors import UsageError

    def configure(stocks):
        (tmp_path / "ptt.toml").write_text(
            f'[digest]\nsmtp = "smtp://127.0.0.1:9"\n[[digest.to]]\naddr = "a@example.com"\nstocks = {stocks}\n',
            "utf-8",
        )

    asked = []
    monkeypatch.setattr(mailing, "send_issue", lambda *args, **options: asked.append(args[3]))
    monkeypatch.chdir(tmp_path)
    configure('["台積電", "輝達", "nvda", " 2454 "]')
    digest.command(send=True, data=board_data)
    assert [reader.stocks for reader in asked[0]] == [("2330", "NVDA", "2454")]
    for wrong, said in (
        ('["2330", "無此公司"]', r"digest\.to a@example\.com 的 stocks 的 無此公司"),
        ('"2330"', "不是清單"),
    ):
        configure(wrong)
        with pytest.raises(UsageError, match=said):
            digest.command(send=True, data=board_data)
    assert len(asked) == 1


def test_stocks_that_only_the_store_knows_are_known(board_data, demo_store):
    import analysis
    from analysis.digest.watchlist import symbols_of
    from analysis.errors import UsageError

    with analysis.connect(demo_store) as con:
        assert symbols_of(con, ["台積電", "", "２３３０", "tsm"], "x") == ("2330", "TSM")
        with pytest.raises(UsageError):
            symbols_of(con, ["ZZZQ"], "x")
    con = duckdb.connect()
    con.execute("CREATE TABLE mentions AS SELECT 'ZZZQ' AS symbol, 'ZZZQ' AS name, 'ZZZQ.US' AS matched")
    assert symbols_of(con, ["zzzq"], "x") == ("ZZZQ",)


@pytest.mark.parametrize("configured", [True, False])
def test_a_timer_on_a_store_without_any_post_yet_is_told_so(digest, tmp_path, configured):
    """Only where the board is one of ours: another one is a typo there, too."""
    from analysis.store.publish import publish
    from analysis.store.work import open_work

    (tmp_path / "ptt.duckdb").unlink()
    publish(tmp_path, open_work(tmp_path))
    code, out, err, data = digest(*(() if configured else ("--board", "stock")))
    assert code == (0 if configured else 2)
    assert ("沒有資料" if configured else "還沒有任何文章") in err.splitlines()[-1]
    assert len(out.splitlines()) == (2 if configured else 0)
    assert (data / "digest").exists() == configured


def test_a_report_of_a_board_that_is_not_there_replaces_nothing(board_data, tmp_path, monkeypatch):
    from analysis.commands.report import command
    from analysis.errors import UsageError

    page = tmp_path / "report.html"
    page.write_text("good", "utf-8")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="沒有 stock 板（有的是 Stock"):
        command(data=board_data, out=page, board="stock")
    monkeypatch.setenv("PTT_BOARD", "Stok")
    with pytest.raises(UsageError, match="沒有 Stok 板"):
        command(data=board_data, out=page)
    assert page.read_text("utf-8") == "good"


def test_without_a_store_it_says_what_to_do(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "analysis", "digest", "--data", str(tmp_path / "none")],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "ptt run" in done.stderr.splitlines()[-1]
