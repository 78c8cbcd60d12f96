SELECT
    session_on AS session, posts, news_posts AS news, comments, users, push_count AS 推, boo_count AS 噓,
    CASE WHEN volume_change IS NOT NULL THEN printf('%+.0f%%', volume_change * 100) END AS volume,
    CASE WHEN mood IS NOT NULL THEN printf('%+.2f [%+.2f, %+.2f]', mood, mood_low, mood_high) END AS mood,
    CASE WHEN news_tone IS NOT NULL THEN printf('%+.2f', news_tone) END AS news_tone,
    CASE WHEN is_partial THEN '進行中' ELSE '' END AS note
FROM stock($symbol, days := $days, board := $board)
