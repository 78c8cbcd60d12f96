-- Mondays of the weeks that have posts, newest first. $board.
SELECT DISTINCT date_trunc('week', p.posted_on)::DATE AS monday
FROM posts AS p
WHERE p.board = $board
ORDER BY monday DESC;
