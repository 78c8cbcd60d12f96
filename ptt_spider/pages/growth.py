"""New bytes of a thread, as the site's poll protocol sends them: the same push HTML, from an offset on."""

from datetime import datetime

from ptt_spider.items import Push, Reply
from ptt_spider.pages.article import to_lines
from ptt_spider.pages.assembly import read_tail
from ptt_spider.pages.blocks import TooDeepError, read_blocks
from ptt_spider.pages.source import decode


def parse_growth(
    html_fragment: bytes | str,
    board: str,  # noqa: ARG001 - which thread it is: callers log and store by it
    post_id: str,  # noqa: ARG001
    after: datetime | None,
    author: str | None,
    first_floor: int,
) -> tuple[tuple[Push, ...], tuple[Reply, ...]]:
    """Pushes and replies of a ``contentHtml``, floors counting from ``first_floor``.

    ``after`` is the last known time of the thread, from which years go on; None gives times only below a line with
    its year. An empty or unreadable fragment gives nothing.
    """
    text = decode(html_fragment).text
    try:
        blocks = read_blocks(f'<div id="main-content">{text}</div>')
    except TooDeepError:
        return (), ()
    lines, runs = to_lines(blocks)
    appended = read_tail(lines, runs, after, author, first_floor)
    return appended.pushes, appended.replies
