"""`./dev audit`: the pinned packages against the list of known weaknesses, outside CI (it asks a service).

pip-audit says "No known vulnerabilities found" also where it could not ask about a single package: here that fails.
Exit codes: 0 all asked about and none weak, 1 weak ones or not all could be asked about.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PINNED = ROOT / "constraints.txt"
COMMAND = (
    sys.executable, "-m", "pip_audit", "--requirement", str(PINNED), "--no-deps", "--disable-pip",
    "--format", "json", "--progress-spinner", "off",
)  # fmt: skip


def judge(dependencies: list[dict[str, Any]]) -> tuple[int, list[str]]:
    """Exit code and lines for what pip-audit says of each package."""
    weak = [entry for entry in dependencies if entry.get("vulns")]
    skipped = [entry for entry in dependencies if "skip_reason" in entry]
    asked = len(dependencies) - len(skipped)
    lines = [
        f"{entry['name']} {entry['version']}：{vuln['id']}，修正於 {', '.join(vuln['fix_versions']) or '（還沒有）'}"
        for entry in weak
        for vuln in entry["vulns"]
    ]
    if not asked:
        lines.append(
            "dev audit: 一個套件也沒查到：弱點資料服務連不上，或這裡的套件庫沒有這項服務。請在連得到的機器上再跑。"
        )
    elif skipped:
        names = "、".join(entry["name"] for entry in skipped)
        lines.append(f"dev audit: 查了 {asked} 個套件，{len(skipped)} 個查不到：{names}。")
    elif weak:
        lines.append(f"dev audit: 查了 {asked} 個套件，{len(weak)} 個有已知弱點：請升級 constraints.txt。")
    else:
        lines.append(f"dev audit: 查了 {asked} 個套件，沒有已知弱點。")
    return int(bool(weak or skipped or not asked)), lines


def main() -> int:
    done = subprocess.run(COMMAND, capture_output=True, text=True, check=False)
    try:
        dependencies = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        why = (done.stderr.strip().splitlines() or ["pip-audit 沒有回答"])[-1]
        print(f"dev audit: 查不成，弱點資料服務連不上？{why}", file=sys.stderr)
        return 1
    code, lines = judge(dependencies)
    print("\n".join(lines), file=sys.stderr if code else sys.stdout)
    return code


if __name__ == "__main__":
    sys.exit(main())
