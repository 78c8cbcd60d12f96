-- The batch's votes: one row a user and thread, the last vote that is not →, the author left out.
-- first_at: when the user first voted in the thread; repeated: whether more than one vote of theirs stands there.
CREATE OR REPLACE TEMP TABLE cast_votes AS
SELECT p.board, p.post_id, p.user_id, lower(p.user_id) AS voter, (p.vote = 1)::TINYINT AS y, p.pushed_at AS voted_at,
       b.posted_at,
       min(p.pushed_at) OVER thread AS first_at,
       count(*) OVER thread > 1 AS repeated
  FROM pushes p JOIN batch b USING (board, post_id) JOIN posts t USING (board, post_id)
 WHERE p.vote <> 0 AND p.removed_at IS NULL AND p.user_id IS NOT NULL AND p.user_id <> ''
   AND NOT p.is_author AND lower(p.user_id) IS DISTINCT FROM lower(t.author)
WINDOW thread AS (PARTITION BY p.board, p.post_id, lower(p.user_id))
QUALIFY row_number() OVER (PARTITION BY p.board, p.post_id, lower(p.user_id)
                               ORDER BY p.pushed_at DESC NULLS LAST, p.floor DESC) = 1
