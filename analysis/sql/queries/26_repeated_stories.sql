-- name: repeated-stories
-- question: Which stories were posted more than once?
-- param: n = 20
SELECT any_value(headline) AS headline, count(*) AS posts, min(posted_local) AS first_local, max(posted_local) AS last_local, sum(voters) AS voters
FROM news_sentiment
GROUP BY board, story_id
HAVING count(*) > 1
ORDER BY posts DESC, voters DESC
LIMIT $n
