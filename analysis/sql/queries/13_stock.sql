-- name: stock
-- question: What does the board say about a stock, session by session?
-- param: symbol = "2330"
-- param: days = 30
SELECT session_on, posts, news_posts, comments, volume_change, users, push_count, boo_count, approval, crowd_mood, mood, mood_low, mood_high, news_tone
FROM stock($symbol, days := $days)
