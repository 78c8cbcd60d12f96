-- The report's table: every news post still up, newest first. $board NULL: all boards; $since NULL: all time.
SELECT
    n.board, n.post_id, strftime(n.posted_local, '%Y-%m-%d %H:%M') AS posted, n.title, n.url, n.source_domain,
    n.push_count, n.boo_count, n.arrow_count, n.voters, n.approval, n.approval_low, n.approval_high,
    n.news_tone, n.mood, n.mood_low, n.mood_high, n.symbols, n.in_sample
FROM news_sentiment AS n
JOIN posts AS p ON p.board = n.board AND p.post_id = n.post_id
WHERE p.deleted_at IS NULL AND ($board IS NULL OR n.board = $board)
    AND ($since IS NULL OR n.posted_at >= $since)
ORDER BY n.posted_at DESC
LIMIT $n;
