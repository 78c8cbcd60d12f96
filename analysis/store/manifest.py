"""manifest.json of an export: what each file holds, its hash, and how complete the whole is."""

import hashlib
import json
import re
from pathlib import Path
from typing import Any, Final, TypedDict

from analysis.errors import UsageError

MANIFEST: Final = "manifest.json"
KNOWN: Final = "exports.json"
"""In the data folder: where exports went, so that `ptt forget` reaches them."""
_TABLE: Final = re.compile(r"\w+(\.\w+)?", re.ASCII)
Manifest = dict[str, Any]


class Entry(TypedDict):
    """One file of an export."""

    path: str
    table: str
    rows: int
    bytes: int
    sha256: str


def entry_of(folder: Path, path: Path, table: str, rows: int) -> Entry:
    target = folder / path
    size, digest = target.stat().st_size, file_hash(target)
    return {"path": path.as_posix(), "table": table, "rows": rows, "bytes": size, "sha256": digest}


def file_hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_manifest(folder: Path, manifest: Manifest) -> None:
    text = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    (folder / MANIFEST).write_text(text, "utf-8")


def read_manifest(folder: Path) -> Manifest:
    """Raises UsageError where there is no (readable) manifest."""
    path = folder / MANIFEST
    try:
        manifest: Manifest = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise UsageError(f"{folder} 不是匯出的資料夾：裡面沒有 {MANIFEST}。") from None
    except ValueError:
        raise UsageError(f"{path} 讀不懂：不是 ptt export 寫的，或已損壞。") from None
    if not isinstance(manifest, dict) or manifest.get("format") != 1 or not _is_whole(manifest):
        raise UsageError(f"{path} 讀不懂：不是這個版本的 ptt export 寫的。")
    return manifest


def _is_whole(manifest: Manifest) -> bool:
    """Whether all that is read of a manifest is there; its files lie in its folder, whatever it says."""
    entries = manifest.get("files")
    return (
        all(isinstance(manifest.get(name), int) for name in ("posts", "pushes", "schema_version"))
        and isinstance(entries, list)
        and all(isinstance(entry, dict) and entry.keys() >= Entry.__annotations__.keys() for entry in entries)
        and all(_TABLE.fullmatch(str(entry["table"])) and _lies_inside(str(entry["path"])) for entry in entries)
    )


def _lies_inside(path: str) -> bool:
    return not Path(path).is_absolute() and ".." not in Path(path).parts


def check(folder: Path, manifest: Manifest) -> list[str]:
    """What differs between a folder and its manifest, one line each."""
    import pyarrow.parquet as pq

    problems = []
    expected = {entry["path"] for entry in manifest["files"]}
    for entry in manifest["files"]:
        path = folder / entry["path"]
        if not path.is_file():
            problems.append(f"缺 {entry['path']}")
        elif path.stat().st_size != entry["bytes"] or file_hash(path) != entry["sha256"]:
            problems.append(f"{entry['path']} 的內容變了")
        elif pq.read_metadata(path).num_rows != entry["rows"]:
            problems.append(f"{entry['path']} 的列數變了")
    problems += [
        f"多了 {path.relative_to(folder).as_posix()}"
        for path in sorted(folder.rglob("*.parquet"))
        if path.relative_to(folder).as_posix() not in expected
    ]
    return problems


def remember(data: Path, folder: Path) -> None:
    """Notes an export in the data folder."""
    known = {str(path) for path in known_exports(data)} | {str(folder)}
    (data / KNOWN).write_text(json.dumps(sorted(known), ensure_ascii=False, indent=1) + "\n", "utf-8")


def known_exports(data: Path) -> list[Path]:
    """Folders that exports were written to."""
    try:
        return [Path(path) for path in json.loads((data / KNOWN).read_text("utf-8"))]
    except (FileNotFoundError, ValueError):
        return []
