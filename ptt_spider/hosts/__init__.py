"""Several hosts that crawl as one, over a Redis that all of them reach (extra ``redis``; off unless PTT_REDIS is set).

- `pace`: one token bucket a site, with one token: all hosts together ask no faster than one alone would.
- `tasks`: scrapy-redis's scheduler and duplicate filter, made safe against kills: what is popped is leased, not gone.
- `rounds`: which hosts work on the same crawl, which one walks the index, how far it came.
- `together`: a host's part: lead the walk, or do what the leader found to be asked for.

Every change in Redis is one script of ``lua/``, so that a kill falls between two of them, never within one. Nothing of
this package is imported where PTT_REDIS is empty.
"""

import os
import re
import socket


def host_name() -> str:
    """Names this process among all hosts, and in file names."""
    name = re.sub(r"[^A-Za-z0-9-]+", "-", socket.gethostname())[:24]
    return f"{name}-{os.getpid()}-{os.urandom(3).hex()}"
