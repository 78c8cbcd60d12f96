"""An issue as plain text, chat text and HTML. What comes from the site is escaped."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from analysis.digest.issue import Change, Issue, Stock
from analysis.digest.layout import columns, cut, fold, pad

if TYPE_CHECKING:
    import jinja2

CHAT_LENGTH: Final = 900


def arrow(change: Change) -> str:
    """▲34%, ▼8%, or the words that stand for no change."""
    return {"up": "▲", "down": "▼"}.get(change.kind, "") + change.text


def talk(stock: Stock) -> str:
    """49 人談 ▲444% · 69 則: the change is one of the people, so it stands with them."""
    people = stock.people + (stock.joint + arrow(stock.change) if stock.change else "")
    return " · ".join(filter(None, (people, stock.comments)))


@cache
def _environment() -> "jinja2.Environment":
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(_template),
        autoescape=jinja2.select_autoescape(enabled_extensions=("html.j2",), default=False),
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
    )
    environment.filters |= {"pad": pad, "fold": fold, "cut": cut, "arrow": arrow, "talk": talk, "columns": columns}
    return environment


def _template(name: str) -> str:
    return files("analysis.digest").joinpath("templates", name).read_text("utf-8")


def text_part(issue: Issue, *, mailed: bool = False) -> str:
    """The whole issue as plain text."""
    text = _environment().get_template("digest.txt.j2").render(issue=issue, w=issue.words, mailed=mailed)
    return "\n".join(line.rstrip() for line in text.splitlines()) + "\n"


def chat_text(issue: Issue) -> str:
    """The issue in at most 900 characters, for a chat: with links where they fit, else with less."""
    template = _environment().get_template("chat.txt.j2")
    for count, links in ((3, True), (2, True), (3, False), (2, False), (1, False)):
        text = template.render(issue=issue, w=issue.words, count=count, links=links).strip()
        if len(text) <= CHAT_LENGTH:
            return text
    ending = "\n…\n" + issue.words("disclaimer")
    return "\n".join(text[: CHAT_LENGTH - len(ending)].splitlines()[:-1]).rstrip() + ending


def html_part(issue: Issue, images: Mapping[str, str], *, mailed: bool = False) -> str:
    """The issue as HTML, styles inlined; ``images`` maps ``days`` and ``news`` to addresses (cid: or files)."""
    import css_inline
    from markupsafe import Markup

    # Our own style sheets: escaping would break their quotes.
    sheets = (_template("style.css"), _template("dark.css"))
    css, dark = (Markup(sheet) for sheet in sheets)  # noqa: S704 - ours  # nosec B704
    template = _environment().get_template("digest.html.j2")
    html = template.render(issue=issue, w=issue.words, images=images, css=css, dark_css=dark, mailed=mailed)
    return css_inline.CSSInliner(keep_style_tags=False, load_remote_stylesheets=False, minify_css=True).inline(html)
