-- Pieces of daily_sentiment and weekly_sentiment that both cut by Taipei's calendar.

-- How far the board's data reach: the newest push or post. (store_info.data_until is the same for the whole store.)
CREATE OR REPLACE VIEW internal.board_until AS
SELECT b.board, max(b.until) AS until
FROM (
    SELECT p.board, max(p.posted_at) AS until FROM posts AS p GROUP BY p.board
    UNION ALL
    SELECT q.board, max(q.pushed_at) AS until FROM pushes AS q GROUP BY q.board
) AS b
GROUP BY b.board;

-- Approval of many threads at once: a mean weighted by what each thread can tell, voters / (voters + 10).
CREATE OR REPLACE VIEW internal.thread_approvals AS
SELECT p.board, p.post_id, p.posted_at, p.posted_on, p.session_on, t.voters, t.approval, t.voters / (t.voters + 10) AS weight
FROM thread_effects AS t
JOIN posts AS p ON p.board = t.board AND p.post_id = t.post_id
WHERE t.voters > 0 AND t.approval IS NOT NULL;
