"""`ptt digest --send`: each reader's own issue, sent once, and a line for each on what became of it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from email.message import EmailMessage
from pathlib import Path

from analysis.digest.claims import Claims
from analysis.digest.compose import make_issue
from analysis.digest.figures import Figures
from analysis.digest.mail import charts, make_mail
from analysis.digest.readers import Mailing, Reader
from analysis.digest.send import Outcome, Postman, send_all
from analysis.errors import PartlyDone, PttError, UsageError

LINES = {
    "sent": "{addr}：已寄出",
    "earlier": "{addr}：這一期已經寄過，不重寄",
    "changed": "{addr}：這一期寄過，但內容已不同；要再寄請加 --again",
    "unsure": "{addr}：不確定有沒有寄到（{detail}）；確認沒收到後再加 --again 重寄",
    "failed": "{addr}：沒有寄出（{detail}）；下次執行 --send 會再試",
    "refused": "{addr}：被拒收（{detail}）；請檢查地址，要再寄請加 --again",
    "unsubscribed": "{addr}：已取消訂閱，不寄",
}


def send_issue(
    data: Path,
    figures: Figures,
    mailing: Mailing,
    readers: Sequence[Reader],
    *,
    again: bool = False,
    tell: Callable[[str], None],
) -> None:
    """Sends the week to each reader once. Raises UsageError without server or readers, PartlyDone or PttError where a
    mail did not go out or may not have."""
    if mailing.server is None:
        raise UsageError('沒有設定寄信的伺服器：請在 ptt.toml 的 [digest] 寫 smtp = "smtp://user@host:587"。')
    if not readers:
        raise UsageError("沒有收件人：請用 --to，或在 ptt.toml 寫 [[digest.to]]。")
    with Claims(data) as claims, Postman(mailing.server, mailing.sender) as postman:
        mails = _mails(figures, mailing.sender, readers)
        outcomes = send_all(claims, postman, f"{figures.board}/{figures.week.name}", mails, again=again)
    for outcome in outcomes:
        tell(LINES[outcome.result].format(addr=outcome.addr, detail=outcome.detail or "上次執行中斷"))
    _judge(outcomes)


def _mails(figures: Figures, sender: str, readers: Iterable[Reader]) -> Iterator[tuple[str, EmailMessage]]:
    pictures: dict[str, dict[str, bytes]] = {}
    for reader in {reader.addr.lower(): reader for reader in readers}.values():
        issue = make_issue(figures, reader.lang, reader.stocks)
        if reader.lang not in pictures:
            pictures[reader.lang] = charts(issue)
        yield reader.addr, make_mail(issue, recipient=reader.addr, sender=sender, pictures=pictures[reader.lang])


def _judge(outcomes: Sequence[Outcome]) -> None:
    bad = [outcome for outcome in outcomes if not outcome.fine]
    if bad:
        names = "、".join(outcome.addr for outcome in bad)
        error = PartlyDone if len(bad) < len(outcomes) else PttError
        raise error(f"週報有 {len(bad)} 封沒有確定寄到：{names}。")
