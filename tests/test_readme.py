"""The README's commands and examples, on the demo store, with the clock at 2030."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
import time_machine

import analysis

CLOCK_FUNCTIONS = re.compile(r"\b(now|today|current_date|current_timestamp|get_current_time\w*|localtime\w*)\b", re.I)


def blocks(root: Path, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", (root / "README.md").read_text("utf-8"), re.DOTALL)


def test_sql_examples_answer_years_later(root: Path, demo_store: Path) -> None:
    code = re.sub("--.*", "", "".join(blocks(root, "sql")))
    statements = [statement for statement in code.split(";") if statement.strip()]
    assert len(statements) >= 3
    with time_machine.travel("2030-01-01 00:00 +0800", tick=False), analysis.connect(demo_store) as con:
        for statement in statements:
            assert con.execute(statement).fetchall(), statement


@pytest.mark.parametrize("kind", ["views", "macros"])
def test_no_view_asks_for_the_time(root: Path, kind: str) -> None:
    """The test above cannot turn DuckDB's own clock."""
    for path in (root / "analysis/sql" / kind).glob("*.sql"):
        code = re.sub(r"--.*|'[^']*'", "", path.read_text("utf-8"))
        assert not CLOCK_FUNCTIONS.search(code), path.name


def test_python_examples_run(root: Path, demo_store: Path) -> None:
    (example,) = blocks(root, "python")
    code = f"{example}\nassert len(frame) > 10, frame\nassert con.execute('FROM top_news()').fetchall()\n"
    folder = demo_store.parent / "as-in-the-readme"
    folder.mkdir(exist_ok=True)
    link = folder / "data"
    if not link.exists():
        link.symlink_to(demo_store)
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, cwd=folder, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr


def test_shell_examples_run(root: Path, demo_store: Path) -> None:
    examples = [line for block in blocks(root, "sh") for line in block.splitlines() if "ptt sql" in line]
    assert examples
    for line in examples:
        words = shlex.split(line.replace(".demo", str(demo_store)))
        words = words[words.index("ptt") + 1 :]
        done = subprocess.run(
            [sys.executable, "-m", "analysis", *words], capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr
        assert len(done.stdout.splitlines()) > 3


def test_the_plain_way_answers_as_the_readme_says(demo_store: Path) -> None:
    """Root may write anything, so this runs as nobody."""
    import os
    import shutil
    import tempfile

    if os.geteuid() != 0:
        with pytest.raises(duckdb.Error, match="Permission denied"):
            duckdb.connect(str(demo_store / "ptt.duckdb"))
        return
    folder = Path(tempfile.mkdtemp(dir="/tmp"))
    try:
        folder.chmod(0o755)
        shutil.copy2(demo_store / "ptt.duckdb", folder)
        code = (
            "import os, sys, duckdb\nos.setgid(65534); os.setuid(65534)\n"
            "con = duckdb.connect(sys.argv[1], read_only=True)\n"
            "print(con.execute('FROM top_news(days := 7)').fetchall()[0][0])\n"
            "con.close()\n"
            "try: duckdb.connect(sys.argv[1])\nexcept duckdb.Error as error: print(error)"
        )
        done = subprocess.run(
            [sys.executable, "-c", code, str(folder / "ptt.duckdb")],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout.splitlines()[0] == "1"
        assert "Permission denied" in done.stdout
    finally:
        shutil.rmtree(folder)
