-- name: edited-posts
-- question: Which posts were edited after we had read them, and how often?
SELECT t.title, t.author, count(*) AS earlier_versions, max(v.seen_until) AS old_text_seen_until, t.edited_at, t.url
FROM post_versions AS v
JOIN posts AS t ON t.board = v.board AND t.post_id = v.post_id
GROUP BY ALL
ORDER BY earlier_versions DESC, t.url
