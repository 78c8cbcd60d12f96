WITH pushes AS (
    SELECT post_id, list(tag ORDER BY floor) AS tags, list("user" ORDER BY floor) AS users,
        list(text ORDER BY floor) AS texts, list(time ORDER BY floor) AS times
    FROM read_parquet($2)
    GROUP BY post_id
)
SELECT post_id, epoch(posted_at), category, is_reply, title, author, content, coalesce(tags, []), coalesce(users, []),
    coalesce(texts, []), coalesce(times, [])
FROM read_parquet($1) LEFT JOIN pushes USING (post_id)
ORDER BY posted_at, post_id
