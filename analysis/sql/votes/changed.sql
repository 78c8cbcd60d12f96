-- Voters of the batch whose votes are not what table votes says, and from when on that changes their habits.
CREATE OR REPLACE TEMP TABLE changed_votes AS
WITH old_votes AS (
    SELECT v.*, lower(v.user_id) AS voter FROM votes v JOIN batch b USING (board, post_id)
)
SELECT coalesce(o.board, n.board) AS board, coalesce(o.voter, n.voter) AS voter,
       min(least(o.first_at, n.first_at)) AS since
  FROM old_votes o FULL JOIN cast_votes n ON o.board = n.board AND o.post_id = n.post_id AND o.voter = n.voter
 WHERE (o.first_at IS NOT NULL OR n.first_at IS NOT NULL)  -- without a time it is in no habit
   AND (o.voter IS NULL OR n.voter IS NULL OR o.y <> n.y OR o.posted_at <> n.posted_at
        OR o.first_at IS DISTINCT FROM n.first_at OR o.turned_at IS DISTINCT FROM n.turned_at
        OR o.author IS DISTINCT FROM n.author OR o.kind IS DISTINCT FROM n.kind)
 GROUP BY ALL
