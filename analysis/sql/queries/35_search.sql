-- name: search
-- question: Which posts speak of a word?
-- param: word = "台積電"
-- param: n = 20
SELECT posted_local, category, title, author, push_count, boo_count, excerpt, url
FROM search_posts($word)
LIMIT $n
