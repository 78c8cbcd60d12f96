-- name: split-news
-- question: Which news split the crowd?
-- param: min_voters = 5
-- param: n = 10
-- 推 and 噓 near balance, among news with enough voters.
SELECT posted_local, headline, push_count, boo_count, voters, vote_ratio, approval, url
FROM news_sentiment
WHERE voters >= $min_voters AND vote_ratio IS NOT NULL
ORDER BY abs(vote_ratio - 0.5), voters DESC
LIMIT $n
