"""Where settings come from, and what a wrong one answers."""

from pathlib import Path

import pytest

from analysis.commands.common import settle
from analysis.config import Settings, load_settings, unknown_variables
from analysis.errors import UsageError


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"PTT_{name.upper()}", raising=False)
    monkeypatch.chdir(tmp_path)


def test_a_misspelt_variable_is_told_with_the_nearest_name() -> None:
    given = {
        "PTT_BORAD": "Stock",
        "PTT_BOARD": "Stock",
        "ptt_delay": "1",
        "PTT_XYZZY": "",
        "PTT_BENCH_PUSHES": "9",
        "A": "",
    }
    assert unknown_variables(given) == [
        "環境變數 PTT_BORAD 不是設定，沒有作用：是不是 PTT_BOARD？",
        "環境變數 PTT_XYZZY 不是設定，沒有作用：docs/settings.md 列出全部。",
    ]


def test_every_command_tells_of_it_once(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("PTT_ENGIN", "lexicon")
    settle(None)
    assert capsys.readouterr().err.splitlines()[1:] == ["環境變數 PTT_ENGIN 不是設定，沒有作用：是不是 PTT_ENGINE？"]


@pytest.mark.parametrize(
    "address",
    [
        "ducklake:postgres://ptt:ab/cd@db.example.com/ptt", "ducklake:postgres://ptt:ab?cd@db.example.com/ptt",
        "ducklake:postgres://ptt:ab#cd@db.example.com/ptt", "ducklake:postgres://ptt:ab@cd@db.example.com/ptt",
        "ducklake:postgres://ptt:ab[cd@db.example.com/ptt", "ducklake:postgres://ptt:ab\u2100cd@db.example.com/ptt",
        "ducklake:postgres://db.example.com/ptt?password=abcd",
    ],
)  # fmt: skip
def test_a_password_in_the_store_is_refused_and_not_shown(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTT_STORE", address)
    with pytest.raises(UsageError, match="PGPASSWORD") as told:
        load_settings()
    assert "ab" not in str(told.value)
    assert "cd" not in str(told.value)


@pytest.mark.parametrize("address", ["ducklake:postgres://[::1/ptt", "ducklake:postgres://a\u2100b/ptt", "ducklake:x"])
def test_a_store_of_another_form_is_told_the_form(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTT_STORE", address)
    with pytest.raises(UsageError, match=r"請用 duckdb，或 ducklake:postgres://使用者@主機/資料庫$"):
        load_settings()


@pytest.mark.parametrize("place", ["ptt@db.example.com:5432", "db.example.com", "ptt@[::1]:5432"])
def test_a_store_without_a_password_is_taken(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTT_STORE", f"ducklake:postgres://{place}/ptt")
    assert load_settings().store.endswith(f"{place}/ptt")


def test_no_password_of_redis_is_shown_from_the_config(tmp_path: Path) -> None:
    (tmp_path / "ptt.toml").write_text('redis = ["redis://:secr3t@host"]\n')
    with pytest.raises(UsageError, match="要的是文字") as told:
        load_settings()
    assert "secr3t" not in str(told.value)


def test_data_defaults_to_the_current_folder(tmp_path: Path) -> None:
    assert load_settings().data == tmp_path / "data"


def test_data_lies_beside_the_nearest_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ptt.toml").write_text('board = ["Stock", "Option"]\n')
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    settings = load_settings()
    assert settings.data == tmp_path
    assert settings.board == ["Stock", "Option"]


def test_a_relative_folder_in_the_config_counts_from_the_config(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ptt.toml").write_text('data = "store"\n')
    (tmp_path / "a").mkdir()
    monkeypatch.chdir(tmp_path / "a")
    assert load_settings().data == tmp_path / "store"


def test_command_line_wins_over_environment_over_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ptt.toml").write_text('data = "from_file"\ndelay = 3\n')
    assert load_settings().data == tmp_path / "from_file"
    monkeypatch.setenv("PTT_DATA", str(tmp_path / "from_env"))
    monkeypatch.setenv("PTT_DELAY", "2")
    assert load_settings().data == tmp_path / "from_env"
    assert load_settings().delay == 2
    assert load_settings(tmp_path / "from_argv").data == tmp_path / "from_argv"
    assert load_settings(delay=5.0).delay == 5


def test_boards_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTT_BOARD", "Stock, Option")
    assert load_settings().board == ["Stock", "Option"]


@pytest.mark.parametrize(("name", "value"), [("DELAY", "soon"), ("DELAY", "-1"), ("PRIVACY", "none")])
def test_a_wrong_value_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"PTT_{name}", value)
    with pytest.raises(UsageError) as caught:
        load_settings()
    assert name.lower() in str(caught.value)
    assert value in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_broken_config_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "ptt.toml").write_text("board = [")
    with pytest.raises(UsageError, match=r"ptt\.toml"):
        load_settings()
