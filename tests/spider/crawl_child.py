"""Runs crawls for the tests, each in a process of its own: Scrapy's reactor starts once a process.

Reads pickled jobs (base64, one a line), forks for each, writes its pid, and the exit status once it ended. What the
crawl reported lies pickled in the file that the line names.
"""

import base64
import os
import pickle
import socket
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson  # noqa: F401
import protego  # noqa: F401
import scrapy.core.downloader.handlers.http11
import scrapy.crawler
import scrapy.extensions.feedexport  # noqa: F401
import warcio.warcwriter  # noqa: F401

import ptt_spider.spiders.board  # noqa: F401
from ptt_spider.crawling import crawl
from ptt_spider.privacy import Redactor


def resolve(name: str) -> str:
    """No test asks a real name server: one name leads inside, as a re-bound one would, the others nowhere."""
    if name in ("127.0.0.1", "inside.example.com"):
        return "127.0.0.1"
    raise socket.gaierror(socket.EAI_NONAME, "no such name")


def explode(path: Path) -> None:
    raise OSError(28, "No space left on device", str(path))


def run(spec: dict[str, Any]) -> None:
    told: dict[str, list[Any]] = {"plans": [], "progress": [], "notes": [], "spooled": []}
    job = spec["job"]
    if spec["privacy"] != "full":
        job = replace(job, redact=Redactor(spec["privacy"], b"k" * 32, ()))
    try:
        told["report"] = crawl(  # type: ignore[assignment]
            job,
            on_plan=told["plans"].append,
            on_progress=told["progress"].append,
            on_note=told["notes"].append,
            on_spool=explode if spec["explode"] else told["spooled"].append,
        )
    except Exception as error:
        told["error"] = f"{type(error).__name__}: {error}"  # type: ignore[assignment]
        raise
    finally:
        Path(spec["out"]).write_bytes(pickle.dumps(told))


def main() -> None:
    socket.gethostbyname = resolve
    for line in sys.stdin:
        spec = pickle.loads(base64.b64decode(line))
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                run(spec)
                code = 0
            finally:
                sys.stderr.flush()
                os._exit(code)
        print(pid, flush=True)
        print(os.waitpid(pid, 0)[1], flush=True)


if __name__ == "__main__":
    main()
