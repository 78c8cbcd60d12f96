INSERT INTO internal.dirty
SELECT p.board, p.post_id, 'moods' FROM posts AS p
WHERE NOT EXISTS (
    SELECT 1 FROM internal.dirty AS d WHERE d.board = p.board AND d.post_id = p.post_id AND d.step = 'moods'
)
