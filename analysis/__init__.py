"""All that happens to items after the crawl: store, scores, views, mail.

`analysis.connect` opens the published store, `analysis.frame` reads a view of it as a DataFrame.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from analysis.sql.frame import frame
    from analysis.store.connect import connect

__all__ = ["connect", "frame"]
_HOMES = {"connect": "analysis.store.connect", "frame": "analysis.sql.frame"}


def __getattr__(name: str) -> Any:
    if name in _HOMES:  # not imported at the top: `ptt --help` need not load DuckDB
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
