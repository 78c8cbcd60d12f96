-- name: active-users
-- question: Who comments most, and how do they vote?
-- param: n = 20
SELECT lower(user_id) AS user_id, count(*) AS comments, count(DISTINCT post_id) AS threads,
    count(*) FILTER (WHERE vote = 1) AS pushes, count(*) FILTER (WHERE vote = -1) AS boos
FROM pushes
WHERE removed_at IS NULL AND user_id IS NOT NULL
GROUP BY 1
ORDER BY comments DESC, user_id
LIMIT $n
