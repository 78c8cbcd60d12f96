-- p_user of the batch's votes: the user's 推 rate before the thread was posted, shrunk to the board's by $weight votes,
-- and then the rate of the recent past, shrunk to that by $recent votes. Six places: sums in another order are the same.
-- Votes in the thread itself never come in: none is older than its thread. A window over moments and questions, and no
-- ASOF JOIN: DuckDB 2.0 plans that one as a nested loop here, forty times slower.
UPDATE votes SET p_user = now.p_user
  FROM (WITH asked AS (
            SELECT v.board, v.post_id, v.user_id, lower(v.user_id) AS voter, v.posted_at,
                   (v.posted_at AT TIME ZONE 'Asia/Taipei')::DATE AS day
              FROM votes v JOIN batch b USING (board, post_id)
        ), steps AS (
            SELECT board, voter, moment, {'n': n, 's': s, 'recent_n': recent_n, 'recent_s': recent_s} AS past,
                   NULL AS post_id, NULL AS user_id, NULL AS day
              FROM history SEMI JOIN asked USING (board, voter)
             UNION ALL
            SELECT board, voter, posted_at, NULL, post_id, user_id, day FROM asked
        ), filled AS (
            SELECT board, post_id, user_id, day, moment, last_value(past IGNORE NULLS) OVER earlier AS before
              FROM steps
            WINDOW earlier AS (PARTITION BY board, voter ORDER BY moment, post_id NULLS LAST
                               ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
        ), summed AS (
            SELECT f.board, f.post_id, f.user_id, r.rate, coalesce(before.n, 0) AS n, coalesce(before.s, 0) AS s,
                   coalesce(before.recent_n * fading, 0) AS recent_n, coalesce(before.recent_s * fading, 0) AS recent_s
              FROM (SELECT *, power(2, (1262304000 - epoch(moment)) / (86400 * $fade)) AS fading
                      FROM filled WHERE post_id IS NOT NULL) f
              JOIN internal.board_rates r ON r.board = f.board AND r.day = f.day
        )
        SELECT board, post_id, user_id,
               round((least(greatest(recent_s, 0), recent_n) + $recent * (s + $weight * rate) / (n + $weight))
                     / (recent_n + $recent), 6) AS p_user
          FROM summed) now
 WHERE votes.board = now.board AND votes.post_id = now.post_id AND votes.user_id = now.user_id
