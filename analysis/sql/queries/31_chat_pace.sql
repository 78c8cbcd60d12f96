-- name: chat-pace
-- question: How fast does the trading-hours chat move?
-- param: title = "閒聊"
-- param: n = 20
SELECT t.title, time_bucket(INTERVAL '10 minutes', p.pushed_at AT TIME ZONE 'Asia/Taipei') AS ten_minutes, count(*) AS comments, count(DISTINCT lower(p.user_id)) AS users
FROM pushes AS p
JOIN posts AS t ON t.board = p.board AND t.post_id = p.post_id
WHERE contains(t.title, $title) AND p.pushed_at IS NOT NULL
GROUP BY ALL
ORDER BY comments DESC, ten_minutes
LIMIT $n
