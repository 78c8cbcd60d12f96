-- name: since-close
-- question: Which news looked different when the market closed than it looks now?
-- param: ts = null
-- param: days = 7
SELECT now.headline, known.voters AS voters_then, now.voters, known.mood AS mood_then, now.mood, now.mood - known.mood AS shift, now.url
FROM news_as_of(
    coalesce($ts::VARCHAR, (
        SELECT strftime(max(day), '%Y-%m-%d 13:30')
        FROM trading_days, store_info
        WHERE day + INTERVAL 810 MINUTE <= data_until AT TIME ZONE 'Asia/Taipei'
    )),
    days := $days
) AS known
JOIN news_sentiment AS now ON now.board = known.board AND now.post_id = known.post_id
WHERE now.voters > known.voters OR now.comments_scored > known.comments_scored
ORDER BY abs(now.mood - known.mood) DESC NULLS LAST
