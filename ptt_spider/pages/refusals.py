"""Pages that stand where an article or an index should: gate, 404, error, challenge, nothing.

The site and the edge in front of it answer some of these with status 200, so the page itself is asked. A page that
holds an article or an index is never taken for one of them, whatever its author writes.
"""

import re

from ptt_spider.errors import Reason
from ptt_spider.pages.source import decode

_CHALLENGE = re.compile(
    # /cdn-cgi/challenge-platform/scripts/jsd stands on ordinary pages too.
    r"/cdn-cgi/challenge-platform/h/|_cf_chl_opt|cf-browser-verification|cf-challenge|challenges\.cloudflare\.com/turnstile"
    r"|<title>\s*(?:Just a moment|Attention Required! \| Cloudflare|Access denied)"
    r"|id=[\"']cf-(?:error-details|wrapper)[\"']",
    re.IGNORECASE,
)
_OVER18 = re.compile(r"[\"']/ask/over18[\"'?]|class=[\"']over18-notice[\"']", re.IGNORECASE)
_NOT_FOUND = re.compile(r"\b404\b[^<]{0,20}Not Found", re.IGNORECASE)
_ERROR = re.compile(
    r"Server Too Busy|\b50[0-4]\b[^<]{0,40}(?:Internal Server Error|Bad Gateway|Service (?:Temporarily )?Unavailable"
    r"|Gateway Time-?out)|<title>\s*5\d\d\b|\b(?:403 Forbidden|429 Too Many Requests)\b|Error code 5\d\d",
    re.IGNORECASE,
)
_FRAME = ("批踢踢實業坊", "bbs-screen", "bbs-content")


def page_problem(html: bytes | str) -> Reason | None:
    """Why this page holds neither article nor index; None where it holds one of them.

    ``challenge`` is Cloudflare's; ``error_page`` the site's 500 and the edge's 403, 429 and 5xx; ``no_content`` a page
    in the site's frame that holds something else; ``not_ptt`` anything else.
    """
    return refusal_of(decode(html).text)


def refusal_of(text: str) -> Reason | None:
    """`page_problem` for text that `decode` has cleaned already."""
    if 'id="main-content"' in text or 'class="r-list-container' in text:
        return None
    if not text.strip():
        return "empty"
    for reason, pattern in _KINDS:
        if pattern.search(text):
            return reason
    if any(sign in text for sign in _FRAME):
        return "no_content"
    return "not_ptt"


_KINDS: tuple[tuple[Reason, re.Pattern[str]], ...] = (
    ("challenge", _CHALLENGE),
    ("over18", _OVER18),
    ("not_found", _NOT_FOUND),
    ("error_page", _ERROR),
)
