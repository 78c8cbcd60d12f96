"""The table of the README: five pieces of work, ours beside what one would pick instead, same work, same run.

    ./dev bench                # prints it; about three minutes
    ./dev bench --write        # and puts it into the README

Times are CPU seconds of all threads, the least of several rounds in which both sides take turns: what else the machine
does changes them little, and the ratios carry over to other machines. Both sides give the same answer, and that is
checked: the same items, rows, numbers; where ours does more than was asked for, the note says so.
"""

import importlib.metadata
import json
import os
import platform
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

README = Path(__file__).resolve().parent.parent / "README.md"
BEGIN, END = "<!-- bench: made by ./dev bench --write -->", "<!-- /bench -->"


class Row(NamedTuple):
    """One comparison, in CPU seconds."""

    work: str
    instead: str
    ours: float
    theirs: float
    note: str

    @property
    def times(self) -> float:
        return self.theirs / self.ours


def parse() -> Iterator[Row]:
    from benchmarks.parse import measure
    from fixtures.pages.cases import busy_page

    for pushes in (60, 1500):
        took = measure(busy_page(pushes), rounds=3)
        yield Row(f"parse a page of {pushes:,} comments", "BeautifulSoup on lxml", took["this parser"] / 1000,
                  took["bs4 + lxml"] / 1000, "equal items")  # fmt: skip


def crawl(articles: int = 800) -> Iterator[Row]:
    from benchmarks import crawl as module

    with module.site(articles) as address:
        ours = module.in_child(module.ours, address, articles)["cpu"] / articles
        plain = module.in_child(module.plain, address, articles // 4)["cpu"] / (articles // 4)
    yield Row("crawl an article", "requests + BeautifulSoup loop", ours, plain, "ours also spools and archives")


def load_and_query(pushes: int = 150_000) -> Iterator[Row]:
    from benchmarks import load as module

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made = module.spool(folder / "data", pushes)
        ours = min(made / module.load(folder / "data", folder / f"copy{turn}")[1] for turn in range(2))
        rows = module.rows_of(folder / "data")
        for other in ("rows", "frame"):
            (folder / other).mkdir()
        few = rows[:5000]
        each = cpu(lambda: module.executemany(few, folder / "rows")) / len(few)
        note = "ours also aligns, keeps history and syncs to disk"
        yield Row("load 150,000 comments", "executemany (from 5,000)", ours, each * made, note)
        bulk = cpu(lambda: module.pandas(rows, folder / "frame"))
        yield Row("… the same", "pandas frame, bulk insert", ours, bulk, note)
        yield query(folder, rows)


def query(folder: Path, rows: list[tuple]) -> Row:
    """Who boos most: from the published store, and from the JSON lines that a crawler leaves."""
    import analysis
    from analysis.store.publish import publish
    from analysis.store.work import open_work

    lines = folder / "pushes.jsonl"
    with lines.open("w", encoding="utf-8") as out:
        out.writelines(json.dumps({"tag": row[3], "user": row[4]}) + "\n" for row in rows)
    with open_work(folder / "copy0") as con:
        publish(folder / "copy0", con)
    question = (
        "SELECT user_id, count(*) FILTER (vote = -1) AS boos FROM pushes WHERE removed_at IS NULL GROUP BY user_id"
        " ORDER BY boos DESC, user_id LIMIT 10"
    )

    def ours() -> list[tuple[str, int]]:
        with analysis.connect(folder / "copy0") as con:
            return con.execute(question).fetchall()

    def theirs() -> list[tuple[str, int]]:
        import pandas as pd

        frame = pd.read_json(lines, lines=True, dtype={"user": str})
        boos = (frame["tag"] == "噓").groupby(frame["user"]).sum().reset_index()
        best = boos.sort_values(["tag", "user"], ascending=[False, True]).head(10)
        return [(user, int(count)) for user, count in best.itertuples(index=False)]

    if ours() != theirs():
        raise SystemExit(f"the store and pandas disagree: {ours()} {theirs()}")
    took, others = min(cpu(ours) for _ in range(5)), min(cpu(theirs) for _ in range(3))
    return Row("who boos most, of 150,000 comments", "pandas on JSON lines", took, others, "equal answers")


def score(texts: int = 20_000, few: int = 1_000) -> Iterator[Row]:
    from analysis.sentiment import get_engine
    from analysis.sentiment.text import has_word
    from benchmarks import score as module

    comments = [text for text in module.real_comments(texts) or module.made_comments(texts) if has_word(text)]
    package, equal = module.package(), get_engine("snownlp", conversion="t2s")
    best = get_engine("ptt")
    for run in (package, equal.score, best.score):
        run(comments[:50])
    same = sum(2 * a - 1 == b for a, b in zip(package(comments[:few]), equal.score(comments[:few]), strict=True))
    if same < few:
        raise SystemExit(f"engine snownlp differs from the package on {few - same} texts")
    theirs = min(cpu(lambda: package(comments[:few])) for _ in range(2)) / few * 1000
    for name, run, note in (
        ("snownlp", equal.score, "equal to the last bit"),
        ("ptt", best.score, "another model: see the model card"),
    ):
        took = min(cpu(lambda run=run: run(comments)) for _ in range(3)) / len(comments) * 1000
        yield Row(f"score 1,000 comments, engine {name}", "SnowNLP package", took, theirs, note)


PARTS: tuple[Callable[[], Iterator[Row]], ...] = (parse, crawl, load_and_query, score)


def cpu(run: Callable[[], object]) -> float:
    """CPU seconds, all threads."""
    begun = time.process_time()
    run()
    return time.process_time() - begun


def shown(seconds: float) -> str:
    for size, unit in ((1, "s"), (1e-3, "ms"), (1e-6, "µs")):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 1e-9:.3g} ns"


def machine() -> str:
    """What the figures were taken on."""
    model = platform.processor() or platform.machine()
    try:
        found = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text())
        model = found[1] if found else model
    except OSError:
        pass
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("duckdb", "scrapy", "selectolax"))
    return (
        f"{date.today():%Y-%m-%d}, {os.cpu_count()} × {model}, {platform.system()}, Python"  # noqa: DTZ011
        f" {platform.python_version()}, {versions}"
    )


def markdown(rows: list[Row]) -> str:
    lines = ["| times the CPU | instead of ours | for | instead | ours | |", "|---:|---|---|---:|---:|---|"]
    for row in rows:
        cells = (f"**{row.times:.2g}**" if row.times < 100 else f"**{row.times:.0f}**", row.instead, row.work,
                 shown(row.theirs), shown(row.ours), row.note)  # fmt: skip
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([*lines, "", f"({machine()}; CPU time, least of several rounds, both sides in the same run.)"])


def write(table: str) -> None:
    text = README.read_text("utf-8")
    before, rest = text.split(BEGIN)
    README.write_text(f"{before}{BEGIN}\n{table}\n{END}{rest.split(END)[1]}", "utf-8")


def main(*, into_readme: bool = False) -> None:
    rows: list[Row] = []
    for part in PARTS:
        print(f"… {part.__name__}", file=sys.stderr, flush=True)
        rows += part()
    table = markdown(rows)
    print(table)
    if into_readme:
        write(table)
