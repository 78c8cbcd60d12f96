"""The store past one machine: a DuckLake, its catalog in PostgreSQL, its rows as Parquet files on S3.

Hosts work as they do alone, each on its own ``work.duckdb``; what changes is the publication. `push` sends what differs
from the host's last publication to the lake in one transaction, `pull` brings a board here that another host published
since, and `read` is what users call through `analysis.store.connect`. A board has one writer at a time: a lock in the
catalog (`session`), which ends with the process that holds it. docs/scaling.md walks through it.
"""
