"""``python -m analysis.sentiment.train_shared [DATA [OUT]]``: the shipped model, from shared/data and labels/."""

import sys
from pathlib import Path


def main(arguments: list[str]) -> int:
    """Train; 0 if it worked, 1 with one line on standard error if data are missing."""
    from analysis.errors import PttError
    from analysis.sentiment.ptt_engine import WEIGHTS
    from analysis.sentiment.train.shared import train_shared

    root = Path(__file__).parents[2]
    data = Path(arguments[0]) if arguments else root.parent / "shared" / "data"
    out = Path(arguments[1]) if len(arguments) > 1 else WEIGHTS
    try:
        train_shared(data, root / "labels", out, say=lambda text: print(text, flush=True))
    except PttError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
