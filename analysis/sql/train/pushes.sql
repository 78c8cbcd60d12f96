-- Current pushes of one board, in an order that does not depend on how they were loaded.
SELECT post_id, floor, user_id AS user, tag, text
FROM pushes
WHERE board = $board AND removed_at IS NULL
ORDER BY post_id, floor
