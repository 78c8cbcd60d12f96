-- All threads that anything is known of: a growth may have come before its page.
SELECT board, post_id FROM posts
UNION SELECT board, post_id FROM internal.listings
UNION SELECT board, post_id FROM internal.observations
