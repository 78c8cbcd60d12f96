"""What a library or the system said of a failure, for users: in Chinese, with the original in brackets."""

import errno
import re
import socket
import ssl
from typing import Final

_BY_ERRNO: Final = {
    errno.ECONNREFUSED: "連線被拒",
    errno.ECONNRESET: "連線中斷",
    errno.EPIPE: "連線中斷",
    errno.ETIMEDOUT: "逾時",
    errno.ENETUNREACH: "網路不通",
    errno.EHOSTUNREACH: "網路不通",
    errno.EACCES: "沒有權限",
    errno.EPERM: "沒有權限",
    errno.EROFS: "檔案系統唯讀",
    errno.ENOENT: "找不到檔案",
    errno.ENOTDIR: "找不到檔案",
    errno.EISDIR: "那是資料夾，不是檔案",
    errno.ENOSPC: "磁碟已滿",
    errno.EMFILE: "開了太多檔案",
    errno.EIO: "磁碟讀寫錯誤",
}
_BY_TEXT: Final = (
    (r"unknown (address )?scheme", "位址的寫法不對"),  # first: it names the known ones, tls among them
    (r"connection refused|couldn't connect|could not connect to server", "連線被拒"),
    (r"name or service not known|name resolution|nodename nor servname|no address associated|"
     r"translate host name|could not resolve|getaddrinfo", "找不到主機"),
    (r"timed? ?out|timeout", "逾時"),
    (r"authentication|invalid username-password|wrongpass|noauth|access denied|permission denied|"
     r"accessdenied|invalidaccesskey|signaturedoesnotmatch|\b40[13]\b", "帳號、密碼或權限不對"),
    (r"certificate", "憑證不對"),
    (r"wrong version number|ssl|tls", "加密連線失敗"),
    (r"reset by peer|unexpectedly closed|closed by|connection lost|broken pipe|server closed", "連線中斷"),
    (r"unreachable", "網路不通"),
    (r"no such (file|host)|does not exist|not found|\b404\b", "找不到"),
    (r"too many connections|too many clients|max number of clients", "連線太多"),
    (r"\b50[0-4]\b|unavailable|slow ?down|out of memory|oom ", "對方忙或故障"),
    (r"not supported", "對方不支援"),
)  # fmt: skip
_TEXTS: Final = [(re.compile(pattern, re.IGNORECASE), said) for pattern, said in _BY_TEXT]
_PLACE = re.compile(r"\bline (\d+),? col(?:umn)?\.? (\d+)")
_NUMBER = re.compile(r"could not convert string to float: (.+)|invalid literal for int\(\) with base 10: (.+)")
_LENGTH: Final = 200


def cause(error: BaseException | str) -> str:
    """``連線被拒 [Connection refused]``; the original alone where nothing better is known. One line, at most 200
    characters of the original."""
    inner = getattr(error, "reason", None)
    if isinstance(inner, BaseException):  # urllib's
        return cause(inner)
    original = _original(error)
    said = _said(error, original)
    return f"{said} [{original}]" if said and original else said or original


def _original(error: BaseException | str) -> str:
    text = (isinstance(error, OSError) and error.strerror) or str(error)
    line = next((line.strip() for line in str(text).splitlines() if line.strip()), "")
    return line[:_LENGTH] or (type(error).__name__ if isinstance(error, BaseException) else "")


def _said(error: BaseException | str, original: str) -> str | None:
    match error:
        case socket.gaierror():
            return "找不到主機"
        case ssl.SSLCertVerificationError():
            return "憑證不對"
        case ssl.SSLError():
            return "加密連線失敗"
        case TimeoutError():
            return "逾時"
        case OSError() if error.errno in _BY_ERRNO:
            return _BY_ERRNO[error.errno]
    if isinstance(error, UnicodeDecodeError):
        return "不是 UTF-8 的文字"
    if number := _NUMBER.search(original):
        return f"{number[1] or number[2]} 不是數字"
    if "at end of document" in original:
        return "最後一行寫法不對"
    if place := _PLACE.search(original):
        return f"第 {place[1]} 行第 {place[2]} 字寫法不對"
    if not original.isascii():  # somebody has said it in Chinese already
        return None
    return next((said for pattern, said in _TEXTS if pattern.search(original)), None)
