"""Wrong usage and broken input, over all commands: one line, the right exit code, never a traceback.

The cases are data (tests/bad_input_cases.py); docs/bad_input.md shows them with their answers. After a change of a
message, write the page anew: ``WRITE_PAGE=1 ./dev test tests/test_bad_input.py``.
"""

import importlib.util
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from analysis.errors import PttError

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "bad_input.md"
HEAD = """\
# Wrong usage and broken input

What `ptt` answers to each, and its exit code: 1 failed, 2 wrong usage, 3 partly done. The answer is one line on
standard error, after the line that names the data folder. Written by the tests
(`WRITE_PAGE=1 ./dev test tests/test_bad_input.py`), which run every row; `…/` stands for the current folder and
`STORE` for a data folder with a store; what DuckDB adds in its own words (`… Error: …`) is cut.
"""
PYTHON = """
## From Python
What each raises: a `PttError` (its class and `UsageError`, `QueryFailed`, `StoreNotFound` are such), or a `ValueError`
where `ptt_spider` says it, which knows nothing of `analysis`; `ptt` turns that into a `UsageError`.

| wrong | written | raises | message |
|---|---|---|---|
"""


def _cases() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bad_input_cases", Path(__file__).with_name("bad_input_cases.py"))
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["bad_input_cases"] = module
    spec.loader.exec_module(module)
    return module


cases = _cases()
answers: dict[str, str] = {}
"""What this session's cases answered, for the page."""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, board_data: Path) -> Path:
    """An empty current folder without settings; nothing in it can reach a site."""
    for name in [name for name in os.environ if name.startswith("PTT_")]:
        monkeypatch.delenv(name)
    folder = tmp_path / "here"
    folder.mkdir()
    for name, value in {
        "HOME": str(tmp_path), "PTT_SITE": "http://127.0.0.1:9", "PTT_ENGINE": "lexicon", "PTT_DELAY": "0",
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(folder)
    return folder


def run(args: list[str], monkeypatch: pytest.MonkeyPatch) -> int:
    """`ptt` in this process; whatever is no SystemExit is a traceback and fails the test."""
    from analysis import cli
    from analysis.commands.common import Voice

    monkeypatch.setattr(Voice, "json", False)
    monkeypatch.setattr(sys, "argv", ["ptt", *args])
    try:
        cli.main()
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def answer_of(err: str, out: str) -> str:
    """The one line. Nothing that steers a terminal may stand in either stream."""
    assert "Traceback" not in err, err
    assert not {c for c in err + out if ord(c) < 32 or c in "\x7f\u202e"} - {"\n"}, (err, out)
    lines = [line for line in err.splitlines() if not line.startswith("資料夾：")]
    told = [line for line in lines if line.startswith("ptt: ")]
    assert len(told) == 1, err
    assert lines[-1] == told[0], err
    return told[0]


def shorten(text: str, here: Path, store: Path) -> str:
    for path, name in ((store, "STORE"), (here, "…"), (ROOT, "REPO")):
        text = text.replace(str(path), name)
    text = re.sub(r"(?<=只認得到 )\d+", "N", text)  # grows with every migration
    return re.sub(r"\b([A-Z]\w+(?: \w+)? Error:) .*?(　|$)", r"\1 …\2", text)


@pytest.mark.parametrize("case", cases.CASES, ids=[f"{n:02}-{case.args[:40]}" for n, case in enumerate(cases.CASES)])
def test_one_line_and_a_code(case, here, board_data, monkeypatch, capfd) -> None:
    before = sorted(path.name for path in board_data.iterdir())
    if case.given:
        getattr(cases, case.given)(here, board_data)
    for name, value in case.env.items():
        monkeypatch.setenv(name, value)
    args = [word.replace("STORE", str(board_data)) for word in shlex.split(case.args, posix=True)]
    args = [word.replace("\\e", "\x1b").replace("\\n", "\n") for word in args]
    if case.process:
        done = subprocess.run(
            [sys.executable, "-m", "analysis", *args], capture_output=True, text=True, timeout=60, check=False,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        code, out, err = done.returncode, done.stdout, done.stderr
    else:
        code = run(args, monkeypatch)
        out, err = capfd.readouterr()
    assert code == case.code, err
    answers[case.key] = shorten(answer_of(err, out), here, board_data)
    assert sorted(path.name for path in board_data.iterdir()) == before
    if not os.environ.get("WRITE_PAGE"):
        assert page_row(case, answers[case.key]) in PAGE.read_text("utf-8").splitlines()


@pytest.mark.parametrize("slip", cases.SLIPS, ids=[slip.expression for slip in cases.SLIPS])
def test_from_python_one_line_too(slip, here, board_data) -> None:
    expression = slip.expression.replace("STORE", "store")
    with pytest.raises(Exception) as raised:  # noqa: PT011 - the case says which
        eval(expression, dict(python_names(), store=board_data))
    assert type(raised.value).__name__ == slip.error
    assert isinstance(raised.value, PttError | ValueError)
    message = str(raised.value)
    assert "\n" not in message
    answers[slip.expression] = shorten(message, here, board_data)
    if not os.environ.get("WRITE_PAGE"):
        assert slip_row(slip, answers[slip.expression]) in PAGE.read_text("utf-8").splitlines()


def python_names() -> dict[str, object]:
    import analysis
    from analysis.sentiment import get_engine
    from ptt_spider.aid import parse_ref
    from ptt_spider.crawling import CrawlJob

    names = {"analysis": analysis, "get_engine": get_engine, "parse_ref": parse_ref, "CrawlJob": CrawlJob}
    return {**names, "Path": Path}


def slip_row(slip, answer: str) -> str:
    return f"| {slip.wrong} | `` {slip.expression} `` | {slip.error} | {answer} |"


def page_row(case, answer: str) -> str:
    typed = " ".join([*(f"{name}={value or repr('')}" for name, value in case.env.items()), f"ptt {case.args}"])
    cells = [case.wrong, f"`` {typed} ``", str(case.code), answer.removeprefix("ptt: ")]
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\r\n", "⏎") for cell in cells) + " |"


def test_the_page_holds_these_cases_and_no_others(root: Path) -> None:
    """Runs last: the page is written from the answers above, or has a row for each of them."""
    if os.environ.get("WRITE_PAGE"):
        assert len(answers) == len(cases.CASES) + len(cases.SLIPS), "run all cases to write the page"
        text = HEAD
        for case in cases.CASES:
            if case.section:
                text += f"\n## {case.section}\n| wrong | typed | code | answer |\n|---|---|---|---|\n"
            text += page_row(case, answers[case.key]) + "\n"
        text += PYTHON
        for slip in cases.SLIPS:
            text += slip_row(slip, answers[slip.expression]) + "\n"
        PAGE.write_text(text, "utf-8")
    rows = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| ") and "`` " in line]
    assert len(cases.CASES) >= 60
    wanted = [page_row(case, "") for case in cases.CASES] + [slip_row(slip, "") for slip in cases.SLIPS]
    for head, row in zip(wanted, rows, strict=True):
        assert row.startswith(head[: -len("  |")].rstrip()), row
