-- One row a board and day of posting: how much of what the index listed is in the store.
CREATE OR REPLACE VIEW coverage AS
WITH gone AS (
    SELECT DISTINCT o.board, o.post_id FROM internal.observations AS o WHERE o.kind = 'gone'
), failed AS (
    SELECT f.board, f.post_id, max(f.failed_at) AS failed_at FROM internal.failures AS f GROUP BY f.board, f.post_id
), known AS (
    SELECT p.board, p.post_id FROM posts AS p
    UNION
    SELECT l.board, l.post_id FROM internal.listings AS l
    UNION
    SELECT f.board, f.post_id FROM failed AS f
), facts AS (
    SELECT
        k.board,
        coalesce(
            p.posted_on,
            -- The seconds in the file name, the one time of a post that was never fetched.
            internal.taipei(to_timestamp(TRY_CAST(split_part(k.post_id, '.', 2) AS BIGINT)))::DATE
        ) AS day,
        l.post_id IS NOT NULL AS listed, l.last_listed_at, p.post_id IS NOT NULL AS fetched,
        p.truncated, p.capture_lag,
        -- Neither listed nor fetched: a mistyped address, to which the site says 404 as well.
        coalesce(
            p.deleted_at IS NOT NULL OR (g.post_id IS NOT NULL AND l.post_id IS NOT NULL AND p.post_id IS NULL), FALSE
        ) AS gone,
        f.post_id IS NOT NULL AND (p.post_id IS NULL OR p.fetched_at < f.failed_at)
            AND g.post_id IS NULL AND p.deleted_at IS NULL AS failed
    FROM known AS k
    LEFT JOIN posts AS p ON p.board = k.board AND p.post_id = k.post_id
    LEFT JOIN internal.listings AS l ON l.board = k.board AND l.post_id = k.post_id
    LEFT JOIN gone AS g ON g.board = k.board AND g.post_id = k.post_id
    LEFT JOIN failed AS f ON f.board = k.board AND f.post_id = k.post_id
)
SELECT
    f.board, f.day, count(*) FILTER (WHERE f.listed) AS listed, count(*) FILTER (WHERE f.fetched) AS fetched,
    count(*) FILTER (WHERE f.failed) AS failed, count(*) FILTER (WHERE f.gone) AS gone,
    count(*) FILTER (WHERE f.truncated) AS truncated,
    to_seconds(median(f.capture_lag)) AS median_capture_lag,
    -- Complete: the index was read after the day had ended, and each post it listed was fetched or is gone.
    count(*) FILTER (WHERE f.listed) > 0
        AND count(*) FILTER (WHERE f.listed AND NOT f.fetched AND NOT f.gone) = 0
        AND count(*) FILTER (WHERE f.failed) = 0
        AND coalesce(internal.taipei(max(f.last_listed_at))::DATE > f.day, FALSE) AS complete
FROM facts AS f
WHERE f.day IS NOT NULL
GROUP BY f.board, f.day;
