-- name: categories
-- question: What kinds of posts are written, and how are they received?
SELECT p.category, count(*) AS posts, sum(p.push_count) AS pushes, sum(p.boo_count) AS boos, avg(t.approval) AS mean_approval
FROM posts AS p
LEFT JOIN thread_effects AS t ON t.board = p.board AND t.post_id = p.post_id
GROUP BY p.category
ORDER BY posts DESC, p.category
