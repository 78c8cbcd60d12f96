CREATE OR REPLACE VIEW daily_sentiment AS
SELECT
    s.board, s.period AS day, s.posts, s.news_posts, s.comments, s.users, s.pushes AS push_count, s.boos AS boo_count,
    s.arrows AS arrow_count, s.comments_before AS comments_week_before, s.volume_change, s.approval, s.approval_low,
    s.approval_high, s.crowd_mood, s.crowd_mood_low, s.crowd_mood_high, s.mood, s.mood_low, s.mood_high, s.news_tone,
    s.disagreement, t.day IS NOT NULL AS is_trading_day, s.running AS is_partial, s.listed, s.fetched, s.failed, s.complete
FROM internal.period_sentiment('day') AS s
LEFT JOIN trading_days AS t ON t.day = s.period;

CREATE OR REPLACE VIEW weekly_sentiment AS
SELECT
    s.board, strftime(s.period, '%G-W%V') AS iso_week, s.period AS week_start, s.posts, s.news_posts, s.comments, s.users,
    s.pushes AS push_count, s.boos AS boo_count, s.arrows AS arrow_count, s.comments_before AS comments_week_before,
    s.volume_change, s.approval, s.approval_low, s.approval_high, s.crowd_mood, s.crowd_mood_low, s.crowd_mood_high,
    s.mood, s.mood_low, s.mood_high, s.news_tone, s.disagreement,
    (SELECT count(*) FROM trading_days AS t WHERE t.day BETWEEN s.period AND s.period + 6) AS trading_days,
    s.running AS is_partial, s.listed, s.fetched, s.failed, s.complete
FROM internal.period_sentiment('week') AS s;
