"""`ptt run` keeps PTT_RAW_KEEP where somebody has set it, and deletes nothing where nobody has."""

import os
import time
from pathlib import Path
from typing import Any

import pytest

from analysis.commands.run import command
from analysis.errors import PartlyDone, PttError, StoreLocked, UsageError
from analysis.store.lock import hold


@pytest.fixture
def raw(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("PTT_DATA", "PTT_RAW_KEEP", "PTT_PRIVACY", "PTT_SITE", "PTT_REDIS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("analysis.watching.run_and_report", lambda *_, **__: None)
    raw = tmp_path / "data" / "raw"
    raw.mkdir(parents=True)
    for age in (1, 40):
        path = raw / f"{age}.warc.gz"
        path.touch()
        os.utime(path, (time.time() - age * 86400,) * 2)
    return raw


def left(raw: Path) -> list[str]:
    return sorted(path.name for path in raw.glob("*.warc.gz"))


def run(raw: Path, **options: Any) -> None:
    command(board=None, site=None, data=raw.parent, **{"hot": False, "sessions_only": False, **options})


def test_only_a_rule_that_was_set_deletes(raw: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    run(raw)
    assert left(raw) == ["1.warc.gz", "40.warc.gz"]
    monkeypatch.setenv("PTT_RAW_KEEP", "30d")
    run(raw, hot=True)
    assert left(raw) == ["1.warc.gz", "40.warc.gz"]
    run(raw)
    assert left(raw) == ["1.warc.gz"]
    assert "刪了 1 個超過 30 天的原始檔" in capsys.readouterr().err


def test_a_rule_in_the_settings_file_counts(raw: Path) -> None:
    (raw.parent.parent / "ptt.toml").write_text('raw_keep = "30d"\n')
    run(raw)
    assert left(raw) == ["1.warc.gz"]


@pytest.mark.parametrize("rule", ["all", "50d"])
def test_what_the_rule_keeps_stays(raw: Path, monkeypatch: pytest.MonkeyPatch, rule: str) -> None:
    monkeypatch.setenv("PTT_RAW_KEEP", rule)
    run(raw)
    assert left(raw) == ["1.warc.gz", "40.warc.gz"]


@pytest.mark.parametrize(("error", "files"), [(PartlyDone("x"), 1), (PttError("x"), 2), (StoreLocked("x"), 2)])
def test_after_a_run_that_published(raw: Path, monkeypatch: pytest.MonkeyPatch, error: PttError, files: int) -> None:
    def run_and_report(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setenv("PTT_RAW_KEEP", "30d")
    monkeypatch.setattr("analysis.watching.run_and_report", run_and_report)
    with pytest.raises(type(error)):
        run(raw)
    assert len(left(raw)) == files


def test_a_rule_that_is_none_is_told_before_anything_is_asked_for(raw: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTT_RAW_KEEP", "soon")
    monkeypatch.setattr("analysis.watching.run_and_report", lambda *_, **__: pytest.fail("crawled"))
    with pytest.raises(UsageError, match="PTT_RAW_KEEP"):
        run(raw)


def test_who_came_in_between_is_no_failure(raw: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTT_RAW_KEEP", "30d")
    with hold(raw.parent, "another"):
        run(raw)
    assert left(raw) == ["1.warc.gz", "40.warc.gz"]
