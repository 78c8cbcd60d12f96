-- Threads with a comment that the engine has not judged (and threads with a poster's comment and no score of it).
INSERT INTO internal.dirty BY NAME
SELECT DISTINCT t.board, t.post_id, $step AS step
FROM (
    SELECT q.board, q.post_id FROM pushes AS q
    ANTI JOIN (FROM push_scores AS r WHERE r.engine = $engine AND r.version = $version) AS s
        ON s.board = q.board AND s.post_id = q.post_id AND s.floor = q.floor
    WHERE q.text IS NOT NULL
    UNION ALL
    SELECT n.board, n.post_id FROM news AS n
    ANTI JOIN (FROM post_scores AS r WHERE r.engine = $engine AND r.version = $version AND r.part = 'comment') AS s
        ON s.board = n.board AND s.post_id = n.post_id
    WHERE n.comment IS NOT NULL
) AS t
ANTI JOIN (FROM internal.dirty AS i WHERE i.step = $step) AS d ON d.board = t.board AND d.post_id = t.post_id;
