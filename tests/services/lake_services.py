"""PostgreSQL and S3 for tests of PTT_STORE=ducklake; each test gets a lake of its own, copied from an empty one."""

import contextlib
import itertools
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from cluster_env import s3_environment
from postgres import Postgres
from s3 import BUCKET, S3
from service import NotAvailable, free_port, wait_for
from signatures import no_signatures


class LakeServices:
    """Running services; ``postgres`` and ``s3`` can be made to fail."""

    no_signatures = staticmethod(no_signatures)

    def __init__(self, postgres: Postgres, s3: S3) -> None:
        self.postgres, self.s3 = postgres, s3
        self._numbers = itertools.count()

    def new_lake(self) -> dict[str, str]:
        """Environment of an empty lake that no other test knows."""
        name = f"lake{next(self._numbers)}"
        return {**self.s3.settings, "PTT_STORE": f"ducklake:{self.postgres.create(name)}",
                "PTT_DATA_PATH": f"s3://{BUCKET}/{name}/"}  # fmt: skip

    def copy_of(self, name: str) -> dict[str, str]:
        """Environment of a copy of a lake in which nothing was published yet: quicker than a new one."""
        number = next(self._numbers)
        self.postgres.query("postgres", f"CREATE DATABASE copy{number} TEMPLATE {name}")
        return {**self.s3.settings, "PTT_STORE": f"ducklake:{self.postgres.dsn(f'copy{number}')}",
                "PTT_DATA_PATH": f"s3://{BUCKET}/{name}/"}  # fmt: skip

    def template(self) -> str:
        """Makes an empty lake with all tables and gives its name, for `copy_of`."""
        environment = self.new_lake()
        with _environment(environment), tempfile.TemporaryDirectory() as data:
            from analysis.store.lock import hold
            from analysis.store.work import open_work

            with hold(Path(data), "template"):
                open_work(Path(data)).close()
        return environment["PTT_STORE"].rpartition("/")[2]


@contextlib.contextmanager
def lake_services() -> Iterator[LakeServices]:
    """Starts both. Raises NotAvailable."""
    with Postgres() as postgres, S3(s3_environment(), free_port()) as s3:
        if not wait_for(s3.answers):
            raise NotAvailable("moto's S3 server did not start")
        yield LakeServices(postgres, s3)


@contextlib.contextmanager
def _environment(given: dict[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in given}
    os.environ.update(given)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
