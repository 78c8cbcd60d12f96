-- Minutes of the week's sessions (09:00–13:30) in which anything was posted or pushed: what a gap is measured by.
WITH moments AS (
    SELECT internal.taipei(p.posted_at) AS at
    FROM posts AS p
    WHERE p.board = $board AND p.posted_on BETWEEN $start::DATE AND $start::DATE + 6
    UNION ALL
    SELECT internal.taipei(q.pushed_at) AS at
    FROM pushes AS q
    WHERE q.board = $board AND q.pushed_at >= $start::TIMESTAMP AT TIME ZONE 'Asia/Taipei' AND q.pushed_at < $cut
)
SELECT
    d.day,
    list_sort(list(DISTINCT (hour(m.at) * 60 + minute(m.at) - 540)::INTEGER) FILTER (WHERE m.at IS NOT NULL)) AS minutes
FROM trading_days AS d
LEFT JOIN moments AS m
    ON m.at::DATE = d.day AND m.at::TIME BETWEEN TIME '09:00:00' AND TIME '13:29:59'
WHERE d.day BETWEEN $start::DATE AND $start::DATE + 6
GROUP BY d.day
ORDER BY d.day;
