INSERT INTO internal.dirty BY NAME
SELECT p.board, p.post_id, $step AS step FROM posts AS p
ANTI JOIN (FROM internal.dirty AS i WHERE i.step = $step) AS d ON d.board = p.board AND d.post_id = p.post_id;
