-- p_user of the batch's votes: the user's 推 rate before the thread was posted, shrunk to the board's by $weight votes.
-- Votes in the thread itself never come in: none is older than its thread. A window over moments and questions, and no
-- ASOF JOIN: DuckDB 2.0 plans that one as a nested loop here, forty times slower.
UPDATE votes SET p_user = now.p_user
  FROM (WITH asked AS (
            SELECT v.board, v.post_id, v.user_id, lower(v.user_id) AS voter, v.posted_at,
                   (v.posted_at AT TIME ZONE 'Asia/Taipei')::DATE AS day
              FROM votes v JOIN batch b USING (board, post_id)
        ), steps AS (
            SELECT board, voter, moment, n, s, NULL AS post_id, NULL AS user_id, NULL AS day
              FROM history SEMI JOIN asked USING (board, voter)
             UNION ALL
            SELECT board, voter, posted_at, NULL, NULL, post_id, user_id, day FROM asked
        ), filled AS (
            SELECT *, last_value(n IGNORE NULLS) OVER earlier AS n_before, last_value(s IGNORE NULLS) OVER earlier AS s_before
              FROM steps
            WINDOW earlier AS (PARTITION BY board, voter ORDER BY moment, post_id NULLS LAST
                               ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
        )
        SELECT f.board, f.post_id, f.user_id,
               (coalesce(s_before, 0) + $weight * r.rate) / (coalesce(n_before, 0) + $weight) AS p_user
          FROM filled f JOIN internal.board_rates r ON r.board = f.board AND r.day = f.day
         WHERE f.post_id IS NOT NULL) now
 WHERE votes.board = now.board AND votes.post_id = now.post_id AND votes.user_id = now.user_id
