"""All that happens to items after the crawl: store, scores, views, mail.

`analysis.connect` opens the published store, `analysis.frame` reads a view of it as a DataFrame.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from analysis.store.connect import connect, frame

__all__ = ["connect", "frame"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        from analysis.store import connect as module  # not at the top: `ptt --help` need not load DuckDB

        return getattr(module, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
