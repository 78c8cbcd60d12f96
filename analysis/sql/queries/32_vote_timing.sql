-- name: vote-timing
-- question: When do votes on news come in?
SELECT hours.h AS within_hours, round(count(*) FILTER (WHERE p.pushed_at <= n.posted_at + to_hours(hours.h)) / count(*), 3) AS share_of_votes
FROM news_sentiment AS n
JOIN pushes AS p ON p.board = n.board AND p.post_id = n.post_id
CROSS JOIN (VALUES (1), (3), (6), (12), (24), (72)) AS hours(h)
WHERE p.vote <> 0 AND p.removed_at IS NULL AND p.pushed_at IS NOT NULL
GROUP BY hours.h
ORDER BY hours.h
