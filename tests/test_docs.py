"""The pages that must not go stale: commands, settings, links."""

import re
from pathlib import Path

import pytest

from analysis.config import Settings


def test_cli_page_is_fresh(root: Path) -> None:
    from analysis.cli_reference import reference

    assert (root / "docs" / "cli.md").read_text("utf-8") == reference(), "run: python -m analysis.cli_reference"


def test_every_command_and_option_says_what_it_does(root: Path) -> None:
    page = (root / "docs" / "cli.md").read_text("utf-8")
    silent = [line for line in page.splitlines() if re.fullmatch(r"\| `.*` ?[^|]*\|\s*\|", line)]
    assert silent == []


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_documented(root: Path, name: str) -> None:
    assert f"| `PTT_{name.upper()}` | `{name}` |" in (root / "docs" / "settings.md").read_text("utf-8")


def test_links_between_pages_lead_somewhere(root: Path) -> None:
    pages = [*root.glob("*.md"), *root.glob("docs/*.md")]
    broken = [
        f"{page.name}: {target}"
        for page in pages
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8"))
        if not (page.parent / target).exists()
    ]
    assert broken == []
