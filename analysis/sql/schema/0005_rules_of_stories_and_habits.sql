-- No tables change, but two rules (docs/method.md): news on different companies is never one story, and a vote that turned
-- fades by when it was first cast. Stories are worked out anew, and habits of whoever has turned a vote.
INSERT INTO internal.dirty
WITH turned AS (
    SELECT v.board, lower(v.user_id) AS voter, min(v.first_at) AS since
    FROM votes AS v
    WHERE v.turned_at IS NOT NULL
    GROUP BY v.board, lower(v.user_id)
), stale AS (
    SELECT w.board, w.post_id, 'habits' AS step
    FROM votes AS w
    JOIN turned AS t ON t.board = w.board AND t.voter = lower(w.user_id) AND w.posted_at > t.since
    UNION
    SELECT p.board, p.post_id, 'stories' AS step FROM posts AS p WHERE p.category = '新聞' AND NOT p.is_reply
)
SELECT s.board, s.post_id, s.step
FROM stale AS s
ANTI JOIN internal.dirty AS d ON d.board = s.board AND d.post_id = s.post_id AND d.step = s.step;
