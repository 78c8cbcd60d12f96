"""Every case's test can fail: the code for the case is taken out of a copy, and its recorded page must read otherwise."""

# ruff: noqa: E501 - one mutation a line

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from fixtures.pages.record import read

pytestmark = pytest.mark.slow

# case folder, module of ptt_spider, what is there, what is put in its place
MUTATIONS = [
    ("01-warning-box", "pages/blocks.py", 'if "warning-box" in classes:\n                self._truncated', "if False:\n                self._truncated"),
    ("02-url-in-push", "pages/blocks.py", '_ANY_TAG.sub("", content)', '_ANY_TAG.sub(" ", content)'),
    ("03-url-glued-to-ip", "pages/blocks.py", "spans[kind] += text", "spans[kind] = spans[kind] or text"),
    ("04-email-in-push", "pages/blocks.py", 'if hidden := attributes.get("data-cfemail"):', 'if hidden := "":'),
    ("05-email-in-body", "pages/blocks.py", 'node.tag in ("script", "style")', "False"),
    ("06-empty-push", "pages/pushes.py", 'elif text[:1] == ":":', "elif False:"),
    ("07-padded-user", "pages/pushes.py", "user_id = user.strip()", "user_id = user"),
    ("08-no-header", "pages/assembly.py", "(plain or written.metalines) and not", "True and not"),
    ("08-no-header", "pages/header.py", "return stated if stated is not None", "return stated if True"),
    ("09-some-metalines", "pages/header.py", "        kind = _kind(tag)\n", '        kind = ("author", "title", "time")[len(found)]\n'),
    ("10-body-line-as-metaline", "pages/assembly.py", "[*header.rest, ", "["),
    ("11-no-board-in-first-line", "pages/header.py", "        kind = _kind(tag)\n", '        kind = ("author", "board", "title", "time")[len(found) % 4]\n'),
    ("12-empty-nickname", "pages/header.py", "return (match[1], match[2])", "return (match[1], match[2] or None)"),
    ("12-no-nickname", "pages/header.py", "return (match[1], match[2])", "return (match[1], match[2] or '')"),
    ("13-bracket-in-nickname", "pages/header.py", r"([^\s(]+)(?:\s*\((.*?)\)?)?", r"(.+)(?:\s+\((.*?)\)?)"),
    ("14-author-replies", "pages/assembly.py", "first_floor - 1 + len(pushes), part.text", "0, part.text"),
    ("14-author-replies", "pages/replies.py", "        elif _SYSTEM.match(line):", "        elif False:"),
    ("14-author-replies", "pages/replies.py", "        elif _SPOILT.match(line):", "        elif False:"),
    ("15-forged-push", "pages/assembly.py", "ending.tail_start if ending else first_run", "first_run"),
    ("15-forged-push", "pages/assembly.py", 'yield from ("".join(push)', 'yield from ("" for push'),
    ("16-dashes-without-signature", "pages/ending.py", "not lines[number - 1].strip() and any", "any"),
    ("16-dashes-in-body", "pages/ending.py", "before_signature(lines, end), first", 'lines.index("--"), first'),
    ("17-forward", "pages/ending.py", 'if line.startswith("※ 轉錄者") and', "if False and"),
    ("17-forward", "pages/assembly.py", "forward_from=origin", "forward_from=None"),
    ("17-forward-by-title", "pages/header.py", 'prefixes[:1] == ["fw"]', "False"),
    ("18-only-address", "pages/ending.py", "at = _own_address(lines, post_id)", "at = None"),
    ("18-pasted-older-post", "pages/ending.py", "if own in line and", "if"),
    ("19-no-country", "pages/ending.py", r"\s*(?:\((?P<country>[^()]*)\))?.*)?", r"\s*\((?P<country>[^()]*)\).*)?"),
    ("20-signs-and-numbers", "pages/pushes.py", "        text = content.rstrip()", '        text = content.rstrip("%．５２ ").replace("-", "")'),
    ("21-quotes-and-links", "pages/blocks.py", 'node.tag == "div" and "richcontent" in classes', 'node.tag == "hr"'),
    ("21-quotes-and-links", "pages/header.py", '"re" in prefixes', "False"),
    ("22-new-year", "pages/timeline.py", "        year += 1\n    if month", "        pass\n    if month"),
    ("23-leap-day", "pages/timeline.py", "if month == 2 and day == 29:", "if False:"),
    ("24-odd-times", "pages/pushes.py", "match = _LEADING_IP.match(before)", "match = None"),
    ("24-odd-times", "pages/pushes.py", 'if rest[:1] in ("推", "噓", "→"):', "if False:"),
    ("25-colon-in-text", "pages/pushes.py", "            text = text[2:]", '            text = text.lstrip(": ")'),
    ("26-over18", "pages/refusals.py", '    ("over18", _OVER18),\n', ""),
    ("26-not-found", "pages/refusals.py", '    ("not_found", _NOT_FOUND),\n', ""),
    ("26-error-page", "pages/refusals.py", '    ("error_page", _ERROR),\n', ""),
    ("26-challenge", "pages/refusals.py", '    ("challenge", _CHALLENGE),\n', ""),
    ("27-time-edited", "pages/header.py", "else named\n", "else from_unix(0)\n"),
    ("27-time-moved", "pages/header.py", "and abs(stated - named) <= _DAY", ""),
    ("28-entities", "pages/blocks.py", "unescape(_ANY_TAG.sub", "str(_ANY_TAG.sub"),
    ("29-index", "pages/index.py", '    if shown == "爆":', "    if False:"),
    ("29-index", "pages/index.py", '    if shown == "XX":', "    if False:"),
    ("29-index", "pages/index.py", "max(-10 * int(digits), -100)", "max(-int(digits), -100)"),
    ("29-index", "pages/index.py", "            pinned = True", "            pinned = False"),
    ("29-index", "pages/index.py", "post_id and link is not None else title", "True else title"),
    ("30-old-edit-lines", "pages/replies.py", 'short[1] if short else ""', '""'),
    ("30-old-edit-lines", "pages/replies.py", 'if full := _FULL.search(match["rest"]):', 'if full := ("臺灣" in line and _FULL.search(match["rest"])):'),
    ("31-necropost", "pages/assembly.py", "                timeline.anchor(part.at)", "                pass"),
    ("31-necropost", "pages/assembly.py", "if moment and start and moment < start - SLACK:", "if False:"),
    ("32-over-150k", "pages/blocks.py", 'if "warning-box" in classes:\n                self._truncated = True', 'if "warning-box" in classes:\n                pass'),
    ("33-1500-pushes", "pages/blocks.py", "runs.append(pushes[begin:end])", "runs.append(pushes[begin : begin + 1000])"),
    ("34-half-page", "pages/article.py", "    if is_cut(text, start):", "    if False:"),
    ("34-half-page", "pages/article.py", "            text = text[:last]", "            pass"),
    ("34-empty", "pages/refusals.py", '        return "empty"', '        return "not_ptt"'),
    ("34-nul-bytes", "pages/source.py", '        text = text.replace("\\0", "")', "        pass"),
    ("34-nul-bytes", "pages/source.py", '        flaws.append("NUL characters")', "        pass"),
    ("35-plain-header", "pages/assembly.py", "plain, skip = split_plain_header(lines, written.metalines)", "plain, skip = [], 0"),
    ("35-station-metaline", "pages/header.py", '"看板", "站內", "信區")', '"看板", "信區")'),
    ("35-plain-header", "pages/ending.py", 'if line.startswith("◆ From") and', "if False and"),
    ("35-plain-header", "aid.py", r"\.A(?:\.([0-9A-F]{3}))?", r"\.A\.([0-9A-F]{3})"),
    ("36-user-id-case", "pages/pushes.py", "user_id.lower() == author_key", "user_id == author"),
]  # fmt: skip
READ = (
    "import json, pathlib, sys; from fixtures.pages.record import outcome, read, url_of; folder = pathlib.Path(sys.argv[1]); "
    "print(json.dumps(outcome(read(folder, 'page.html'), url_of(folder))))"
)


@pytest.fixture(scope="module")
def copy(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mutant")
    shutil.copytree(root / "ptt_spider", folder / "ptt_spider", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "fixtures").mkdir()
    (folder / "fixtures" / "pages").mkdir()
    for name in ("cases.py", "markup.py", "record.py"):
        shutil.copy(root / "fixtures" / "pages" / name, folder / "fixtures" / "pages" / name)
    return folder


@pytest.mark.parametrize(
    ("name", "module", "there", "instead"), MUTATIONS, ids=[f"{m[0]}-{number}" for number, m in enumerate(MUTATIONS)]
)
def test_without_its_code_a_case_reads_otherwise(
    name: str, module: str, there: str, instead: str, copy: Path, root: Path
) -> None:
    file = copy / "ptt_spider" / module
    sound = file.read_text(encoding="utf-8")
    assert sound.count(there) == 1, f"{module} has changed: mend this mutation"
    expected = json.loads(read(root / "fixtures" / "pages" / name, "expected.json"))
    file.write_text(sound.replace(there, instead), encoding="utf-8")
    try:
        done = subprocess.run(
            [sys.executable, "-B", "-c", READ, str(root / "fixtures" / "pages" / name)],
            cwd=copy, capture_output=True, text=True, timeout=60, check=False, env={"PYTHONPATH": str(copy), "PYTHONUTF8": "1"},
        )  # fmt: skip
    finally:
        file.write_text(sound, encoding="utf-8")
    assert done.returncode != 0 or json.loads(done.stdout) != expected


def test_the_copy_itself_reads_the_cases_right(copy: Path, root: Path) -> None:
    """Else a mutant would fail for another reason."""
    for name in sorted({mutation[0] for mutation in MUTATIONS})[::6]:
        folder = root / "fixtures" / "pages" / name
        done = subprocess.run(
            [sys.executable, "-B", "-c", READ, str(folder)],
            cwd=copy, capture_output=True, text=True, timeout=60, check=True, env={"PYTHONPATH": str(copy), "PYTHONUTF8": "1"},
        )  # fmt: skip
        assert json.loads(done.stdout) == json.loads(read(folder, "expected.json"))
