-- name: publishers
-- question: Whose news does the board like?
-- param: n = 20
SELECT source_domain, count(*) AS news, sum(voters) AS voters, avg(approval) AS mean_approval, avg(news_tone) AS mean_tone, avg(crowd_mood) AS mean_crowd_mood
FROM news_sentiment
WHERE source_domain IS NOT NULL
GROUP BY source_domain
ORDER BY news DESC, source_domain
LIMIT $n
