"""`python -m benchmarks NAME …` runs benchmarks.NAME; without a name, all of them."""

import importlib
import sys
from pathlib import Path


def main() -> None:
    names = sys.argv[1:] or sorted(p.stem for p in Path(__file__).parent.glob("[a-z]*.py"))
    for name in names:
        sys.stdout.write(f"== {name}\n")
        importlib.import_module(f"benchmarks.{name}").main()


if __name__ == "__main__":
    main()
