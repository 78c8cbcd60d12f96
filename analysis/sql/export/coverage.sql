SELECT
    count(*) AS days, count(*) FILTER (WHERE c.complete) AS complete_days, coalesce(sum(c.listed), 0)::BIGINT AS listed,
    coalesce(sum(c.fetched), 0)::BIGINT AS fetched, coalesce(sum(c.failed), 0)::BIGINT AS failed,
    coalesce(sum(c.gone), 0)::BIGINT AS gone, coalesce(sum(c.truncated), 0)::BIGINT AS truncated,
    (SELECT median(p.capture_lag) FROM posts AS p) AS median_capture_lag_seconds
FROM coverage AS c
