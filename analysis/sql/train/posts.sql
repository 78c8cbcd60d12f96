-- Posts of one board with what the trainer asks of them.
SELECT post_id, coalesce(category, '') AS category, is_reply, title, coalesce(body, '') AS body
FROM posts
WHERE board = $board
ORDER BY post_id
