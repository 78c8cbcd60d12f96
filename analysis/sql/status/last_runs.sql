-- The newest runs, for `ptt status`.
SELECT run_id, command, started_at, finished_at, posts, pushes, requests, requests_saved, failures, exit_code, reason
FROM crawls
ORDER BY started_at DESC
LIMIT 5;
