-- name: since-0845
-- question: Which news looked different at 08:45 than it looks now?
-- param: ts = null
-- param: days = 7
SELECT now.headline, then.voters AS voters_then, now.voters, then.mood AS mood_then, now.mood, now.mood - then.mood AS shift, now.url
FROM news_as_of(
    coalesce($ts::VARCHAR, (
        SELECT strftime(max(day), '%Y-%m-%d 08:45')
        FROM trading_days, store_info
        WHERE day + INTERVAL 525 MINUTE <= data_until AT TIME ZONE 'Asia/Taipei'
    )),
    days := $days
) AS then
JOIN news_sentiment AS now ON now.board = then.board AND now.post_id = then.post_id
WHERE now.voters > then.voters OR now.comments_scored > then.comments_scored
ORDER BY abs(now.mood - then.mood) DESC NULLS LAST
