"""`./dev fuzz [SECONDS] [TARGET …]`: new bytes for each parser, guided by what they reach (atheris, libFuzzer).

Starts from tests/fuzz/corpus and the pages of fixtures/pages; works in .cache/fuzz. Bytes that break a parser are kept
as tests/fuzz/corpus/TARGET/crash-…, where test_corpus.py replays them until the parser is mended. ``--keep`` adds the
bytes that reach what the kept ones do not (at most 60 a target, 4 KiB each). Exit code 1 where something broke.
"""

import argparse
import gzip
import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
CORPUS = HERE / "corpus"
WORK = ROOT / ".cache" / "fuzz"
MAX_BYTES = 4096
MOST_KEPT = 60
Step = tuple[str, int, int]
"""File, line, and the line before it."""


def seeds(target: str) -> Path:
    """Fixture pages small enough to be mutated, in a folder of their own."""
    folder = WORK / target / "seeds"
    folder.mkdir(parents=True, exist_ok=True)
    for case in sorted((ROOT / "fixtures" / "pages").iterdir()):
        for name in ("page.html", "page.html.gz"):
            if (case / name).is_file():
                content = (case / name).read_bytes()
                page = gzip.decompress(content) if name.endswith("gz") else content
                start = max(page.find(b'<div id="main-co'), page.find(b'<div class="r-list'), 0)
                (folder / case.name).write_bytes(_as_read_by(target, page[start:])[:MAX_BYTES])
    return folder


def _as_read_by(target: str, page: bytes) -> bytes:
    if target == "plaintext":
        return re.sub(rb"<[^>]*>", b"", page)
    if target == "jwlin":
        texts = [text.decode("utf-8", "replace") for text in re.findall(rb">([^<>\n]+)<", page)[:24]]
        names = ("push_tag", "push_userid", "push_content", "push_ipdatetime")
        pushes = [dict(zip(names, four, strict=True)) for four in zip(*[iter(texts)] * 4, strict=False)]
        facts = {"article_id": "M.1772586920.A.111", "board": "Stock", "author": "someone (nick)", "ip": "203.0.113.7"}
        said = {"article_title": "Re: [新聞] 一則", "date": "Wed Mar  4 09:15:20 2026", "content": "".join(texts[:2])}
        return json.dumps({**facts, **said, "messages": pushes}, ensure_ascii=False).encode()
    return page


def fuzz(target: str, seconds: int) -> list[Path]:
    """Crash files of one target."""
    found, crashes = WORK / target / "found", WORK / target / "crashes"
    for folder in (found, crashes):
        folder.mkdir(parents=True, exist_ok=True)
    kept = CORPUS / target
    kept.mkdir(parents=True, exist_ok=True)
    _libfuzzer(
        target, f"-max_total_time={seconds}", f"-max_len={MAX_BYTES}", "-timeout=10", "-rss_limit_mb=2048",
        f"-dict={HERE / 'site.dict'}", f"-artifact_prefix={crashes}/", "-print_final_stats=1",
        str(found), str(kept), str(seeds(target)),
    )  # fmt: skip
    return sorted(path for path in crashes.iterdir() if not path.name.startswith("slow-unit"))


def keep(target: str, run: Callable[[bytes], None]) -> int:
    """Adds found bytes that reach what the kept ones do not, those that reach most of it first; how many."""
    kept = [path.read_bytes() for path in sorted((CORPUS / target).iterdir())]
    reached = set[Step]().union(*(steps(run, content) for content in kept))
    found = {path.read_bytes() for name in ("found", "seeds") for path in (WORK / target / name).iterdir()}
    more = {content: steps(run, content) - reached for content in sorted(found, key=len)}
    added = 0
    while len(kept) + added < MOST_KEPT and more and (best := max(more, key=lambda content: len(more[content]))):
        if not (gain := more.pop(best)):
            break
        more = {content: rest for content, reach in more.items() if (rest := reach - gain)}
        (CORPUS / target / hashlib.sha256(best).hexdigest()[:12]).write_bytes(best)
        added += 1
    return added


def steps(run: Callable[[bytes], None], content: bytes) -> set[Step]:
    """From line to line of ptt_spider that these bytes lead."""
    reached: set[Step] = set()
    last: dict[int, int] = {}

    def trace(frame: FrameType, event: str, _argument: object) -> Any:
        name = frame.f_code.co_filename
        if "ptt_spider" not in name:
            return None
        if event == "line":
            reached.add((name, last.get(id(frame), 0), frame.f_lineno))
            last[id(frame)] = frame.f_lineno
        return trace

    sys.settrace(trace)
    try:
        run(content)
    finally:
        sys.settrace(None)
    return reached


def _libfuzzer(target: str, *arguments: str) -> None:
    command = [sys.executable, str(Path(__file__).resolve()), "--inside", target, *arguments]
    subprocess.run(command, cwd=ROOT, check=False)


def inside(target: str, arguments: list[str]) -> None:
    """The process that libFuzzer runs in, and ends."""
    import atheris

    sys.path[:0] = [str(HERE), str(ROOT)]
    with atheris.instrument_imports(include=["ptt_spider"]):
        from targets import TARGETS

    atheris.Setup([sys.argv[0], *arguments], TARGETS[target])
    atheris.Fuzz()


def main() -> int:
    sys.path[:0] = [str(HERE), str(ROOT)]
    from targets import TARGETS

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("seconds", type=int, nargs="?", default=60, help="for each target")
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"of {', '.join(TARGETS)}; all of them")
    parser.add_argument("--keep", action="store_true", help="add what reaches new code to the kept corpus")
    options = parser.parse_args()
    if unknown := set(options.targets) - TARGETS.keys():
        parser.error(f"no target {', '.join(sorted(unknown))}: {', '.join(TARGETS)}")
    broken = 0
    for target in options.targets or TARGETS:
        print(f"== {target}", flush=True)
        for crash in fuzz(target, options.seconds):
            name = f"crash-{hashlib.sha256(crash.read_bytes()).hexdigest()[:12]}"
            crash.rename(CORPUS / target / name)
            print(f"dev fuzz: {target} 讀不了這些位元組，已留在 tests/fuzz/corpus/{target}/{name}", file=sys.stderr)
            broken += 1
        if options.keep:
            print(f"{target}: 新留下 {keep(target, TARGETS[target])} 個檔案")
    return int(broken > 0)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--inside"]:
        inside(sys.argv[2], sys.argv[3:])
    else:
        sys.exit(main())
