-- The last of this clock's times before it jumped ahead by $ahead or more; null where it cannot be told.
-- Of all that settle_future moves: what is after this goes back by $ahead and still is after it.
WITH times (moment) AS (
    SELECT fetched_at FROM internal.observations
    UNION SELECT base_fetched_at FROM internal.observations
    UNION SELECT fetched_at FROM internal.poll_state
    UNION SELECT unnest([first_listed_at, last_listed_at]) FROM internal.listings
    UNION SELECT failed_at FROM internal.failures
    UNION SELECT fetched_at FROM linked_pages
    UNION SELECT started_at FROM crawls
    UNION SELECT finished_at FROM crawls WHERE finished_at >= started_at -- else killed, and ended by the clock set right
    UNION SELECT unnest([seen_from, seen_until]) FROM post_versions
    UNION SELECT first_seen_at FROM pushes
    UNION SELECT removed_at FROM pushes
    UNION SELECT unnest([first_seen_at, fetched_at, deleted_at]) FROM posts
), gaps AS (
    SELECT moment, lead(moment) OVER (ORDER BY moment) AS following FROM times WHERE moment IS NOT NULL
), jump AS (
    SELECT
        CASE
            WHEN min(gaps.moment) > $now THEN $now::TIMESTAMPTZ -- never anything but ahead
            ELSE max(gaps.moment) FILTER (gaps.moment <= $now AND following - $ahead::INTERVAL > gaps.moment)
        END AS moment
    FROM gaps
)
SELECT moment
FROM jump
-- No post was seen before it was written: one that would be was seen by the clock set right, while the same run went on.
WHERE NOT EXISTS (
    FROM posts WHERE first_seen_at > moment AND first_seen_at - $ahead::INTERVAL < posted_at - $slack::INTERVAL
)
