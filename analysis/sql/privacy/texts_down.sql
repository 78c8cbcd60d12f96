-- Whose texts are about to go: of pushes what they are known by in the archive, of posts the name; and since when they stood
-- there.
SELECT q.board, q.post_id, q.floor, q.tag, q.user_id, q.text, q.time_text, q.first_seen_at AS since
FROM pushes AS q
SEMI JOIN pushes_down AS d ON d.board = q.board AND d.post_id = q.post_id AND d.floor = q.floor
-- Where an equal one still stands, so does its text.
ANTI JOIN (SELECT * FROM pushes ANTI JOIN pushes_down USING (board, post_id, floor)) AS s
    ON s.board = q.board AND s.post_id = q.post_id AND s.tag = q.tag AND s.user_id IS NOT DISTINCT FROM q.user_id
        AND s.text = q.text AND s.time_text = q.time_text
WHERE q.text IS NOT NULL
UNION ALL
SELECT p.board, p.post_id, NULL, NULL, NULL, NULL, NULL, least(p.posted_at, p.first_seen_at)
FROM posts AS p
SEMI JOIN posts_down AS d ON d.board = p.board AND d.post_id = p.post_id
ORDER BY ALL
