-- name: news
-- question: Which news of the last days did the board buy, which not?
-- param: days = 7
SELECT posted_local, headline, push_count, boo_count, voters, approval, approval_low, approval_high, news_tone, crowd_mood, url
FROM news_sentiment
WHERE posted_at >= (SELECT data_until - to_days($days) FROM store_info)
ORDER BY approval_low DESC NULLS LAST, posted_at DESC
