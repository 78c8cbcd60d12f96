-- name: crowd-against-news
-- question: Where did the crowd see the news otherwise than it reads?
-- param: min_voters = 3
-- param: n = 10
SELECT posted_local, headline, news_tone, mood, disagreement, voters, comments_scored, url
FROM news_sentiment
WHERE disagreement IS NOT NULL AND voters >= $min_voters
ORDER BY abs(disagreement) DESC
LIMIT $n
