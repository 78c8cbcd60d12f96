"""A digest as a mail: alternative(plain, related(HTML, PNG by cid)). Equal issue and recipient, equal bytes."""

import hashlib
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime, formataddr, parseaddr
from typing import Final

from analysis.digest.charts import day_chart, news_chart
from analysis.digest.issue import Issue
from analysis.digest.render import html_part, text_part
from analysis.errors import UsageError

DEFAULT_SENDER: Final = "ptt-pulse@localhost"
_POLICY = policy.SMTP.clone(max_line_length=78)


def charts(issue: Issue) -> dict[str, bytes]:
    """The issue's pictures by name; none for an issue without data."""
    if issue.empty:
        return {}
    pictures = {"days": day_chart(issue)}
    if issue.news_points:
        pictures["news"] = news_chart(issue)
    return pictures


def check_address(text: str, option: str = "--to") -> str:
    """An address as it may stand in a header. Raises UsageError: nothing is smuggled into a mail's head."""
    _, address = parseaddr(text)
    name, at, domain = address.rpartition("@")
    if text.strip() != address or not (name and at and domain) or any(c.isspace() or ord(c) < 33 for c in address):
        raise UsageError(f"{option} {text!r} 不是電子郵件地址：請用 name@example.com 這樣的形式。")
    return address


def identity(issue: Issue, recipient: str) -> str:
    """What names this issue for this recipient, whatever its content: 64 hex digits."""
    return hashlib.sha256(f"{issue.key}|{recipient.lower()}".encode()).hexdigest()


def make_mail(
    issue: Issue, *, recipient: str = "", sender: str = DEFAULT_SENDER, pictures: dict[str, bytes] | None = None
) -> EmailMessage:
    """The mail; without a recipient it is a draft that any mail program can open."""
    pictures = charts(issue) if pictures is None else pictures
    key = identity(issue, recipient)
    domain = sender.rpartition("@")[2]
    mail = EmailMessage(policy=_POLICY)
    mail["Subject"] = issue.subject
    mail["From"] = formataddr((issue.name, sender))
    if recipient:
        mail["To"] = recipient
    mail["Date"] = format_datetime(issue.week.cut)
    mail["Message-ID"] = f"<{key[:32]}@{domain}>"
    mail["List-Id"] = f"<{issue.board.lower()}.weekly.{domain}>"
    if recipient:
        mail["List-Unsubscribe"] = f"<mailto:{sender}?subject=unsubscribe>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(text_part(issue, mailed=bool(recipient)), cte="base64")
    cids = {name: f"{name}.{key[:16]}@{domain}" for name in pictures}
    html = html_part(issue, {name: f"cid:{cid}" for name, cid in cids.items()}, mailed=bool(recipient))
    mail.add_alternative(html, subtype="html", cte="base64")
    html_message = mail.get_payload()[1]  # type: ignore[index]
    for name, picture in pictures.items():
        html_message.add_related(  # type: ignore[union-attr]
            picture, "image", "png", cid=f"<{cids[name]}>", disposition="inline", filename=f"{name}.png"
        )
    mail["Content-Language"] = issue.words.html_lang
    for number, part in enumerate(mail.walk()):
        if part.is_multipart():
            part.set_boundary(f"=_{key[:24]}_{number}")
    return mail
