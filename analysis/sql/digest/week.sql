-- One week of one board: its posts, and the comments on them up to the cut. $board, $start (Monday), $cut.
WITH threads AS (
    SELECT p.board, p.post_id, p.category = '新聞' AND NOT p.is_reply AS is_news
    FROM posts AS p
    WHERE p.board = $board AND p.posted_on BETWEEN $start::DATE AND $start::DATE + 6
), comments AS (
    SELECT q.board, q.post_id, q.vote, lower(q.user_id) AS user_key
    FROM pushes AS q
    JOIN threads AS t ON t.board = q.board AND t.post_id = q.post_id
    WHERE (q.removed_at IS NULL OR q.removed_at >= $cut) AND coalesce(q.pushed_at, q.first_seen_at) < $cut
), lengths AS (
    SELECT count(*) AS n FROM comments AS c GROUP BY c.board, c.post_id
), said AS (
    SELECT s.user_key, avg(s.score) AS score
    FROM internal.known_row_scores($cut, FALSE, $start::TIMESTAMP AT TIME ZONE 'Asia/Taipei') AS s
    JOIN threads AS t ON t.board = s.board AND t.post_id = s.post_id
    WHERE s.begins
    GROUP BY s.user_key
)
SELECT
    (SELECT count(*) FROM threads) AS posts, (SELECT count(*) FROM threads AS t WHERE t.is_news) AS news,
    count(*) AS comments, count(DISTINCT c.user_key) AS users, count(*) FILTER (WHERE c.vote = 1) AS pushes,
    count(*) FILTER (WHERE c.vote = -1) AS boos,
    -- Comments come in threads: what a count of them can tell depends on how many threads they lie in.
    coalesce((SELECT sum(l.n ** 2) FROM lengths AS l), 0) AS square,
    (SELECT avg(u.score) FROM said AS u) AS mood,
    (SELECT sqrt(internal.mean_variance(count(*), stddev_samp(u.score))) FROM said AS u) AS mood_se,
    -- NULL: the calendar does not reach the week.
    (
        SELECT count(*) FILTER (WHERE d.day BETWEEN $start::DATE AND $start::DATE + 6)
        FROM trading_days AS d
        HAVING min(d.day) <= $start::DATE AND max(d.day) >= $start::DATE + 6
    ) AS sessions
FROM comments AS c;
