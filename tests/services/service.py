"""What the services of these tests share: a free port, waiting until one answers, saying that there is none."""

import socket
import time
from collections.abc import Callable


class NotAvailable(Exception):
    """The service cannot be had here; the message says why."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(ready: Callable[[], bool], seconds: float = 30) -> bool:
    until = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True
