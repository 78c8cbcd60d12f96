import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from analysis.sentiment import jit
from analysis.sentiment.jit import kernel

STEP = "from jit import kernel\n\n\n@kernel\ndef step(x):\n    return x + {}\n"
WALK = "from jit import kernel\nfrom steps import step\n\n\n@kernel\ndef walk(x):\n    return step(x) * 10 + {}\n"
DIES = "import os\nfrom numba.core.caching import IndexDataCacheFile as F\nF._save_data = lambda *_: os._exit(9)\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """`jit` with two modules of its own: `walk` calls `step`."""
    shutil.copy(Path(jit.__file__), tmp_path / "jit.py")
    (tmp_path / "steps.py").write_text(STEP.format(1))
    (tmp_path / "walks.py").write_text(WALK.format(0))
    return tmp_path


def walked(folder: Path, before: str = "", code: int = 0) -> str:
    """What a new process gets from `walk(1)`."""
    environment = {name: value for name, value in os.environ.items() if name != "NUMBA_CACHE_DIR"}
    script = f"{before}\nfrom walks import walk\nprint(walk(1), sum(walk.stats.cache_hits.values()))"
    # -B: Python's own cache knows a module by second and size, and these are rewritten within one, at the same length
    ran = subprocess.run(
        [sys.executable, "-B", "-c", script], cwd=folder, env=environment, capture_output=True, text=True
    )
    assert ran.returncode == code, ran.stderr
    return ran.stdout.strip()


def test_a_kernel_is_compiled_even_where_nothing_can_be_kept() -> None:
    space: dict[str, object] = {}
    exec("def double(x):\n    return x * 2", space)  # no file, hence no folder for numba's cache
    double = kernel(space["double"])
    assert double(21) == 42
    assert double.signatures, "compiled"


def test_what_was_compiled_is_used_again_until_a_module_beside_it_changes(folder: Path) -> None:
    assert walked(folder) == "20 0"
    assert walked(folder) == "20 1"
    (folder / "steps.py").write_text(STEP.format(2))  # of the same length, and not the file of the kernel called
    assert walked(folder) == "30 0"


def test_a_process_killed_while_it_keeps_its_code_leaves_no_older_code(folder: Path) -> None:
    assert walked(folder) == "20 0"
    (folder / "walks.py").write_text(WALK.format(5))
    walked(folder, before=DIES, code=9)
    assert walked(folder) == "25 0"
