-- name: gaps
-- question: On which days is the store incomplete, and why?
-- param: n = 60
-- complete is false, too, for days whose index was not read again after they had ended.
SELECT board, day, listed, fetched, failed, gone, truncated, median_capture_lag, complete
FROM coverage
ORDER BY complete, day DESC
LIMIT $n
