-- Threads posted on days whose rate is another one now.
INSERT INTO internal.dirty
WITH changed AS (
    SELECT n.board, n.day FROM new_rates n LEFT JOIN internal.board_rates r ON r.board = n.board AND r.day = n.day
     WHERE r.rate IS DISTINCT FROM n.rate
)
SELECT t.board, t.post_id, 'habits' AS step
  FROM posts t SEMI JOIN changed n ON n.board = t.board AND n.day = internal.taipei_day(t.posted_at)
 WHERE NOT EXISTS (SELECT 1 FROM internal.dirty d
                    WHERE d.board = t.board AND d.post_id = t.post_id AND d.step = 'habits')
