-- name: days
-- question: How was the mood of the board day by day?
-- param: n = 31
SELECT day, is_trading_day, posts, news_posts, comments, volume_change, users, approval, crowd_mood, mood, mood_low, mood_high, news_tone, complete
FROM daily_sentiment
ORDER BY day DESC
LIMIT $n
