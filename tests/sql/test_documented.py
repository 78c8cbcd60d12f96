"""Every name in the store has a COMMENT, each comment a name, and the pages are today's."""

import pytest

from analysis import sql
from analysis.sql import document, statement


@pytest.fixture(scope="module")
def con():
    with document.fresh_store() as con:
        yield con


def test_every_table_view_macro_and_column_has_a_comment(con):
    for query in ("columns", "relations", "macros"):
        rows = con.execute(statement(f"document/{query}")).fetchall()
        assert rows
        assert [row for row in rows if not (row[-1] or "").strip()] == [], query


def test_every_comment_belongs_to_something(con):
    columns = {
        (schema, table, column) for schema, table, column, _ in con.execute(statement("document/columns")).fetchall()
    }
    macros = {(schema, name) for schema, name, *_ in con.execute(statement("document/macros")).fetchall()}
    things = {row[:2] for row in columns} | macros
    names = {name for _, _, name in columns}
    for comment in sql.comments():
        schema, _, name = comment.name.rpartition(".")
        if comment.name == "*":
            assert comment.column in names, comment
        elif comment.column:
            assert (schema or "main", name, comment.column) in columns, comment
        else:
            assert (schema or "main", name) in things, comment


def test_comments_say_the_parameters_of_public_macros(con):
    for schema, name, _, parameters, text in con.execute(statement("document/macros")).fetchall():
        if schema == "main":
            assert text.startswith(f"{name}("), name
            assert all(parameter in text for parameter in parameters), name


def test_applying_again_changes_nothing(con):
    queries = [statement(f"document/{name}") for name in ("columns", "relations", "macros")]
    before = [con.execute(query).fetchall() for query in queries]
    sql.apply(con)
    assert [con.execute(query).fetchall() for query in queries] == before


@pytest.mark.parametrize("name", ["schema", "cookbook"])
def test_the_page_is_todays(root, name):
    page = getattr(document, f"{name}_page")()
    assert (root / "docs" / f"{name}.md").read_text("utf-8") == page, "run: python -m analysis.sql.document"


def test_check_says_which_page_is_stale(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(document, "DOCS", tmp_path)
    assert document.main(["--check"]) == 1
    assert "docs/schema.md is stale" in capsys.readouterr().err
    assert document.main([]) == 0
    assert document.main(["--check"]) == 0
