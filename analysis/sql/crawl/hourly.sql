-- Hours between the last full runs, the median of ten.
SELECT median(gap) FROM (
    SELECT date_diff('second', lag(started_at) OVER (ORDER BY started_at), started_at) / 3600.0 AS gap
    FROM crawls WHERE (settings ->> 'sweep') = 'true' ORDER BY started_at DESC LIMIT 10
)
