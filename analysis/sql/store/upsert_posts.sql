INSERT INTO posts BY NAME SELECT * FROM store_batch
ON CONFLICT (board, post_id) DO UPDATE SET
    aid = excluded.aid, url = excluded.url, category = excluded.category, is_reply = excluded.is_reply,
    is_forward = excluded.is_forward, forward_from = excluded.forward_from, title = excluded.title,
    author = excluded.author, author_nick = excluded.author_nick, ip = excluded.ip, country = excluded.country,
    posted_at = excluded.posted_at, header_time = excluded.header_time, posted_on = excluded.posted_on,
    session_on = excluded.session_on, body = excluded.body, push_count = excluded.push_count,
    boo_count = excluded.boo_count, arrow_count = excluded.arrow_count, edited_at = excluded.edited_at,
    deleted_at = excluded.deleted_at, truncated = excluded.truncated, damaged = excluded.damaged,
    first_seen_at = excluded.first_seen_at, fetched_at = excluded.fetched_at, capture_lag = excluded.capture_lag
