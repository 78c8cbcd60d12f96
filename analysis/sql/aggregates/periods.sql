-- Table internal.periods for the periods of temporary table missing_periods: the rule of internal.periods_now. (A test
-- holds the two against each other.)
INSERT INTO internal.periods BY NAME
WITH threads AS (
    SELECT DISTINCT t.board, t.post_id
    FROM internal.thread_days AS t
    SEMI JOIN missing_periods AS m ON m.board = t.board AND m.week = date_trunc('week', t.day)::DATE
), marked AS (
    SELECT
        p.board, p.vote, lower(p.user_id) AS user_key, internal.taipei(p.pushed_at)::DATE AS day, p.is_author, s.score,
        lower(p.user_id) IS NOT DISTINCT FROM lag(lower(p.user_id)) OVER thread
            AND s.score IS NOT DISTINCT FROM lag(s.score) OVER thread AS continues
    FROM pushes AS p
    SEMI JOIN threads AS t ON t.board = p.board AND t.post_id = p.post_id
    LEFT JOIN (
        SELECT r.board, r.post_id, r.floor, r.score
        FROM internal.active_scores AS r
        SEMI JOIN threads AS t ON t.board = r.board AND t.post_id = r.post_id
    ) AS s ON s.board = p.board AND s.post_id = p.post_id AND s.floor = p.floor
    WHERE p.removed_at IS NULL
    WINDOW thread AS (PARTITION BY p.board, p.post_id ORDER BY p.floor)
), placed AS (
    SELECT q.*, x.span, x.period
    FROM (
        SELECT d.*, 'day' AS span, d.day AS period FROM marked AS d
        UNION ALL
        SELECT w.*, 'week' AS span, date_trunc('week', w.day)::DATE AS period FROM marked AS w
    ) AS q
    JOIN missing_periods AS x ON x.board = q.board AND x.span = q.span AND x.period = q.period
), comments AS (
    SELECT
        c.board, c.span, c.period, count(*) AS comments, count(DISTINCT c.user_key) AS users,
        count(*) FILTER (WHERE c.vote = 1) AS pushes, count(*) FILTER (WHERE c.vote = -1) AS boos,
        count(*) FILTER (WHERE c.vote = 0) AS arrows
    FROM placed AS c
    GROUP BY c.board, c.span, c.period
), said AS (
    SELECT s.board, s.span, s.period, s.user_key, avg(s.score) AS score
    FROM placed AS s
    WHERE NOT s.continues AND NOT s.is_author AND s.score IS NOT NULL AND s.user_key IS NOT NULL
    GROUP BY s.board, s.span, s.period, s.user_key
), crowd AS (
    SELECT
        u.board, u.span, u.period, avg(u.score) AS crowd_mood,
        internal.mean_variance(count(*), stddev_samp(u.score)) AS crowd_variance
    FROM said AS u
    GROUP BY u.board, u.span, u.period
)
SELECT c.*, d.crowd_mood, d.crowd_variance
FROM comments AS c
LEFT JOIN crowd AS d ON d.board = c.board AND d.span = c.span AND d.period = c.period
