-- Threads whose votes or whose voters' habits the batch changes: the batch itself, and threads posted after a changed
-- vote where its user voted too. $since is the earliest of these: threads before it need not be looked at.
INSERT INTO internal.dirty
WITH stale AS (
    SELECT v.board, v.post_id FROM votes v JOIN changed_votes c
        ON v.board = c.board AND lower(v.user_id) = c.voter AND v.posted_at > c.since
     WHERE v.posted_at > $since
     UNION
    SELECT board, post_id FROM batch
)
SELECT board, post_id, 'habits' AS step FROM stale
 WHERE NOT EXISTS (SELECT 1 FROM internal.dirty d
                    WHERE d.board = stale.board AND d.post_id = stale.post_id AND d.step = 'habits')
