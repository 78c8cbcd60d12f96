-- name: rising-stocks
-- question: Which stocks are talked about more than in the sessions before?
-- param: min_comments = 3
-- param: n = 20
SELECT symbol, name, session_on, comments, comments_week_before, volume_change, crowd_mood
FROM stock_sentiment
WHERE volume_change IS NOT NULL AND comments >= $min_comments
ORDER BY session_on DESC, volume_change DESC
LIMIT $n
