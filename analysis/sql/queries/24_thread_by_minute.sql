-- name: thread-by-minute
-- question: How did approval of a thread build up over time?
-- param: post = null
SELECT minutes_after, max(voters) AS voters, arg_max(approval, floor) AS approval, arg_max(approval_low, floor) AS approval_low,
    arg_max(approval_high, floor) AS approval_high
FROM thread(coalesce($post::VARCHAR, (SELECT arg_max(post_id, voters) FROM news_sentiment)))
WHERE minutes_after IS NOT NULL AND approval IS NOT NULL
GROUP BY minutes_after
ORDER BY minutes_after
