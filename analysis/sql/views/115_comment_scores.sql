-- One row a judged comment: current pushes, without the author's.
CREATE OR REPLACE VIEW internal.comment_scores AS
WITH marked AS (
    SELECT
        p.board, p.post_id, p.floor, lower(p.user_id) AS user_key, p.pushed_at, p.session_on, p.is_author, s.score,
        lower(p.user_id) IS NOT DISTINCT FROM lag(lower(p.user_id)) OVER thread
            AND s.score IS NOT DISTINCT FROM lag(s.score) OVER thread AS continues
    FROM pushes AS p
    LEFT JOIN internal.active_scores AS s ON s.board = p.board AND s.post_id = p.post_id AND s.floor = p.floor
    WHERE p.removed_at IS NULL
    WINDOW thread AS (PARTITION BY p.board, p.post_id ORDER BY p.floor)
)
SELECT m.board, m.post_id, m.floor, m.user_key, m.pushed_at, m.session_on, m.score
FROM marked AS m
WHERE NOT m.continues AND NOT m.is_author AND m.score IS NOT NULL AND m.user_key IS NOT NULL;

CREATE OR REPLACE VIEW internal.thread_moods_now AS
WITH per_user AS (
    SELECT c.board, c.post_id, c.user_key, avg(c.score) AS score, count(*) AS comments
    FROM internal.comment_scores AS c
    GROUP BY c.board, c.post_id, c.user_key
)
SELECT
    u.board, u.post_id, sum(u.comments)::BIGINT AS comments_scored, count(*) AS users,
    avg(u.score) AS crowd_mood, internal.mean_variance(count(*), stddev_samp(u.score)) AS crowd_variance
FROM per_user AS u
GROUP BY u.board, u.post_id;

CREATE OR REPLACE VIEW internal.periods_now AS
WITH spans AS (
    SELECT x.span FROM (VALUES ('day'), ('week')) AS x(span)
), comments AS (
    SELECT
        p.board, x.span, date_trunc(x.span, internal.taipei(p.pushed_at))::DATE AS period, count(*) AS comments,
        count(DISTINCT lower(p.user_id)) AS users, count(*) FILTER (WHERE p.vote = 1) AS pushes,
        count(*) FILTER (WHERE p.vote = -1) AS boos, count(*) FILTER (WHERE p.vote = 0) AS arrows
    FROM pushes AS p, spans AS x
    WHERE p.removed_at IS NULL AND p.pushed_at IS NOT NULL
    GROUP BY 1, 2, 3
), said AS (
    SELECT
        s.board, x.span, date_trunc(x.span, internal.taipei(s.pushed_at))::DATE AS period, s.user_key, avg(s.score) AS score
    FROM internal.comment_scores AS s, spans AS x
    WHERE s.pushed_at IS NOT NULL
    GROUP BY 1, 2, 3, 4
), crowd AS (
    SELECT
        u.board, u.span, u.period, avg(u.score) AS crowd_mood,
        internal.mean_variance(count(*), stddev_samp(u.score)) AS crowd_variance
    FROM said AS u
    GROUP BY u.board, u.span, u.period
)
SELECT c.*, d.crowd_mood, d.crowd_variance
FROM comments AS c
LEFT JOIN crowd AS d ON d.board = c.board AND d.span = c.span AND d.period = c.period;
