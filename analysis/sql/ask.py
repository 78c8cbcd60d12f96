"""Questions to the published store that can do no harm: read-only, and without access to any other file or setting."""

import contextlib
import re
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

import duckdb

from analysis.errors import PttError, UsageError
from analysis.sql import lake_guard, literal
from analysis.sql.cookbook import Query, queries
from analysis.store.disk import is_disk_full

_WITH_FILES: Final = frozenset({"COPY", "COPY_DATABASE", "ATTACH", "EXPORT", "PREPARE", "EXECUTE"})
BATCH: Final = 2_000
"""Rows fetched at a time: memory does not grow with the answer."""
_ANSWERS: Final = frozenset({"SELECT", "EXPLAIN", "PRAGMA", "CALL"})
"""Kinds that give rows; DESCRIBE, SHOW, SUMMARIZE, VALUES and FROM are SELECT."""
Row = tuple[Any, ...]


class QueryFailed(UsageError):
    """The SQL is wrong; the message says what DuckDB says, in one line."""


class Answer(NamedTuple):
    """Column names and types, and the rows as they come; ``rows`` can be walked once."""

    names: list[str]
    types: list[str]
    rows: Iterator[Row]


def open_locked(data: Path, *, may_write: Path | None = None) -> duckdb.DuckDBPyConnection:
    """The published store for other people's SQL: it reads no file and changes no setting.

    ``may_write``: the one file that a COPY of ours may write. Raises StoreNotFound.
    """
    from analysis.store.connect import connect

    con = connect(data)
    try:
        for setting in ("python_enable_replacement_scans", "python_enable_replacements"):  # DuckDB 1.5, 2.0
            with contextlib.suppress(duckdb.CatalogException):
                con.execute(f"SET {setting} = false")
        con.execute(f"SET temp_directory = {literal(Path(tempfile.gettempdir()) / 'ptt-sql')}")
        if may_write is not None:
            con.execute(f"SET allowed_paths = [{literal(may_write)}]")
        con.execute("SET enable_external_access = false")
        con.execute("SET lock_configuration = true")
    except BaseException:
        con.close()
        raise
    return con


def ask(con: duckdb.DuckDBPyConnection, query: str, parameters: Mapping[str, Any] | None = None) -> Answer:
    """Runs a query; its rows are fetched as they are asked for. Raises QueryFailed."""
    statements = _statements(con, query)
    _refuse_files(statements)
    _refuse_reaching(con, statements)
    _refuse_several(statements)
    try:
        result: duckdb.DuckDBPyConnection | None = con.execute(query, dict(parameters) if parameters else None)
        if result is None:  # a comment, or nothing before the semicolon
            raise QueryFailed("沒有查詢：這裡只有註解或分號。")
        columns = result.description or []
    except duckdb.Error as error:
        raise explain(error) from error
    return Answer([column[0] for column in columns], [str(column[1]) for column in columns], _rows(result))


def copy_parquet(con: duckdb.DuckDBPyConnection, query: str, parameters: Mapping[str, Any] | None, target: Path) -> int:
    """Writes a query's rows to ``target``, which `open_locked` was told of; how many. Raises QueryFailed."""
    statements = _statements(con, query)  # parsed alone: nothing may close the bracket around it
    if not {kind for kind, _ in statements} <= {"SELECT", "CREATE"}:  # PIVOT is both
        raise QueryFailed("寫成 Parquet 的要是一個 SELECT。")
    _refuse_reaching(con, statements)
    _refuse_several(statements)
    options = "FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false"
    statement = f"COPY (\n{query.strip().rstrip(';')}\n) TO {literal(target)} ({options})"
    try:
        return int(con.execute(statement, dict(parameters) if parameters else None).fetchall()[0][0])
    except duckdb.Error as error:
        raise explain(error) from error


def find_query(name: str) -> Query:
    """A cookbook query; ``boo_givers`` finds boo-givers. Raises UsageError that offers near names."""
    wanted = name.removeprefix("@").replace("_", "-")
    found = queries().get(wanted)
    if found is None:
        near = [known for known in queries() if wanted in known or known in wanted]
        hint = (
            f"是不是 {'、'.join('@' + known for known in near)}？" if wanted and near else "ptt sql --list 列出全部。"
        )
        raise UsageError(f"沒有 @{wanted} 這個查詢：{hint}")
    return found


def parse_parameters(given: list[str], defaults: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """``["n=5", "symbol=2330"]`` with a query's defaults -> its parameters; a value takes its default's type.

    Without ``defaults`` (a query of the user's own) whole and decimal numbers are numbers, all else is text.
    Raises UsageError.
    """
    parameters = dict(defaults or {})
    for item in given:
        name, equals, value = item.partition("=")
        if not equals or not name.isidentifier():
            raise UsageError(f"{item!r} 不是參數：請寫成 名稱=值，例如 n=5。")
        if defaults is not None and name not in defaults:
            known = "、".join(defaults) or "（沒有參數）"
            raise UsageError(f"這個查詢沒有參數 {name}：可用的是 {known}。")
        parameters[name] = _typed(name, value, (defaults or {}).get(name), guess=defaults is None)
    return parameters


def explain(error: duckdb.Error) -> PttError:
    """What DuckDB says, as one line of ours; exit code 2 where the query is to blame."""
    said = str(error).strip().split("\n\nLINE ")[0]
    detail = " ".join(line.strip() for line in said.splitlines() if line.strip())
    if isinstance(error, duckdb.PermissionException) or "configuration has been locked" in detail:
        return QueryFailed(f"ptt sql 只能讀資料庫本身，不能讀寫別的檔案或改設定：{detail}")
    if isinstance(error, duckdb.OutOfMemoryException):
        return PttError(f"記憶體或暫存空間不夠：請縮小查詢範圍（WHERE、LIMIT）。{detail}")
    if is_disk_full(error):
        return PttError(f"磁碟已滿：請騰出空間再執行一次。{detail}")
    if isinstance(error, duckdb.IOException | duckdb.SerializationException | duckdb.FatalException):
        return PttError(f"資料庫檔案讀不到或損壞：請執行 ptt load 重新發布，再試一次。{detail}")
    if isinstance(error, duckdb.ParserException):
        return QueryFailed(f"SQL 語法有誤：{detail}")
    if isinstance(error, duckdb.CatalogException | duckdb.BinderException):
        return QueryFailed(f"SQL 裡的名稱或型別不對（ptt sql .schema 列出所有的表與檢視）：{detail}")
    return QueryFailed(f"查詢失敗：{detail}")


def _refuse_files(statements: list[tuple[str, str]]) -> None:
    """DuckDB always allows the files of an attached database, so a COPY or ATTACH could still overwrite the store."""
    for kind, text in statements:
        if kind in _WITH_FILES or (kind == "EXPLAIN" and re.search(r"\bcopy\b", text, re.IGNORECASE)):
            raise QueryFailed(f"ptt sql 只能讀資料庫本身，不能用 {kind}：結果要寫成檔案，請用 --out。")


def _refuse_several(statements: list[tuple[str, str]]) -> None:
    """Only the last one's rows would be shown. What gives none (CREATE TEMP TABLE, SET VARIABLE) may stand first."""
    if any(kind in _ANSWERS for kind, _ in statements[:-1]):
        raise QueryFailed(f"一次一個查詢：這裡有 {len(statements)} 個，只會看到最後一個的答案；請分開執行。")


def _refuse_reaching(con: duckdb.DuckDBPyConnection, statements: list[tuple[str, str]]) -> None:
    """A connection to a lake has functions that reach the catalog's server."""
    try:
        reasons = [lake_guard.refusal(con, kind, text) for kind, text in statements] if lake_guard.is_lake(con) else []
    except duckdb.Error as error:  # what DuckDB cannot say of a query, it is not asked to run
        raise explain(error) from error
    for reason in filter(None, reasons):
        raise QueryFailed(reason)


def _statements(con: duckdb.DuckDBPyConnection, query: str) -> list[tuple[str, str]]:
    """Kind (``SELECT``, ``COPY`` …) and text of each statement. Raises QueryFailed for wrong syntax."""
    try:
        found = con.extract_statements(query)
    except duckdb.Error as error:
        raise explain(error) from error
    return [(str(each.type).rpartition(".")[2].removesuffix("_STATEMENT"), each.query) for each in found]


def _rows(result: duckdb.DuckDBPyConnection) -> Iterator[Row]:
    try:
        while batch := result.fetchmany(BATCH):
            yield from batch
    except duckdb.Error as error:
        raise explain(error) from error


def _typed(name: str, value: str, default: Any, *, guess: bool) -> Any:
    if guess:
        for kind in (int, float):
            try:
                return kind(value)
            except ValueError:
                continue
        return value
    if isinstance(default, int | float):
        try:
            return type(default)(value)
        except ValueError:
            raise UsageError(f"{name}={value}：這個參數要數字，例如 {name}={default}。") from None
    return value
