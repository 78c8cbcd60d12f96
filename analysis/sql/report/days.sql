-- Mood and volume by day for the report's charts. $board is one board.
SELECT d.day::VARCHAR AS day, d.comments, d.news_posts, d.mood, d.mood_low, d.mood_high, d.approval, d.news_tone, d.complete
FROM daily_sentiment AS d
WHERE d.board = $board AND ($since IS NULL OR d.day >= $since::DATE)
ORDER BY d.day;
