-- name: most-discussed
-- question: Which stocks were talked about most?
-- param: days = 7
-- param: n = 20
SELECT symbol, any_value(name) AS name, sum(comments) AS comments, sum(posts) AS posts, avg(crowd_mood) AS mean_crowd_mood
FROM stock_sentiment
WHERE session_on > (SELECT (data_until AT TIME ZONE 'Asia/Taipei')::DATE - $days FROM store_info)
GROUP BY symbol
ORDER BY comments DESC, posts DESC, symbol
LIMIT $n
