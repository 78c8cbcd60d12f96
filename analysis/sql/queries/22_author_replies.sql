-- name: author-replies
-- question: Where did authors answer between the comments?
-- param: n = 20
SELECT t.title, t.author, count(*) AS replies, sum(length(r.text)) AS characters, t.url
FROM replies AS r
JOIN posts AS t ON t.board = r.board AND t.post_id = r.post_id
GROUP BY ALL
ORDER BY replies DESC, characters DESC, t.url
LIMIT $n
