-- Rows of the batch's threads in floor order. Removed ones too: as-of queries ask for them, and a removal must not
-- change the scores of the rows around it.
SELECT q.board, q.post_id, q.floor, q.user_id, q.text
FROM pushes AS q
SEMI JOIN batch AS b ON b.board = q.board AND b.post_id = q.post_id
ORDER BY q.board, q.post_id, q.floor;
