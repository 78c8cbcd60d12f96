-- name: deleted-comments
-- question: In which threads were comments deleted?
-- param: n = 20
-- Seen by us and later missing from a complete page. The page does not say who deleted them: user, author or board manager.
SELECT t.title, t.author, count(*) AS removed, count(*) FILTER (WHERE p.vote = -1) AS removed_boos, min(p.removed_at) AS first_missed_at, t.url
FROM pushes AS p
JOIN posts AS t ON t.board = p.board AND t.post_id = p.post_id
WHERE p.removed_at IS NOT NULL
GROUP BY ALL
ORDER BY removed DESC, t.url
LIMIT $n
