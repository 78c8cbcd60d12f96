SELECT
    board, post_id, category, is_reply, is_forward, posted_at, posted_on, session_on, nrec, push_count, boo_count, arrow_count,
    edited_at, deleted_at, truncated, damaged, first_seen_at, capture_lag, sha256(title) AS title_sha256, sha256(body) AS body_sha256
FROM posts
ORDER BY ALL
