"""`ptt backfill`: WARC files parsed by many processes, their threads loaded, scored and searched for stocks by many.

- `work`: what a worker makes of one file: spool lines, each thread's where an index says, and what polls need of it.
- `parts`: all lines of some threads, whichever files they came from, made into a small store by a worker.
- `drive`: hands out files, then parts; puts the small stores together and derives what all threads decide.
- `workers`: Dask's processes.
"""
