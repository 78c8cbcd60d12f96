-- Stocks by the people who talked about them in the week: comments that name one, or stand under a title that does.
WITH threads AS (
    SELECT p.board, p.post_id
    FROM posts AS p
    WHERE p.board = $board AND p.posted_on BETWEEN $start::DATE AND $start::DATE + 6
), named AS (
    SELECT m.symbol, m.name, m.board, m.post_id, m.part, m.floor
    FROM mentions AS m
    JOIN threads AS t ON t.board = m.board AND t.post_id = m.post_id
), about AS (
    SELECT n.symbol, q.board, q.post_id, q.floor
    FROM named AS n
    JOIN pushes AS q ON q.board = n.board AND q.post_id = n.post_id
    WHERE n.part = 'title'
    UNION
    SELECT n.symbol, n.board, n.post_id, n.floor FROM named AS n WHERE n.part = 'comment'
), talk AS (
    SELECT a.symbol, q.board, q.post_id, q.floor, lower(q.user_id) AS user_key
    FROM about AS a
    JOIN pushes AS q ON q.board = a.board AND q.post_id = a.post_id AND q.floor = a.floor
    WHERE (q.removed_at IS NULL OR q.removed_at >= $cut) AND coalesce(q.pushed_at, q.first_seen_at) < $cut
), counted AS (
    SELECT t.symbol, count(*) AS comments, count(DISTINCT t.user_key) AS users FROM talk AS t GROUP BY t.symbol
), said AS (
    SELECT t.symbol, t.user_key, avg(s.score) AS score
    FROM talk AS t
    JOIN internal.known_row_scores($cut, FALSE, $start::TIMESTAMP AT TIME ZONE 'Asia/Taipei') AS s
        ON s.board = t.board AND s.post_id = t.post_id AND s.floor = t.floor
    GROUP BY t.symbol, t.user_key
), moods AS (
    SELECT
        u.symbol, avg(u.score) AS mood, sqrt(internal.mean_variance(count(*), stddev_samp(u.score))) AS mood_se
    FROM said AS u
    GROUP BY u.symbol
), names AS (
    SELECT n.symbol, min(n.name) AS name FROM named AS n GROUP BY n.symbol
)
SELECT c.symbol, names.name, c.comments, c.users, m.mood, m.mood_se
FROM counted AS c
JOIN names ON names.symbol = c.symbol
LEFT JOIN moods AS m ON m.symbol = c.symbol
ORDER BY c.users DESC, c.comments DESC, c.symbol;
