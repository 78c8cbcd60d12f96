-- After privacy/deleted_drop: what else is the user's, and what has to be reckoned again.
DELETE FROM votes AS v USING forget_ids AS f
WHERE v.board = f.board AND v.post_id = f.post_id AND lower(v.user_id) = f.id;
DELETE FROM internal.observations AS p USING posts_down AS d WHERE p.board = d.board AND p.post_id = d.post_id;
DELETE FROM internal.listings AS p USING posts_down AS d WHERE p.board = d.board AND p.post_id = d.post_id;
DELETE FROM internal.failures AS p USING posts_down AS d WHERE p.board = d.board AND p.post_id = d.post_id;
DELETE FROM internal.poll_state AS p USING posts_down AS d WHERE p.board = d.board AND p.post_id = d.post_id;
DELETE FROM internal.dirty AS p USING posts_down AS d WHERE p.board = d.board AND p.post_id = d.post_id;
UPDATE posts AS p SET push_count = n.pushes, boo_count = n.boos, arrow_count = n.arrows
FROM (
    SELECT
        t.board, t.post_id, count(q.floor) FILTER (WHERE q.vote = 1) AS pushes,
        count(q.floor) FILTER (WHERE q.vote = -1) AS boos, count(q.floor) FILTER (WHERE q.vote = 0) AS arrows
    FROM (SELECT DISTINCT d.board, d.post_id FROM pushes_down AS d) AS t
    LEFT JOIN pushes AS q ON q.board = t.board AND q.post_id = t.post_id AND q.removed_at IS NULL
    GROUP BY t.board, t.post_id
) AS n
WHERE p.board = n.board AND p.post_id = n.post_id;
INSERT INTO internal.dirty
SELECT DISTINCT d.board, d.post_id, s.step
FROM pushes_down AS d
JOIN posts AS p ON p.board = d.board AND p.post_id = d.post_id
CROSS JOIN (VALUES ('mentions'), ('votes'), ('scores'), ('moods'), ('stories')) AS s(step)
WHERE NOT EXISTS (
    SELECT 1 FROM internal.dirty AS x WHERE x.board = d.board AND x.post_id = d.post_id AND x.step = s.step
)
