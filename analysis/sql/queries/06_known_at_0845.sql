-- name: known-at-0845
-- question: What did the board think of the latest news at 08:45, before the market opened?
-- param: ts = null
-- param: days = 7
-- Only what had been posted and pushed by then; ts null is the newest trading day's 08:45 in the store.
SELECT posted_local, headline, push_count, boo_count, voters, approval, crowd_mood, symbols, url
FROM news_as_of(
    coalesce($ts::VARCHAR, (
        SELECT strftime(max(day), '%Y-%m-%d 08:45')
        FROM trading_days, store_info
        WHERE day + INTERVAL 525 MINUTE <= data_until AT TIME ZONE 'Asia/Taipei'
    )),
    days := $days
)
ORDER BY posted_local DESC
