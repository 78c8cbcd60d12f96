-- Runs of the week that failed or did only part of their work, newest first: not those of single posts, asked for by
-- name, which say nothing of the week. $start, $cut, $board.
SELECT c.exit_code, c.reason
FROM crawls AS c
WHERE c.started_at >= $start::TIMESTAMP AT TIME ZONE 'Asia/Taipei' AND c.started_at < $cut
    AND list_contains(c.boards, $board) AND c.exit_code IN (1, 3) AND (c.settings ->> 'refs') IS NULL
ORDER BY c.started_at DESC;
