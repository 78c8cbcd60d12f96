"""Dask's processes, here or on other hosts: hands out files and parts, and does again what a dead one had begun."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from importlib import import_module
from importlib.util import find_spec
from typing import Any, NamedTuple, Protocol

from analysis.backfill.work import Job
from analysis.errors import PttError, UsageError
from ptt_spider.causes import cause

DEATHS = 2
"""How many workers may die over one file before it is left out."""
DASK = {
    "distributed.scheduler.allowed-failures": DEATHS,
    # Dask has a level of its own for its client, which else would tell of a lost scheduler at length.
    "logging": {"distributed": "critical", "distributed.client": "critical"},
    # Measuring itself takes 5 of 100 parts of the time, and nobody looks at it here.
    "distributed.worker.profile.enabled": False,
    "distributed.admin.tick.interval": "1s",
    "distributed.admin.system-monitor.interval": "10s",
    "distributed.admin.system-monitor.gil.enabled": False,
}
TLS = tuple(f"DASK_DISTRIBUTED__COMM__TLS__{name}" for name in ("CA_FILE", "CLIENT__CERT", "CLIENT__KEY"))
"""Dask's own settings of a client."""
LOST = "和 Dask 排程器的連線斷了：再執行一次會從這裡接著做。"
EXTRA = "ptt backfill 需要 Dask：請執行 pip install 'ptt-pulse[dask]'；少量檔案也可以用 ptt reparse 檔案…。"


class Done(NamedTuple):
    """What became of a file or part: what came of it, or why nothing did."""

    item: Any
    result: Any
    problem: str


class Run(Protocol):
    """Has a function called for each item, in any order; yields them as they are done."""

    def __call__(self, do: Callable[[Any, Job], Any], items: Sequence[Any], job: Job) -> Iterator[Done]: ...


@contextlib.contextmanager
def workers(count: int, scheduler: str | None) -> Iterator[Any]:
    """A Dask client: of the scheduler at an address, else of ``count`` processes of this machine.

    Raises UsageError without the extra, PttError for a scheduler that does not answer.
    """
    if find_spec("distributed") is None:
        raise UsageError(EXTRA)
    import dask

    dask.config.set(DASK)
    distributed: Any = import_module("distributed")
    with contextlib.ExitStack() as stack:
        if scheduler is None:
            # Its own TLS keys: without them any user of this machine could have the workers run code.
            cluster = distributed.LocalCluster(
                n_workers=count, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1",
                security=True, memory_limit=0, silence_logs="CRITICAL",
            )  # fmt: skip
            stack.enter_context(cluster)
            yield stack.enter_context(cluster.get_client())
            return
        try:
            client = stack.enter_context(distributed.Client(scheduler, timeout=10))
        except (OSError, ValueError, TimeoutError) as error:
            raise PttError(
                f"連不上 Dask 排程器 {scheduler}（{cause(error)}）：請檢查位址，或不給 --scheduler。"
            ) from None
        except TypeError as error:  # Dask's way to say that it found no certificates
            if not scheduler.startswith("tls://"):
                raise
            raise UsageError(
                f"連不上 Dask 排程器 {scheduler}：缺 TLS 憑證，請設定環境變數 {'、'.join(TLS)}（都是 PEM 檔的路徑）。"
            ) from error
        yield client


def over(client: Any) -> Run:
    """The workers' way to `Run`. What a dead one had begun another one does again.

    Raises PttError when the scheduler is lost: that is no fault of what is left.
    """

    def run(do: Callable[[Any, Job], Any], items: Sequence[Any], job: Job) -> Iterator[Done]:
        distributed: Any = import_module("distributed")
        futures = {client.submit(do, item, job, pure=False): item for item in items}
        for future in distributed.as_completed(futures):
            item = futures[future]
            try:
                done = Done(item, future.result(), "")
            except distributed.KilledWorker:
                done = Done(item, None, f"處理它的行程死了 {DEATHS + 1} 次")
            except CancelledError:  # Dask does that with all that was not done when its scheduler is gone
                raise PttError(LOST) from None
            except PttError as error:
                done = Done(item, None, str(error).removesuffix("。"))
            except OSError as error:
                done = Done(item, None, cause(error))
            except Exception as error:  # one that our programs cannot take must not end the others
                done = Done(item, None, f"{type(error).__name__}: {str(error)[:200]}")
            yield done
            future.release()

    return run
