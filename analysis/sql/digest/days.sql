-- The week by day. Comments between Sunday midnight and the cut count for Sunday, so that the days add up to the week.
WITH threads AS (
    SELECT p.board, p.post_id, p.posted_on
    FROM posts AS p
    WHERE p.board = $board AND p.posted_on BETWEEN $start::DATE AND $start::DATE + 6
), days AS (
    SELECT unnest(generate_series(0, 6)) AS n
), written AS (
    SELECT t.posted_on AS day, count(*) AS posts FROM threads AS t GROUP BY t.posted_on
), counted AS (
    SELECT
        least($start::DATE + 6, internal.taipei(coalesce(q.pushed_at, q.first_seen_at))::DATE) AS day, count(*) AS comments
    FROM pushes AS q
    JOIN threads AS t ON t.board = q.board AND t.post_id = q.post_id
    WHERE (q.removed_at IS NULL OR q.removed_at >= $cut) AND coalesce(q.pushed_at, q.first_seen_at) < $cut
    GROUP BY 1
), said AS (
    SELECT least($start::DATE + 6, internal.taipei(s.pushed_at)::DATE) AS day, s.user_key, avg(s.score) AS score
    FROM internal.known_row_scores($cut, FALSE, $start::TIMESTAMP AT TIME ZONE 'Asia/Taipei') AS s
    JOIN threads AS t ON t.board = s.board AND t.post_id = s.post_id
    WHERE s.begins AND s.pushed_at IS NOT NULL
    GROUP BY 1, 2
), moods AS (
    SELECT
        u.day, count(*) AS users, avg(u.score) AS mood, sqrt(internal.mean_variance(count(*), stddev_samp(u.score))) AS se
    FROM said AS u
    GROUP BY u.day
)
SELECT
    $start::DATE + d.n::INTEGER AS day, coalesce(w.posts, 0) AS posts, coalesce(c.comments, 0) AS comments,
    m.mood, m.se, s.day IS NOT NULL AS trading
FROM days AS d
LEFT JOIN written AS w ON w.day = $start::DATE + d.n::INTEGER
LEFT JOIN counted AS c ON c.day = $start::DATE + d.n::INTEGER
LEFT JOIN moods AS m ON m.day = $start::DATE + d.n::INTEGER
LEFT JOIN trading_days AS s ON s.day = $start::DATE + d.n::INTEGER
ORDER BY 1;
