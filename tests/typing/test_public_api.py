"""The public interface runs as its types say; `./dev lint` and test_packaging.py have mypy read the same file."""

import subprocess
import sys
from pathlib import Path


def test_the_example_runs(root: Path, demo_store: Path, tmp_path: Path) -> None:
    page = root / "fixtures/pages/14-author-replies/page.html"
    done = subprocess.run(
        [sys.executable, "-W", "error", str(root / "tests/typing/use_public_api.py"), str(demo_store), str(page),
         "https://www.ptt.cc/bbs/Stock/M.1772586920.A.111.html"],
        capture_output=True, text=True, cwd=tmp_path, timeout=100, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "PostRef(board='Stock', post_id='M.1772586920.A.111')" in done.stdout
    assert "('2330', '台積電', '台積電', 0)" in done.stdout
    assert "'news_tone'" in done.stdout
