"""`ptt digest` as a user calls it."""

import os
import subprocess
import sys
from email import message_from_bytes, policy

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
    ],
)
def test_wrong_usage_is_one_line_and_exit_2(digest, words, says):
    code, out, err, _ = digest(*words)
    assert code == 2
    assert not out
    assert says in err.splitlines()[-1]
    assert "Traceback" not in err


def test_without_a_store_it_says_what_to_do(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "analysis", "digest", "--data", str(tmp_path / "none")],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "ptt run" in done.stderr.splitlines()[-1]
