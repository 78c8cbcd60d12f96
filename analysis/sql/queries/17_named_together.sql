-- name: named-together
-- question: Which stocks are named in one post?
-- param: n = 20
SELECT a.symbol, any_value(a.name) AS name, b.symbol AS other_symbol, any_value(b.name) AS other_name, count(DISTINCT a.post_id) AS posts
FROM mentions AS a
JOIN mentions AS b ON b.board = a.board AND b.post_id = a.post_id AND b.symbol > a.symbol
WHERE a.part IN ('title', 'body') AND b.part IN ('title', 'body')
GROUP BY a.symbol, b.symbol
ORDER BY posts DESC, a.symbol, b.symbol
LIMIT $n
