SELECT
    board, post_id, floor, tag, vote, pushed_at, session_on, is_author, first_seen_at, removed_at, sha256(text) AS text_sha256
FROM pushes
ORDER BY ALL
