-- The weeks, newest first: the glance shows the newest, and what is usual on a day is a mean of those before it.
SELECT
    w.iso_week, w.posts, w.news_posts, w.comments, w.users, w.comments_week_before, w.volume_change,
    w.approval, w.mood, w.mood_low, w.mood_high, w.is_partial
FROM weekly_sentiment AS w
WHERE w.board = $board
ORDER BY w.iso_week DESC;
