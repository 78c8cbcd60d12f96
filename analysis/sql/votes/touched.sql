-- Threads whose voters' habits the batch changes: threads posted after a changed vote, where its user voted too.
-- A user who votes twice in a thread counts as changed from its beginning: the earlier vote leaves no row behind.
INSERT INTO internal.dirty
WITH old_votes AS (
    SELECT v.board, v.post_id, lower(v.user_id) AS voter, v.y, v.voted_at, v.posted_at
      FROM votes v JOIN batch b USING (board, post_id)
), changed AS (
    SELECT coalesce(o.board, n.board) AS board, coalesce(o.voter, n.voter) AS voter,
           min(CASE WHEN o.voter IS NULL THEN coalesce(n.first_at, n.posted_at)
                    ELSE coalesce(least(o.posted_at, n.posted_at), o.posted_at) END) - INTERVAL 1 MINUTE AS since
      FROM old_votes o FULL JOIN cast_votes n
        ON o.board = n.board AND o.post_id = n.post_id AND o.voter = n.voter
     WHERE o.voter IS NULL OR n.voter IS NULL OR n.repeated OR o.y <> n.y
        OR o.voted_at IS DISTINCT FROM n.voted_at OR o.posted_at <> n.posted_at
     GROUP BY ALL
), stale AS (
    SELECT v.board, v.post_id FROM votes v JOIN changed c
        ON v.board = c.board AND lower(v.user_id) = c.voter AND v.posted_at >= c.since
     UNION
    SELECT board, post_id FROM batch
)
SELECT board, post_id, 'habits' AS step FROM stale
 WHERE NOT EXISTS (SELECT 1 FROM internal.dirty d
                    WHERE d.board = stale.board AND d.post_id = stale.post_id AND d.step = 'habits')
