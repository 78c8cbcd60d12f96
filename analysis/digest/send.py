"""Sending: one connection for many recipients, each recipient apart, and a clear word for what became of each mail."""

import contextlib
import hashlib
import re
import smtplib
import socket
import ssl
import time
from collections.abc import Callable, Iterable
from email.message import EmailMessage
from typing import Final, NamedTuple

from analysis.digest.claims import Claim, Claims, State, Verdict
from analysis.digest.readers import Server
from ptt_spider.causes import cause

TIMEOUT: Final = 30.0
WAITS: Final = (2.0, 10.0)
"""Seconds before the second and third attempt after a temporary refusal (4xx) or a server that cannot be reached."""

_DOT: Final = re.compile(rb"(?m)^\.")
_TROUBLE: Final = (smtplib.SMTPException, OSError, ssl.SSLError)


class Outcome(NamedTuple):
    """What became of one recipient's mail: ``sent``, or why not."""

    addr: str
    result: Verdict | State
    detail: str = ""

    @property
    def fine(self) -> bool:
        """Nothing is left to do: it was sent now or before, or is not wanted."""
        return self.result in ("sent", "earlier", "changed", "unsubscribed")


class _Refused(Exception):
    """The server said no before it took the mail."""

    def __init__(self, code: int, reply: bytes) -> None:
        self.temporary = code < 500
        super().__init__(f"{code} {reply.decode('utf-8', 'replace')}".strip()[:200])


class _Unsure(Exception):
    """The connection broke after the mail had begun to go out."""


class Postman:
    """A connection to the server that is made when needed and kept between mails."""

    def __init__(
        self, server: Server, sender: str, *, timeout: float = TIMEOUT, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._server, self._sender, self._timeout, self._sleep = server, sender, timeout, sleep
        self._connection: smtplib.SMTP | None = None

    def __enter__(self) -> "Postman":
        return self

    def __exit__(self, *_: object) -> None:
        if self._connection:
            with contextlib.suppress(*_TROUBLE):
                self._connection.quit()
        self._connection = None

    def deliver(self, addr: str, content: bytes) -> tuple[State, str]:
        """Hands one mail to the server: sent; failed (may be tried another day); refused (5xx); claimed: unsure."""
        for wait in (*WAITS, None):
            try:
                self._hand_over(addr, content)
                return "sent", ""
            except _Unsure as trouble:
                self._drop()
                return "claimed", str(trouble)
            except _Refused as refusal:
                problem = str(refusal)
                if not refusal.temporary:
                    return "refused", problem
            except smtplib.SMTPAuthenticationError as refusal:
                self._drop()
                return "failed", f"登入被拒：{refusal.smtp_code}"
            except (ssl.SSLCertVerificationError, smtplib.SMTPNotSupportedError) as trouble:
                self._drop()
                return "failed", cause(trouble)
            except smtplib.SMTPResponseException as refusal:  # greeting, EHLO, STARTTLS: about us, not the recipient
                self._drop()
                problem = f"{refusal.smtp_code} {refusal.smtp_error!r}"[:200]
                if refusal.smtp_code >= 500:
                    return "failed", problem
            except _TROUBLE as trouble:
                self._drop()
                problem = cause(trouble)
            if wait is not None:
                self._sleep(wait)
        return "failed", problem

    def _hand_over(self, addr: str, content: bytes) -> None:
        connection = self._connected()
        self._ask(connection, *connection.mail(self._sender))
        self._ask(connection, *connection.rcpt(addr))
        code, reply = connection.docmd("DATA")
        if code != 354:
            self._ask(connection, code, reply)
            raise _Refused(code, reply)
        # From here on a broken line may mean that the server took the mail.
        dotted = _DOT.sub(b"..", content.rstrip(b"\r\n") + b"\r\n") + b".\r\n"
        try:
            connection.send(dotted)
            code, reply = connection.getreply()
        except _TROUBLE as trouble:
            raise _Unsure(cause(trouble)) from trouble
        self._ask(connection, code, reply)

    def _ask(self, connection: smtplib.SMTP, code: int, reply: bytes) -> None:
        if code >= 400:
            with contextlib.suppress(*_TROUBLE):
                connection.rset()
            if code == 421:
                self._drop()
            raise _Refused(code, reply)

    def _connected(self) -> smtplib.SMTP:
        if self._connection is None:
            server, name = self._server, socket.gethostname()
            if server.security == "tls":
                context = ssl.create_default_context()
                connection: smtplib.SMTP = smtplib.SMTP_SSL(
                    server.host, server.port, name, timeout=self._timeout, context=context
                )
            else:
                connection = smtplib.SMTP(server.host, server.port, name, timeout=self._timeout)
            self._connection = connection
            connection.ehlo_or_helo_if_needed()
            if server.security == "starttls":
                connection.starttls(context=ssl.create_default_context())
                connection.ehlo()
            if server.user:
                connection.login(server.user, server.password)
        return self._connection

    def _drop(self) -> None:
        if self._connection:
            with contextlib.suppress(*_TROUBLE):
                self._connection.close()
        self._connection = None


def send_all(
    claims: Claims, postman: Postman, issue: str, mails: Iterable[tuple[str, EmailMessage]], *, again: bool = False
) -> list[Outcome]:
    """Sends each mail that was not sent yet; ``issue`` is the same for all, such as Stock/2026-W04."""
    outcomes = []
    for addr, mail in mails:
        content = mail.as_bytes()
        claim = Claim(issue, addr, hashlib.sha256(content).hexdigest())
        verdict = claims.take(claim, again=again)
        if verdict != "go":
            outcomes.append(Outcome(addr, verdict))
            continue
        state, detail = postman.deliver(addr, content)
        claims.settle(claim, state, detail)
        outcomes.append(Outcome(addr, "unsure" if state == "claimed" else state, detail))
    return outcomes
