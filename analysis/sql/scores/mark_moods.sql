-- What the scores of the batch change further on.
INSERT INTO internal.dirty BY NAME
SELECT b.board, b.post_id, 'moods' AS step FROM batch AS b
ANTI JOIN (FROM internal.dirty AS i WHERE i.step = 'moods') AS d ON d.board = b.board AND d.post_id = b.post_id;
