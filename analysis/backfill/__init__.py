"""`ptt backfill`: WARC files parsed, scored and searched for stocks by many processes, loaded by one.

- `work`: what a worker makes of one file: spool files, texts with their scores and mentions, and what polls need of it.
- `texts`: those scores and mentions, for the loader to look up instead of working them out again.
- `drive`: hands the files to Dask, loads what comes back, reads the polls that continue another file's page.
"""
