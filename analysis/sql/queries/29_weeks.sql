-- name: weeks
-- question: How was the mood of the board week by week?
-- param: n = 12
SELECT iso_week, posts, news_posts, comments, volume_change, users, approval, crowd_mood, mood, mood_low, mood_high, news_tone, is_partial, complete
FROM weekly_sentiment
ORDER BY iso_week DESC
LIMIT $n
