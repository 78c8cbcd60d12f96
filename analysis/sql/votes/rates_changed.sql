-- Threads posted on days whose rate is another one now.
INSERT INTO internal.dirty
SELECT t.board, t.post_id, 'habits' AS step
  FROM posts t
  JOIN new_rates n ON n.board = t.board AND n.day = (t.posted_at AT TIME ZONE 'Asia/Taipei')::DATE
  LEFT JOIN internal.board_rates r ON r.board = n.board AND r.day = n.day
 WHERE r.rate IS DISTINCT FROM n.rate
   AND NOT EXISTS (SELECT 1 FROM internal.dirty d
                    WHERE d.board = t.board AND d.post_id = t.post_id AND d.step = 'habits')
