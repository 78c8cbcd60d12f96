"""numba's ``njit`` with the options that all kernels here share, and a cache on disk that never gives older code."""

from collections.abc import Callable
from contextlib import suppress
from functools import cache
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar, cast

from numba import __version__, njit

F = TypeVar("F", bound=Callable[..., Any])


def kernel(function: F) -> F:
    """Compile on first use, release the GIL, keep it on disk where a folder can be written (else numba raises)."""
    try:
        compiled: Any = njit(nogil=True, cache=True)(function)
    except RuntimeError:
        return cast("F", njit(nogil=True)(function))
    # A numba that keeps its files another way does so with its own cache, and the hazards named below.
    with suppress(AttributeError, ImportError, TypeError):
        _keep_apart(compiled._cache)
    return cast("F", compiled)


@cache
def _stamp() -> str:
    """What the kernels' machine code depends on: numba, and all modules here, whose kernels and constants they use."""
    parts = [__version__.encode(), *(path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py")))]
    return sha256(b"\0".join(parts)).hexdigest()[:16]


def _keep_apart(kept: Any) -> None:
    """Other file names for other code, and the code before the index that names it.

    numba's own cache asks only whether the kernel's own file is the same, though the code of kernels in other files is
    compiled in; and it writes first the index, then the code, under a number that older code had: a process killed
    between the two leaves an index that names the older code, and one that reads between the two runs it.
    """
    caching: Any = import_module("numba.core.caching")

    class Files(caching.IndexDataCacheFile):  # type: ignore[misc]
        def save(self, key: object, data: object) -> None:
            name = self._data_name(int(sha256(repr(key).encode()).hexdigest()[:12], 16))
            self._save_data(name, data)
            self._save_index(self._load_index() | {key: name})

    kept._cache_file = Files(kept.cache_path, f"{kept._impl.filename_base}-{_stamp()}", kept._cache_file._source_stamp)
