-- Table internal.thread_moods for the threads of temporary table batch: the rule of internal.known_thread_moods, for
-- current pushes. (A test holds the two against each other.)
INSERT INTO internal.thread_moods BY NAME
WITH marked AS (
    SELECT
        p.board, p.post_id, lower(p.user_id) AS user_key, p.is_author, s.score, s.engine, s.version,
        lower(p.user_id) IS NOT DISTINCT FROM lag(lower(p.user_id)) OVER thread
            AND s.score IS NOT DISTINCT FROM lag(s.score) OVER thread AS continues
    FROM pushes AS p
    SEMI JOIN batch AS b ON b.board = p.board AND b.post_id = p.post_id
    LEFT JOIN (
        SELECT r.board, r.post_id, r.floor, r.score, r.engine, r.version
        FROM internal.active_scores AS r
        SEMI JOIN batch AS b ON b.board = r.board AND b.post_id = r.post_id
    ) AS s ON s.board = p.board AND s.post_id = p.post_id AND s.floor = p.floor
    WHERE p.removed_at IS NULL
    WINDOW thread AS (PARTITION BY p.board, p.post_id ORDER BY p.floor)
), per_user AS (
    SELECT m.board, m.post_id, m.engine, m.version, m.user_key, avg(m.score) AS score, count(*) AS comments
    FROM marked AS m
    WHERE NOT m.continues AND NOT m.is_author AND m.score IS NOT NULL AND m.user_key IS NOT NULL
    GROUP BY ALL
)
SELECT
    u.board, u.post_id, u.engine, u.version, sum(u.comments)::BIGINT AS comments_scored, count(*) AS users,
    avg(u.score) AS crowd_mood, internal.mean_variance(count(*), stddev_samp(u.score)) AS crowd_variance
FROM per_user AS u
GROUP BY u.board, u.post_id, u.engine, u.version;
