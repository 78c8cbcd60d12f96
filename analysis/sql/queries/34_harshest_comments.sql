-- name: harshest-comments
-- question: Which comments were judged most negative?
-- param: n = 20
SELECT s.score, p.tag, p.user_id, p.text, t.title, p.pushed_at AT TIME ZONE 'Asia/Taipei' AS pushed_local, t.url
FROM push_scores AS s
JOIN engines AS e ON e.engine = s.engine AND e.version = s.version AND e.active
JOIN pushes AS p ON p.board = s.board AND p.post_id = s.post_id AND p.floor = s.floor
JOIN posts AS t ON t.board = s.board AND t.post_id = s.post_id
WHERE p.removed_at IS NULL
ORDER BY s.score, p.pushed_at, p.floor
LIMIT $n
