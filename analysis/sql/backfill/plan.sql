-- All lines of the files with their parts: threads in the order of their posts, so that a part's rows lie together in
-- the store, some $bytes of lines each. known: the store has something of the thread already.
CREATE OR REPLACE TEMP TABLE backfill_lines AS
WITH lines AS (
    FROM read_parquet($files)
), threads AS (
    SELECT board, post_id, sum(size)::BIGINT AS size FROM lines GROUP BY ALL
), placed AS (
    SELECT board, post_id, (sum(size) OVER (ORDER BY split_part(post_id, '.', 2), board, post_id) - size)::BIGINT AS before
    FROM threads
), stored AS (
    SELECT board, post_id FROM internal.observations
    UNION
    SELECT board, post_id FROM linked_pages
)
SELECT l.file, l.place, l.size, p.before // $bytes AS part, s.post_id IS NOT NULL AS known
FROM lines AS l
JOIN placed AS p ON p.board = l.board AND p.post_id = l.post_id
LEFT JOIN stored AS s ON s.board = l.board AND s.post_id = l.post_id
