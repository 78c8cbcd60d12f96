-- name: news-posters
-- question: Who posts the news, and how is it received?
-- param: n = 20
SELECT p.author, count(*) AS news, sum(s.voters) AS voters, avg(s.approval) AS mean_approval
FROM news_sentiment AS s
JOIN posts AS p ON p.board = s.board AND p.post_id = s.post_id
GROUP BY p.author
ORDER BY news DESC, p.author
LIMIT $n
