"""What the command line's parser refuses, as one line of ours: it speaks English and prints a box of six lines."""

import re
from typing import Any

from analysis.errors import UsageError

_COMMAND = re.compile(r"No such command '(.*?)'\.(?: Did you mean (.*)\?)?", re.DOTALL)
_CHOICE = re.compile(r"'(.*)' is not one of (.*)\.", re.DOTALL)
_NAMED = re.compile(r"(?:Invalid value for|Missing \w+) (.*?)(?:: |\.)", re.DOTALL)
_BOUND = re.compile(r"(greater|less) than or equal to (-?[\d.]+)")


def explain_usage(error: Any) -> UsageError:
    """An error of the parser (typer's, or click's where typer still brings none) as a UsageError.

    Told apart by class name: which package the classes come from depends on typer's version.
    """
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "ptt"
    help_hint = f"{path} --help 列出用法。"
    said = str(error.format_message())
    match type(error).__name__:
        case "NoSuchOption":
            near = "、".join(sorted(error.possibilities or ()))
            hint = f"是不是 {near}？" if near else help_hint
            return UsageError(f"沒有 {error.option_name} 這個選項：{hint}")
        case "BadOptionUsage":
            takes_none = "not take a value" in said
            return UsageError(f"選項 {error.option_name} {'不接值' if takes_none else '後面少了值'}：{help_hint}")
        case "MissingParameter":
            return UsageError(f"少了 {_name(said)}：{help_hint}")
        case "BadParameter":
            return UsageError(f"{_name(said)} 的值不能用（{_reason(error.message)}）：{help_hint}")
    if found := _COMMAND.fullmatch(said):
        near = "、".join(re.findall(r"'(.*?)'", found[2] or ""))
        return UsageError(f"沒有 ptt {found[1]} 這個指令：{f'是不是 {near}？' if near else help_hint}")
    if found := re.search(r"unexpected extra arguments?(?:\(s\))? \((.*)\)", said, re.DOTALL):
        return UsageError(f"多了 {found[1]}：{help_hint}")
    return UsageError(f"{said}：{help_hint}")


def _name(said: str) -> str:
    found = _NAMED.match(said)
    return found[1].replace("'", "") if found else said


def _reason(said: str) -> str:
    if found := _CHOICE.search(said):
        return f"{found[1]!r} 不在其中，可用的是 {found[2].replace(chr(39), '').replace(', ', '、')}"
    if found := _BOUND.search(said):
        return f"要{'至少' if found[1] == 'greater' else '至多'} {found[2]}"
    if "integer" in said:
        return "要整數"
    return said
