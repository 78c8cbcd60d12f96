"""docs/scaling.md: its commands from one machine to a second host, in their order, on services of this test's own."""

import os
import re
import subprocess
import sys

BEGIN, END = "### More boards", "### How it is made"


def _commands(root):
    page = (root / "docs" / "scaling.md").read_text("utf-8")
    part = page[page.index(BEGIN) : page.index(END)]
    return "".join(re.findall(r"```sh\n(.*?)```", part, re.DOTALL)).splitlines()


def test_the_walk_through_runs(root, lake, faulty_site, tmp_path, monkeypatch):
    here = dict(os.environ)
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, words in (("ptt", "-m analysis"), ("python", ""), ("pip", "-c pass")):
        program = programs / name
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" {words} "$@"\n')
        program.chmod(0o755)
    replaced = {
        "ducklake:postgres://ptt@db.example.com/ptt": here["PTT_STORE"],
        "s3://ptt-lake/board": here["PTT_DATA_PATH"],
        "/srv/ptt": str(tmp_path / "ptt"),
        "Stock,Baseball": "Stock",  # the loopback site has one board
    }
    script = ["set -eu"]
    for command in _commands(root):
        for word, other in replaced.items():
            command = command.replace(word, other)
        script += [f"echo '$ '{command!r} >&2" if "'" not in command else "echo >&2", command]
    for name in ("PTT_STORE", "PTT_DATA_PATH", "PTT_BOARD"):
        del here[name]
    with faulty_site() as site:
        here |= {"PTT_SITE": site.url, "PTT_DELAY": "0", "PTT_ENGINE": "lexicon"}
        here["PATH"] = f"{programs}{os.pathsep}{here['PATH']}"
        done = subprocess.run(
            ["sh", "-c", "\n".join(script)], capture_output=True, text=True, env=here, cwd=tmp_path, check=False,
            timeout=500,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    assert len(script) > 20
    assert "Traceback" not in done.stderr
    assert "Stock" in done.stdout
    assert (tmp_path / "ptt-second" / "ptt.duckdb").stat().st_size > 100_000
