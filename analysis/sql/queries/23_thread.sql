-- name: thread
-- question: How did a thread unfold, comment by comment?
-- param: post = null
-- post null is the news thread with most comments.
SELECT floor, pushed_local, tag, user_id, text, score, voters, approval
FROM thread(coalesce($post::VARCHAR, (SELECT arg_max(post_id, push_count + boo_count + arrow_count) FROM news_sentiment)))
ORDER BY floor
