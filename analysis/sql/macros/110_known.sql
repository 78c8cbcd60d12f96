-- What was known at a moment. Pushes carry minutes, so a moment is cut down to its minute and everything marked with an
-- earlier minute counts; a push without a time counts from when it was first seen. 'infinity' means now: what is
-- current. strict: only what this store itself had fetched by then.

-- A time as users write it: text and timestamps without an offset are Taipei's.
CREATE OR REPLACE MACRO internal.moment(ts) AS date_trunc('minute', CASE
    WHEN regexp_matches(ts::VARCHAR, '\d:\d\d(:\d\d(\.\d+)?)?\s*([+-]\d\d(:?\d\d)?|Z)$') THEN (ts::VARCHAR)::TIMESTAMPTZ
    ELSE (ts::VARCHAR)::TIMESTAMP AT TIME ZONE 'Asia/Taipei'
END);

CREATE OR REPLACE MACRO internal.known_pushes(known_until, known_strict, known_since) AS TABLE
SELECT
    p.board, p.post_id, p.floor, p.tag, p.vote, lower(p.user_id) AS user_key, p.is_author, p.pushed_at, p.session_on
FROM pushes AS p
WHERE (p.removed_at IS NULL OR p.removed_at >= known_until)
    AND coalesce(p.pushed_at, p.first_seen_at) < known_until
    AND (NOT known_strict OR p.first_seen_at < known_until)
    -- A thread's pushes are not older than the thread; the day allows for odd clocks.
    AND coalesce(p.pushed_at, p.first_seen_at) >= known_since - INTERVAL 1 DAY;

-- One row a judged comment: a user's consecutive rows (cut by the site at 50 bytes) were judged as one text and count
-- once, at their first floor. Without the author's.
CREATE OR REPLACE MACRO internal.known_comment_scores(known_until, known_strict, known_since) AS TABLE
WITH marked AS (
    SELECT
        p.board, p.post_id, p.floor, p.user_key, p.pushed_at, p.session_on, p.is_author, s.score,
        p.user_key IS NOT DISTINCT FROM lag(p.user_key) OVER thread
            AND s.score IS NOT DISTINCT FROM lag(s.score) OVER thread AS continues
    FROM internal.known_pushes(known_until, known_strict, known_since) AS p
    LEFT JOIN (
        SELECT r.board, r.post_id, r.floor, r.score
        FROM push_scores AS r
        JOIN internal.active_engine AS e ON e.engine = r.engine AND e.version = r.version
    ) AS s ON s.board = p.board AND s.post_id = p.post_id AND s.floor = p.floor
    WINDOW thread AS (PARTITION BY p.board, p.post_id ORDER BY p.floor)
)
SELECT m.board, m.post_id, m.floor, m.user_key, m.pushed_at, m.session_on, m.score
FROM marked AS m
WHERE NOT m.continues AND NOT m.is_author AND m.score IS NOT NULL AND m.user_key IS NOT NULL;

-- What the comments of each thread said: the mean over users of each user's mean score.
CREATE OR REPLACE MACRO internal.known_thread_moods(known_until, known_strict, known_since) AS TABLE
WITH per_user AS (
    SELECT c.board, c.post_id, c.user_key, avg(c.score) AS score, count(*) AS comments
    FROM internal.known_comment_scores(known_until, known_strict, known_since) AS c
    GROUP BY c.board, c.post_id, c.user_key
)
SELECT
    u.board, u.post_id, sum(u.comments)::BIGINT AS comments_scored, count(*) AS users,
    avg(u.score) AS crowd_mood, internal.mean_variance(count(*), stddev_samp(u.score)) AS crowd_variance
FROM per_user AS u
GROUP BY u.board, u.post_id;
