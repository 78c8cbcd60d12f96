-- Threads whose pushes are in no period: from an export of before schema 4, which has neither internal.periods nor
-- internal.thread_days. Pushes are looked at only for threads that lack days though their post counts pushes.
INSERT INTO internal.dirty
WITH without AS (
    SELECT p.board, p.post_id FROM posts AS p
    ANTI JOIN internal.thread_days AS t ON t.board = p.board AND t.post_id = p.post_id
    ANTI JOIN (SELECT d.board, d.post_id FROM internal.dirty AS d WHERE d.step = 'moods') AS d
        ON d.board = p.board AND d.post_id = p.post_id
    WHERE p.push_count + p.boo_count + p.arrow_count > 0
)
SELECT DISTINCT q.board, q.post_id, 'moods' AS step
FROM pushes AS q
SEMI JOIN without AS w ON w.board = q.board AND w.post_id = q.post_id
WHERE q.removed_at IS NULL AND q.pushed_at IS NOT NULL
