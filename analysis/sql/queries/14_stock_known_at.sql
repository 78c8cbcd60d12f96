-- name: stock-known-at
-- question: What did the board say about a stock by a given moment?
-- param: symbol = "2330"
-- param: ts = null
-- param: days = 30
SELECT session_on, comments, users, push_count, boo_count, crowd_mood, mood, mood_low, mood_high, is_partial
FROM stock_as_of(
    $symbol, coalesce($ts::VARCHAR, (
        SELECT strftime(max(day), '%Y-%m-%d 08:45')
        FROM trading_days, store_info
        WHERE day + INTERVAL 525 MINUTE <= data_until AT TIME ZONE 'Asia/Taipei'
    )),
    days := $days
)
