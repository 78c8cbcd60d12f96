-- What the crawl needs to know of each thread since a time: one row a thread that was had, gone or failed.
WITH
    wanted AS (SELECT unnest($boards::VARCHAR[]) AS board),
    had AS (
        SELECT * FROM posts SEMI JOIN wanted USING (board) WHERE $since IS NULL OR posted_at >= $since
    ),
    pushed AS (
        SELECT board, post_id, max(pushed_at) AS last_pushed_at,
            count(*) FILTER (pushed_at > fetched_at - INTERVAL 1 HOUR AND pushed_at <= fetched_at) AS recent
        FROM pushes JOIN (SELECT board, post_id, fetched_at FROM had) USING (board, post_id)
        WHERE removed_at IS NULL
        GROUP BY ALL
    ),
    failed AS (
        SELECT board, post_id, max(failed_at) AS failed_at FROM internal.failures SEMI JOIN wanted USING (board)
        GROUP BY ALL
    ),
    gone AS (
        SELECT board, post_id, max(fetched_at) AS gone_at
        FROM internal.observations SEMI JOIN wanted USING (board) WHERE kind = 'gone'
        GROUP BY ALL
    ),
    never_had AS (
        SELECT board, post_id, failed_at, gone_at
        FROM failed FULL JOIN gone USING (board, post_id) ANTI JOIN posts USING (board, post_id)
    )
SELECT board, post_id, epoch_us(had.fetched_at), epoch_us(posted_at), nrec, push_count + boo_count + arrow_count,
    epoch_us(last_pushed_at),
    coalesce(recent, 0) / greatest(least(epoch(had.fetched_at) - epoch(posted_at), 3600), 60) * 3600.0,
    poll_url, longpoll_url, poll_offset, epoch_us(poll.fetched_at), author, deleted_at IS NOT NULL,
    coalesce(failed_at > greatest(had.fetched_at, gone_at), false), damaged
FROM had
LEFT JOIN pushed USING (board, post_id)
LEFT JOIN internal.poll_state AS poll USING (board, post_id)
LEFT JOIN failed USING (board, post_id)
LEFT JOIN gone USING (board, post_id)
UNION ALL
SELECT board, post_id, NULL, NULL, listed.nrec, 0, NULL, 0.0, NULL, NULL, NULL, NULL, listed.author, gone_at IS NOT NULL,
    coalesce(failed_at > gone_at, failed_at IS NOT NULL), false
FROM never_had LEFT JOIN internal.listings AS listed USING (board, post_id)
