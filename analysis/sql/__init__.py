"""SQL lives in files; this finds them, also in an installed wheel."""

from functools import cache
from importlib.resources import files


@cache
def statement(name: str) -> str:
    """Text of ``analysis/sql/<name>.sql``, for example ``statement("status/store")``."""
    return files(__package__).joinpath(f"{name}.sql").read_text("utf-8")
