-- The week's [新聞] as they stood at the cut, one row a story: its post with the most voters. Deleted posts are left out.
SELECT
    n.post_id, n.title, n.url, n.source_domain, n.push_count, n.boo_count, n.arrow_count, n.voters,
    n.approval, n.approval_low, n.approval_high, n.news_tone, n.crowd_mood, n.crowd_mood_se, n.comments_scored, n.symbols,
    p.posted_at
FROM news_as_of($cut::TIMESTAMPTZ, days := 8) AS n
JOIN posts AS p ON p.board = n.board AND p.post_id = n.post_id
WHERE n.board = $board AND p.posted_on BETWEEN $start::DATE AND $start::DATE + 6 AND p.deleted_at IS NULL
QUALIFY row_number() OVER (
    PARTITION BY coalesce(n.story_id, n.post_id) ORDER BY n.voters DESC, p.posted_at, n.post_id
) = 1
ORDER BY p.posted_at, n.post_id;
