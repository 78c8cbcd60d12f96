"""Errors that end a command: one line each, saying what happened, to which thing, and what to do next."""

from typing import ClassVar


class PttError(Exception):
    """A failure that the user can act on; shown as one line, never as a traceback."""

    exit_code: ClassVar[int] = 1


class UsageError(PttError):
    """The command was called wrongly."""

    exit_code = 2


class PartlyDone(PttError):
    """The command did part of its work; the message names what failed."""

    exit_code = 3


class StoreLocked(PttError):
    """Another run holds the data folder's lock; the message says pid, since when and which command."""

    exit_code = 4


class StoreNotFound(PttError):
    """No published store at the path that the message names; `ptt run` makes one."""
