-- name: boo-givers
-- question: Who boos most?
-- param: n = 20
SELECT lower(user_id) AS user_id, count(*) FILTER (WHERE vote = -1) AS boos, count(*) FILTER (WHERE vote = 1) AS pushes,
    round(count(*) FILTER (WHERE vote = -1) / count(*), 3) AS boo_share
FROM pushes
WHERE vote <> 0 AND removed_at IS NULL AND NOT is_author
GROUP BY 1
HAVING boos > 0
ORDER BY boos DESC, boo_share DESC, user_id
LIMIT $n
