"""A full disk is told as such, also where DuckDB has rolled back already and a second ROLLBACK fails."""

from pathlib import Path
from typing import Any

import duckdb
import pytest

from analysis import cli
from analysis.store.migrations import Migration, migrate
from analysis.transaction import transaction

FULL = "IO Error: Could not write file: No space left on device"


class Full:
    """A connection whose disk is full at the first statement within a transaction."""

    def execute(self, query: str, *_: Any) -> "Full":
        if query.startswith("BEGIN"):
            return self
        if query == "ROLLBACK":
            raise duckdb.TransactionException("cannot rollback - no transaction is active")
        if query.startswith("CREATE"):
            raise duckdb.IOException(FULL)
        return self

    def fetchall(self) -> list[tuple[int]]:
        return [(0,)]


def test_a_failed_rollback_hides_nothing() -> None:
    con: Any = Full()
    with pytest.raises(duckdb.IOException, match="No space left"), transaction(con):
        con.execute("CREATE TABLE t (i INT)")
    with pytest.raises(duckdb.IOException, match="No space left"):
        migrate(con, Path("work.duckdb"), [Migration(1, "tables", "CREATE TABLE t (i INT)")])


def test_the_command_line_names_the_full_disk(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    def full(_: list[str]) -> None:
        raise duckdb.IOException(FULL)

    monkeypatch.setattr(cli, "_call", full)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 1
    assert "磁碟已滿" in capsys.readouterr().err
