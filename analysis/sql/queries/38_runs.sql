-- name: runs
-- question: How did the last runs go?
-- param: n = 20
SELECT started_at AT TIME ZONE 'Asia/Taipei' AS started_local, command, index_pages, posts, pushes, requests, requests_saved, failures, exit_code, reason
FROM crawls
ORDER BY started_at DESC
LIMIT $n
