"""Comments a second and start-up of every engine, beside the SnowNLP package in the same run.

    .venv/bin/python -m benchmarks.score [--texts 100000] [--package-texts 2000] [--rounds 3]

Ratios first: they carry over to other machines, absolute numbers do not. Each round times package and engines in
turn, one thread each; the median round counts. The package is timed as users call it, `SnowNLP(text).sentiments` on
converted text, on a part of the same comments. Comments are real ones from ../shared where it lies beside the checkout,
else sentences made here.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
PUSHES = ROOT.parent / "shared" / "data" / "stock_pushes_2016_2018.parquet"
ENGINES = {
    "snownlp (t2s)": ("snownlp", {}),
    "snownlp (none)": ("snownlp", {"conversion": "none"}),
    "lexicon": ("lexicon", {}),
    "ptt": ("ptt", {}),
}
PACKAGE = "SnowNLP package"
START_PACKAGE = "from snownlp import SnowNLP; SnowNLP('这支股票好').sentiments"
START_ENGINE = "from analysis.sentiment import get_engine; get_engine({name!r}, **{options!r}).score(['這支股票好'])"


def real_comments(limit: int) -> list[str]:
    """Comments of ../shared in a fixed random order; empty where it is absent."""
    if not PUSHES.exists():
        return []
    import duckdb

    query = "SELECT text FROM read_parquet(?) WHERE text <> '' ORDER BY hash(post_id, floor) LIMIT ?"
    return [text for (text,) in duckdb.execute(query, [str(PUSHES), limit]).fetchall()]


def made_comments(limit: int) -> list[str]:
    """Sentences of the usual length, no two alike."""
    who = ["外資", "投信", "主力", "散戶", "公司派", "隔壁阿伯"]
    what = ["又在倒貨", "準備噴了", "真的很會騙", "看不懂這價位", "早就下車了", "越跌越買", "說好的填息呢"]
    why = ["", " QQ", "，笑死", " XDDD", "，感謝分享", "？？？", "，等明天開盤"]
    return [f"{who[n % 6]}{what[n // 6 % 7]} {n % 1500}{why[n // 42 % 7]}" for n in range(limit)]


def per_second(run: Callable[[Sequence[str]], object], texts: Sequence[str]) -> float:
    start = time.perf_counter()
    run(texts)
    return len(texts) / (time.perf_counter() - start)


def start_seconds(code: str) -> float:
    """Wall time of a new interpreter that loads an engine and judges one text."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-W", "ignore", "-c", code], cwd=ROOT, check=True)
    return time.perf_counter() - start


def package() -> Callable[[Sequence[str]], list[float]]:
    from opencc import OpenCC
    from snownlp import SnowNLP

    convert = OpenCC("t2s").convert
    return lambda texts: [SnowNLP(convert(text)).sentiments for text in texts]


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=int, default=100_000)
    parser.add_argument("--package-texts", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args(argv)

    from analysis.sentiment import get_engine
    from analysis.sentiment.text import has_word

    texts = real_comments(options.texts)
    print(f"{'real comments of ../shared' if texts else 'sentences made here (../shared is absent)'}, ", end="")
    texts = [text for text in texts or made_comments(options.texts) if has_word(text)]
    few = texts[: options.package_texts]
    print(f"{len(texts):,} texts, {len(few):,} for the package, {options.rounds} rounds\n")

    runs = {name: get_engine(engine, **more).score for name, (engine, more) in ENGINES.items()}
    oracle = package()
    for run in (*runs.values(), oracle):
        run(few[:50])
    speeds: dict[str, list[float]] = {name: [] for name in (PACKAGE, *runs)}
    for _ in range(options.rounds):
        speeds[PACKAGE].append(per_second(oracle, few))
        for name, run in runs.items():
            speeds[name].append(per_second(run, texts))
    same = sum(2 * a - 1 == b for a, b in zip(oracle(few), runs["snownlp (t2s)"](few), strict=True))

    codes = {PACKAGE: START_PACKAGE} | {
        name: START_ENGINE.format(name=engine, options=more) for name, (engine, more) in ENGINES.items()
    }
    starts = {name: median(start_seconds(code) for _ in range(options.rounds)) for name, code in codes.items()}

    print(f"{'':16} {'times the package':>18} {'comments/s':>12} {'start, s':>9}")
    for name, values in speeds.items():
        ratio = median(value / base for value, base in zip(values, speeds[PACKAGE], strict=True))
        print(f"{name:16} {ratio:>18,.1f} {median(values):>12,.0f} {starts[name]:>9.2f}")
    print(f"\nsnownlp (t2s) equals the package to the last bit on {same:,} of {len(few):,} texts")
    return 0


if __name__ == "__main__":
    sys.exit(main())
