-- The board's 推 rate that a thread's habits are centred on: all votes cast before the Taipei day on which it was
-- posted, shrunk to $base by $weight votes. Three places, so that one late vote does not touch every later habit.
CREATE OR REPLACE TEMP TABLE new_rates AS
WITH cast_on AS (
    SELECT p.board, (greatest(p.pushed_at, t.posted_at) AT TIME ZONE 'Asia/Taipei')::DATE AS day,
           count(*) AS n, count(*) FILTER (p.vote = 1) AS s
      FROM pushes p JOIN posts t USING (board, post_id)
     WHERE p.vote <> 0 AND p.removed_at IS NULL AND p.pushed_at IS NOT NULL AND p.user_id IS NOT NULL
       AND p.user_id <> '' AND NOT p.is_author AND lower(p.user_id) IS DISTINCT FROM lower(t.author)
     GROUP BY ALL
), days AS (
    SELECT DISTINCT board, (posted_at AT TIME ZONE 'Asia/Taipei')::DATE AS day FROM posts
), steps AS (
    SELECT board, day, n, s, false AS asked FROM cast_on
     UNION ALL
    SELECT board, day, 0, 0, true FROM days
), sums AS (
    SELECT board, day, asked,
           coalesce(sum(n) OVER before_day, 0) AS n, coalesce(sum(s) OVER before_day, 0) AS s
      FROM steps
    WINDOW before_day AS (PARTITION BY board ORDER BY day
                              RANGE BETWEEN UNBOUNDED PRECEDING AND INTERVAL 1 DAY PRECEDING)
)
SELECT board, day, round((s + $weight * $base) / (n + $weight), 3) AS rate FROM sums WHERE asked
