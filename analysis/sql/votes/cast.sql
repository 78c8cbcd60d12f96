-- The batch's votes: one row a user and thread, the last vote that is not →, the author left out.
-- first_at: when the user first voted in the thread; turned_at: when the vote turned into the other one, if ever; neither
-- before the thread was posted, whatever a push's clock says.
CREATE OR REPLACE TEMP TABLE cast_votes AS
WITH given AS (
    SELECT p.board, p.post_id, p.floor, p.user_id, lower(p.user_id) AS voter, (p.vote = 1)::TINYINT AS y, p.pushed_at,
           t.posted_at, internal.same_author(t.author) AS author, internal.kind(t.category, t.is_reply) AS kind
      FROM pushes p JOIN batch b USING (board, post_id) JOIN posts t USING (board, post_id)
     WHERE p.vote <> 0 AND p.removed_at IS NULL AND p.user_id IS NOT NULL AND p.user_id <> ''
       AND NOT p.is_author AND lower(p.user_id) IS DISTINCT FROM lower(t.author)
), turning AS (
    SELECT *, coalesce(y <> lag(y) OVER thread AND lag(pushed_at) OVER thread IS NOT NULL, false) AS turns,
           row_number() OVER thread AS turn
      FROM given
    WINDOW thread AS (PARTITION BY board, post_id, voter ORDER BY pushed_at NULLS FIRST, floor)
)
SELECT board, post_id, arg_max(user_id, turn) AS user_id, voter, arg_max(y, turn) AS y, max(pushed_at) AS voted_at,
       posted_at, greatest(min(pushed_at), CASE WHEN min(pushed_at) IS NOT NULL THEN posted_at END) AS first_at,
       list(greatest(pushed_at, posted_at) ORDER BY turn) FILTER (turns) AS turned_at, author, kind
  FROM turning GROUP BY board, post_id, voter, posted_at, author, kind
