-- name: hourly-mood
-- question: How did the mood about a stock move by the hour?
-- param: symbol = "2330"
-- Comments that name the stock; one mean a user and hour.
WITH said AS (
    SELECT date_trunc('hour', p.pushed_at AT TIME ZONE 'Asia/Taipei') AS hour, lower(p.user_id) AS user_id, avg(s.score) AS score,
        count(*) AS comments, count(*) FILTER (WHERE p.vote = 1) AS pushes, count(*) FILTER (WHERE p.vote = -1) AS boos
    FROM mentions AS m
    JOIN pushes AS p ON p.board = m.board AND p.post_id = m.post_id AND p.floor = m.floor
    JOIN push_scores AS s ON s.board = p.board AND s.post_id = p.post_id AND s.floor = p.floor
    JOIN engines AS e ON e.engine = s.engine AND e.version = s.version AND e.active
    WHERE m.part = 'comment' AND m.symbol = $symbol AND p.removed_at IS NULL AND p.pushed_at IS NOT NULL
    GROUP BY 1, 2
)
SELECT hour, sum(comments) AS comments, count(*) AS users, sum(pushes) AS pushes, sum(boos) AS boos, avg(score) AS crowd_mood
FROM said
GROUP BY hour
ORDER BY hour
