-- What was known at a moment. Pushes carry minutes, so a moment is cut down to its minute and everything marked with an
-- earlier minute counts; a push without a time counts from when it was first seen. 'infinity' means now: what is
-- current. strict: only what this store itself had fetched by then.

-- A time as users write it: text and timestamps without an offset are Taipei's. DuckDB 1.5 wants seconds before an offset.
CREATE OR REPLACE MACRO internal.moment(ts) AS date_trunc('minute', CASE
    WHEN regexp_matches(ts::VARCHAR, '\d:\d\d(:\d\d(\.\d+)?)?\s*([+-]\d\d(:?\d\d)?|Z)$')
        THEN regexp_replace(ts::VARCHAR, '([ T]\d?\d:\d\d)(\s*([+-]\d\d(:?\d\d)?|Z))$', '\1:00\2')::TIMESTAMPTZ
    ELSE (ts::VARCHAR)::TIMESTAMP AT TIME ZONE 'Asia/Taipei'
END);

-- Two branches, and no coalesce of the two times, so that the bounds let a scan leave out what is older.
CREATE OR REPLACE MACRO internal.pushed_rows(known_until, known_strict, known_since) AS TABLE
SELECT
    p.board, p.post_id, p.floor, p.tag, p.vote, lower(p.user_id) AS user_key, p.is_author, p.pushed_at, p.session_on,
    coalesce(p.removed_at < known_until, FALSE) AS was_removed
FROM pushes AS p
WHERE p.pushed_at < known_until AND (NOT known_strict OR p.first_seen_at < known_until)
    -- A thread's pushes are not older than the thread; the day allows for odd clocks.
    AND p.pushed_at >= known_since - INTERVAL 1 DAY
UNION ALL
SELECT
    p.board, p.post_id, p.floor, p.tag, p.vote, lower(p.user_id) AS user_key, p.is_author, p.pushed_at, p.session_on,
    coalesce(p.removed_at < known_until, FALSE) AS was_removed
FROM pushes AS p
WHERE p.pushed_at IS NULL AND p.first_seen_at < known_until AND p.first_seen_at >= known_since - INTERVAL 1 DAY;

CREATE OR REPLACE MACRO internal.known_pushes(known_until, known_strict, known_since) AS TABLE
SELECT p.* EXCLUDE (was_removed)
FROM internal.pushed_rows(known_until, known_strict, known_since) AS p
WHERE NOT p.was_removed;

-- Scores by row. A user's consecutive rows (cut by the site at 50 bytes) were judged as one text, removed rows included
-- (analysis/sentiment/runs.py); where its writer went on only later, what had been said by then was judged for itself.
-- The comment counts once, at the row that begins it.
CREATE OR REPLACE MACRO internal.known_row_scores(known_until, known_strict, known_since) AS TABLE
WITH pushed AS (
    SELECT p.*, (p.user_key IS NULL OR p.user_key IS DISTINCT FROM lag(p.user_key) OVER thread)::INTEGER AS turns
    FROM internal.pushed_rows(known_until, known_strict, known_since) AS p
    WINDOW thread AS (PARTITION BY p.board, p.post_id ORDER BY p.floor)
), threads AS (
    -- Lets the joins below skip the scores of all other threads.
    SELECT DISTINCT p.board, p.post_id FROM internal.pushed_rows(known_until, known_strict, known_since) AS p
), numbered AS (
    SELECT p.*, sum(p.turns) OVER (PARTITION BY p.board, p.post_id ORDER BY p.floor) AS run FROM pushed AS p
), scored AS (
    SELECT n.*, coalesce(last_value(t.score) OVER comment, s.score) AS score
    FROM numbered AS n
    LEFT JOIN (
        SELECT r.board, r.post_id, r.floor, r.score
        FROM internal.active_scores AS r
        SEMI JOIN threads AS h ON h.board = r.board AND h.post_id = r.post_id
    ) AS s ON s.board = n.board AND s.post_id = n.post_id AND s.floor = n.floor
    LEFT JOIN (
        SELECT r.board, r.post_id, r.floor, r.score
        FROM internal.active_partial_scores AS r
        SEMI JOIN threads AS h ON h.board = r.board AND h.post_id = r.post_id
    ) AS t ON t.board = n.board AND t.post_id = n.post_id AND t.floor = n.floor
    WINDOW comment AS (
        PARTITION BY n.board, n.post_id, n.run ORDER BY n.floor ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
    )
), standing AS (
    SELECT
        q.*,
        q.user_key IS DISTINCT FROM lag(q.user_key) OVER thread OR q.score IS DISTINCT FROM lag(q.score) OVER thread AS begins
    FROM scored AS q
    WHERE NOT q.was_removed
    WINDOW thread AS (PARTITION BY q.board, q.post_id ORDER BY q.floor)
)
SELECT m.board, m.post_id, m.floor, m.user_key, m.pushed_at, m.session_on, m.begins, m.score
FROM standing AS m
WHERE NOT m.is_author AND m.score IS NOT NULL AND m.user_key IS NOT NULL;

-- What the comments of each thread said: the mean over users of each user's mean score.
CREATE OR REPLACE MACRO internal.known_thread_moods(known_until, known_strict, known_since) AS TABLE
WITH per_user AS (
    SELECT c.board, c.post_id, c.user_key, avg(c.score) AS score, count(*) AS comments
    FROM internal.known_row_scores(known_until, known_strict, known_since) AS c
    WHERE c.begins
    GROUP BY c.board, c.post_id, c.user_key
)
SELECT
    u.board, u.post_id, sum(u.comments)::BIGINT AS comments_scored, count(*) AS users,
    avg(u.score) AS crowd_mood, internal.mean_variance(count(*), stddev_samp(u.score)) AS crowd_variance
FROM per_user AS u
GROUP BY u.board, u.post_id;
