-- Runs of the week that failed or did only part of their work, newest first. $start, $cut, $board.
SELECT c.exit_code, c.reason
FROM crawls AS c
WHERE c.started_at >= $start::TIMESTAMP AT TIME ZONE 'Asia/Taipei' AND c.started_at < $cut
    AND list_contains(c.boards, $board) AND c.exit_code IN (1, 3)
ORDER BY c.started_at DESC;
