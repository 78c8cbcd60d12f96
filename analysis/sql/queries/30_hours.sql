-- name: hours
-- question: At which hours is the board in which mood?
SELECT hour(p.pushed_at AT TIME ZONE 'Asia/Taipei') AS hour, count(*) AS comments, count(DISTINCT lower(p.user_id)) AS users,
    round(count(*) FILTER (WHERE p.vote = -1) / nullif(count(*) FILTER (WHERE p.vote <> 0), 0), 3) AS boo_share, avg(s.score) AS mean_score
FROM pushes AS p
LEFT JOIN (
    SELECT r.* FROM push_scores AS r JOIN engines AS e ON e.engine = r.engine AND e.version = r.version AND e.active
) AS s ON s.board = p.board AND s.post_id = p.post_id AND s.floor = p.floor
WHERE p.removed_at IS NULL AND p.pushed_at IS NOT NULL
GROUP BY 1
ORDER BY 1
