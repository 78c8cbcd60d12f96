-- Posts seen again with the same header and body.
UPDATE posts SET
    push_count = b.push_count, boo_count = b.boo_count, arrow_count = b.arrow_count, deleted_at = b.deleted_at,
    truncated = b.truncated, damaged = b.damaged, first_seen_at = b.first_seen_at, fetched_at = b.fetched_at,
    capture_lag = b.capture_lag
FROM store_batch AS b
WHERE posts.board = b.board AND posts.post_id = b.post_id
