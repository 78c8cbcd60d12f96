"""`./dev bench`: the table of the README, which ``--write`` puts there; `./dev bench NAME …`: one of them at length."""

import importlib
import sys
from pathlib import Path

NAMES = sorted(path.stem for path in Path(__file__).parent.glob("[a-z]*.py") if path.stem != "table")


def main() -> None:
    names = [word for word in sys.argv[1:] if word != "--write"]
    if unknown := [name for name in names if name not in NAMES]:
        sys.exit(f"no benchmark {', '.join(unknown)}: {', '.join(NAMES)}")
    if not names:
        from benchmarks.table import main as table

        table(into_readme="--write" in sys.argv[1:])
    for name in names:
        sys.stdout.write(f"== {name}\n")
        sys.argv = [f"benchmarks.{name}"]
        importlib.import_module(f"benchmarks.{name}").main()


if __name__ == "__main__":
    main()
