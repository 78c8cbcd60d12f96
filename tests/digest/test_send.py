"""Sending to a real server on loopback: once each, whatever the server or a kill does."""

import datetime as dt
import os
import signal
import ssl
import stat
import subprocess
import sys
import time
from email import message_from_bytes, policy

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from analysis.digest.claims import Claim, Claims
from analysis.digest.mailing import send_issue
from analysis.digest.readers import Mailing, Reader, Server, read_mailing
from analysis.digest.send import Postman
from analysis.errors import PartlyDone, PttError, UsageError


class Mailbox:
    """An aiosmtpd handler that keeps what it takes and misbehaves on request."""

    def __init__(self) -> None:
        self.mails: list[tuple[list[str], bytes]] = []
        self.refuse: dict[str, list[str]] = {}
        """Replies to RCPT by address, used up one by one; the last one stays."""
        self.data_reply: list[str] = []
        self.stall = 0.0
        self.drop = False
        self.connections = 0
        self.began = 0

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(self, server, session, envelope, address, options):
        if replies := self.refuse.get(address):
            reply = replies.pop(0) if len(replies) > 1 else replies[0]
            if reply:
                return reply
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        import asyncio

        self.began += 1
        if self.stall:
            await asyncio.sleep(self.stall)
        if self.drop:
            server.transport.abort()
            return "250 never heard"
        if self.data_reply:
            return self.data_reply.pop(0)
        self.mails.append((list(envelope.rcpt_tos), envelope.content))
        return "250 taken"


class Loopback(Controller):
    """A server on whichever port is free."""

    def __init__(self, handler, **options):
        super().__init__(handler, hostname="127.0.0.1", port=0, server_hostname="test", **options)

    def _trigger_server(self):
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@pytest.fixture
def mailbox():
    handler = Mailbox()
    controller = Loopback(handler)
    controller.start()
    handler.port = controller.port
    yield handler
    controller.stop()


@pytest.fixture
def mail_week(tmp_path, figures, mailbox):
    """Sends the week to these addresses: the lines that were said."""

    def run(*addresses, again=False, data=tmp_path, **given):
        server = Server("127.0.0.1", mailbox.port, "none")
        lines = []
        mailing = Mailing("digest@example.org", server, ())
        send_issue(data, figures(**given), mailing, [Reader(a) for a in addresses], again=again, tell=lines.append)
        return lines

    return run


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    monkeypatch.setattr("analysis.digest.send.WAITS", (0.0, 0.0))
    monkeypatch.setattr("analysis.digest.send.TIMEOUT", 5.0)


def test_one_connection_and_each_recipient_apart(mail_week, mailbox):
    lines = mail_week("a@example.com", "b@example.com", "A@example.com")
    assert [line.split("：")[1] for line in lines] == ["已寄出", "已寄出"]
    assert [to for to, _ in mailbox.mails] == [["A@example.com"], ["b@example.com"]]
    assert mailbox.connections == 1
    mail = message_from_bytes(mailbox.mails[1][1], policy=policy.default)
    assert mail["To"] == "b@example.com"
    assert b"a@example.com" not in mailbox.mails[1][1].lower()
    assert mail["Subject"].startswith("股板週報 1/19–1/25｜")


def test_twice_sends_once_and_a_changed_week_needs_again(mail_week, mailbox, week_figures):
    mail_week("a@example.com")
    assert "已經寄過" in mail_week("a@example.com")[0]
    changed = {"now": week_figures(mood=0.3)}
    assert "內容已不同" in mail_week("a@example.com", **changed)[0]
    assert len(mailbox.mails) == 1
    assert "已寄出" in mail_week("a@example.com", again=True, **changed)[0]
    assert len(mailbox.mails) == 2
    ids = {message_from_bytes(raw, policy=policy.default)["Message-ID"] for _, raw in mailbox.mails}
    assert len(ids) == 1


def test_a_refused_recipient_does_not_hold_up_the_others(mail_week, mailbox):
    mailbox.refuse["no@example.com"] = ["550 no such user"]
    with pytest.raises(PartlyDone, match=r"no@example\.com"):
        mail_week("no@example.com", "yes@example.com")
    assert [to for to, _ in mailbox.mails] == [["yes@example.com"]]
    with pytest.raises(PttError):
        mail_week("no@example.com")  # refused for good: not asked again


def test_no_second_attempt_after_5xx_three_after_4xx(mail_week, mailbox):
    mailbox.refuse["grey@example.com"] = ["451 later", "451 later", ""]
    assert "已寄出" in mail_week("grey@example.com")[0]
    mailbox.refuse["full@example.com"] = ["452 full"]
    with pytest.raises(PttError):
        mail_week("full@example.com")
    mailbox.refuse["full@example.com"] = [""]
    assert "已寄出" in mail_week("full@example.com")[0]  # the next run tries again
    mailbox.data_reply = ["554 spam", "250 would have been taken"]
    with pytest.raises(PttError):
        mail_week("spam@example.com")
    assert mailbox.data_reply == ["250 would have been taken"]


def test_a_connection_that_breaks_within_the_mail_leaves_it_unsure(mail_week, mailbox):
    mailbox.drop = True
    with pytest.raises(PttError, match="沒有確定寄到"):
        mail_week("a@example.com")
    mailbox.drop = False
    assert mailbox.began == 1  # never a second time on its own
    with pytest.raises(PttError):
        mail_week("a@example.com")
    assert mailbox.began == 1
    assert "已寄出" in mail_week("a@example.com", again=True)[0]


def test_a_server_that_stalls_is_left(tmp_path, mailbox):
    mailbox.stall = 3.0
    with Postman(Server("127.0.0.1", mailbox.port, "none"), "d@example.org", timeout=0.3) as postman:
        state, detail = postman.deliver("a@example.com", b"Subject: x\r\n\r\nx\r\n")
    assert state == "claimed"
    assert "timed out" in detail


def test_nobody_listens(tmp_path):
    waits = []
    with Postman(Server("127.0.0.1", 1, "none"), "d@example.org", sleep=waits.append) as postman:
        state, _ = postman.deliver("a@example.com", b"x")
    assert (state, waits) == ("failed", [0.0, 0.0])


def test_unsubscribed_gets_nothing_even_again(mail_week, mailbox, tmp_path):
    with Claims(tmp_path) as claims:
        claims.unsubscribe("Gone@example.com")
    assert "已取消訂閱" in mail_week("gone@example.com", again=True)[0]
    assert not mailbox.mails


def test_only_the_owner_reads_the_addresses(mail_week, tmp_path):
    mail_week("a@example.com")
    assert stat.S_IMODE((tmp_path / "mail.sqlite").stat().st_mode) == 0o600
    others = [path for path in tmp_path.rglob("*") if path.is_file() and path.name != "mail.sqlite"]
    assert not [path for path in others if b"a@example.com" in path.read_bytes()]


def test_lines_that_begin_with_a_dot_arrive_whole(mailbox):
    content = b"Subject: x\r\n\r\n.\r\n..two\r\nend\r\n"
    with Postman(Server("127.0.0.1", mailbox.port, "none"), "d@example.org") as postman:
        assert postman.deliver("a@example.com", content) == ("sent", "")
    assert mailbox.mails[0][1].endswith(b"\r\n\r\n.\r\n..two\r\nend\r\n")


CHILD = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from analysis.digest.claims import Claim, Claims
from analysis.digest.readers import Server
from analysis.digest.send import Postman
server = Server("127.0.0.1", int(sys.argv[3]), "none")
with Claims(Path(sys.argv[2])) as claims, Postman(server, "d@example.org") as postman:
    assert claims.take(Claim("Stock/2026-W04", "a@example.com", "x")) == "go"
    print("claimed", flush=True)
    postman.deliver("a@example.com", b"Subject: x\\r\\n\\r\\nx\\r\\n")
"""


def test_killed_between_claim_and_answer_it_is_unsure_and_not_sent_again(root, tmp_path, mailbox, mail_week):
    mailbox.stall = 1.0
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(root), str(tmp_path), str(mailbox.port)], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout.readline() == "claimed\n"
    until = time.monotonic() + 20
    while not mailbox.began and time.monotonic() < until:
        time.sleep(0.02)
    child.send_signal(signal.SIGKILL)
    child.wait(10)
    child.stdout.close()
    mailbox.stall = 0.0
    lines = []
    with pytest.raises(PttError):
        lines += mail_week("a@example.com")
    with Claims(tmp_path) as claims:
        assert claims.take(Claim("Stock/2026-W04", "a@example.com", "x")) == "unsure"
    assert mailbox.began == 1


def test_two_processes_never_claim_the_same_mail(tmp_path):
    with Claims(tmp_path) as first, Claims(tmp_path) as second:
        claim = Claim("Stock/2026-W04", "a@example.com", "x")
        assert (first.take(claim), second.take(claim)) == ("go", "unsure")
        first.settle(claim, "sent")
        assert second.take(claim) == "earlier"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for 127.0.0.1 and its key."""
    import ipaddress

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    cert, private = folder / "cert.pem", folder / "key.pem"
    cert.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return cert, private


@pytest.mark.filterwarnings("ignore:Requiring AUTH")  # aiosmtpd counts only STARTTLS as TLS
@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_encrypted_with_login(certificate, monkeypatch, security):
    cert, key = certificate
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(cert, key)
    handler = Mailbox()

    def login(server, session, envelope, mechanism, data):
        good = isinstance(data, LoginPassword) and (data.login, data.password) == (b"me", b"secret")
        return AuthResult(success=good, handled=good)

    options = {"authenticator": login, "auth_required": True}
    options |= (
        {"tls_context": context, "require_starttls": True}
        if security == "starttls"
        else {"ssl_context": context, "auth_require_tls": False}
    )
    controller = Loopback(handler, **options)
    controller.start()
    try:
        for trusted, password, expected in (
            (True, "secret", "sent"),
            (True, "wrong", "failed"),
            (False, "secret", "failed"),
        ):
            monkeypatch.setenv("SSL_CERT_FILE", str(cert) if trusted else os.devnull)
            server = Server("127.0.0.1", controller.port, security, "me", password)
            with Postman(server, "d@example.org", timeout=2.0) as postman:
                state, detail = postman.deliver("a@example.com", b"Subject: x\r\n\r\nx\r\n")
            assert state == expected, (trusted, password, detail)
            assert "secret" not in detail
    finally:
        controller.stop()
    assert len(handler.mails) == 1


TOML = """
[digest]
from = "digest@example.org"
smtp = "smtps://me@mail.example.org"
[[digest.to]]
addr = "a@example.com"
stocks = ["2330", "nvda"]
[[digest.to]]
addr = "b@example.com"
lang = "en"
"""


def test_the_settings(tmp_path):
    (tmp_path / "ptt.toml").write_text(TOML, "utf-8")
    (tmp_path / "secret").write_text("from a file\n", "utf-8")
    mailing = read_mailing(tmp_path / "ptt.toml", {"PTT_SMTP_PASSWORD_FILE": str(tmp_path / "secret")})
    assert mailing.readers == (Reader("a@example.com", ("2330", "nvda")), Reader("b@example.com", (), "en"))
    assert mailing.server == Server("mail.example.org", 465, "tls", "me", "from a file")
    assert "from a file" not in repr(mailing)
    assert read_mailing(None, {}).server is None
    with_file = TOML.replace("smtp =", f'password_file = "{tmp_path / "secret"}"\nsmtp =')
    (tmp_path / "ptt.toml").write_text(with_file, "utf-8")
    assert read_mailing(tmp_path / "ptt.toml", {}).server.password == "from a file"


def test_timers_send_where_a_server_is_set(tmp_path):
    from analysis.schedule import cron_lines, systemd_units

    def digest_lines():
        units = systemd_units(tmp_path / "ptt", tmp_path, tmp_path)
        service = units["ptt-digest.service"]
        return [
            line
            for line in (cron_lines(tmp_path / "ptt", tmp_path, tmp_path) + service).splitlines()
            if " digest " in line
        ]

    assert not [line for line in digest_lines() if "--send" in line]
    (tmp_path / "ptt.toml").write_text(TOML, "utf-8")
    lines = digest_lines()
    assert len(lines) == 2
    assert all(" digest --send " in line for line in lines)


@pytest.mark.parametrize(
    ("toml", "environment"),
    [
        ('[digest]\nsmtp = "smtp://me:pw@host"', {}),
        ('[digest]\nsmtp = "http://host"', {}),
        ('[digest]\nsmtp = "smtp+plain://mail.example.org"', {}),
        ('[digest]\nsmtp = "smtp://host:99999"', {}),
        ('[digest]\nfrom = "x\\nBcc: y"', {}),
        ('[[digest.to]]\naddr = "nobody"', {}),
        ('[[digest.to]]\nlang = "zh"', {}),
        ('[[digest.to]]\naddr = "a@b.c"\nlang = "fr"', {}),
        ("[digest", {}),
        ('[digest]\nto = "a@b.c"', {}),
        ('[digest]\nsmtp = "smtp://host"', {"PTT_SMTP_PASSWORD_FILE": "/nonexistent"}),
    ],
)
def test_bad_settings_are_users_errors(tmp_path, toml, environment):
    (tmp_path / "ptt.toml").write_text(toml, "utf-8")
    with pytest.raises(UsageError) as error:
        read_mailing(tmp_path / "ptt.toml", environment)
    assert "pw" not in str(error.value)
    assert "\n" not in str(error.value)


def test_sending_without_server_or_readers_says_what_is_missing(tmp_path, figures):
    for mailing, says in (
        (Mailing("d@example.org", None, ()), "smtp"),
        (Mailing("d@example.org", Server("h", 1, "none"), ()), "收件人"),
    ):
        with pytest.raises(UsageError, match=says):
            send_issue(tmp_path, figures(), mailing, [], tell=print)


def test_the_command_sends_once_to_everybody_in_the_settings(demo_store, mailbox, tmp_path):
    (tmp_path / "ptt.duckdb").symlink_to(demo_store / "ptt.duckdb")
    (tmp_path / "ptt.toml").write_text(
        f'[digest]\nfrom = "digest@example.org"\nsmtp = "smtp+plain://127.0.0.1:{mailbox.port}"\n'
        '[[digest.to]]\naddr = "a@example.com"\nstocks = ["2330"]\n'
        '[[digest.to]]\naddr = "b@example.com"\nlang = "en"\n[[digest.to]]\naddr = "c@example.com"\n',
        "utf-8",
    )

    def ptt(*words):
        done = subprocess.run(
            [sys.executable, "-m", "analysis", "digest", *words], capture_output=True, text=True, timeout=90,
            check=False, cwd=tmp_path, env={k: value for k, value in os.environ.items() if not k.startswith("PTT_")},
        )  # fmt: skip
        return done.returncode, done.stderr

    assert ptt("--unsubscribe", "c@example.com")[0] == 0
    code, said = ptt("--send")
    assert code == 0, said
    assert "a@example.com：已寄出" in said
    assert "c@example.com：已取消訂閱" in said
    code, said = ptt("--send")
    assert code == 0
    assert said.count("已經寄過") == 2
    subjects = {to[0]: message_from_bytes(raw, policy=policy.default)["Subject"] for to, raw in mailbox.mails}
    assert subjects["a@example.com"].startswith("股板週報 1/19–1/25｜")
    assert subjects["b@example.com"].startswith("PTT Stock weekly 1/19–1/25｜")
    assert len(mailbox.mails) == 2
    code, said = ptt("--again")
    assert (code, "--send" in said) == (2, True)
