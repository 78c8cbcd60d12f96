-- A thread's pushes with the approval that had built up by each minute. Removed pushes are shown, but do not count.
CREATE OR REPLACE MACRO thread(post_id, board := NULL) AS TABLE
WITH given AS (
    SELECT p.board AS b, p.post_id AS id, p.posted_at
    FROM posts AS p
    WHERE (p.post_id = post_id OR p.aid = ltrim(post_id, '#') OR p.url = post_id) AND (board IS NULL OR p.board = board)
), rows AS (
    SELECT q.*, coalesce(q.pushed_at, q.first_seen_at) AS known_at
    FROM pushes AS q
    JOIN given AS g ON g.b = q.board AND g.id = q.post_id
), voted AS (
    SELECT r.board, r.post_id, r.floor, lower(r.user_id) AS user_key, r.vote, r.known_at, ln(v.p_user / (1 - v.p_user)) AS habit
    FROM rows AS r
    JOIN votes AS v ON v.board = r.board AND v.post_id = r.post_id AND lower(v.user_id) = lower(r.user_id)
    WHERE r.vote <> 0 AND NOT r.is_author AND r.removed_at IS NULL
), moments AS (
    SELECT DISTINCT v.board, v.post_id, v.known_at FROM voted AS v
), last_votes AS (
    SELECT m.board, m.post_id, m.known_at, v.user_key, any_value(v.habit) AS habit, arg_max(v.vote, v.floor) AS vote
    FROM moments AS m
    JOIN voted AS v ON v.board = m.board AND v.post_id = m.post_id AND v.known_at <= m.known_at
    GROUP BY m.board, m.post_id, m.known_at, v.user_key
), gathered AS (
    SELECT l.board, l.post_id, l.known_at, count(*) AS voters, list({'y': (l.vote = 1)::INTEGER, 'habit': l.habit}) AS votes
    FROM last_votes AS l
    GROUP BY l.board, l.post_id, l.known_at
), fitted AS (
    SELECT g.board, g.post_id, g.known_at, g.voters, g.votes, internal.fit(g.votes) AS theta FROM gathered AS g
), running AS (
    SELECT f.board, f.post_id, f.known_at, f.voters, f.theta, internal.fit_se(f.votes, f.theta) AS se FROM fitted AS f
)
SELECT
    r.board, r.post_id, r.floor, r.tag, r.vote, r.user_id, r.text, r.pushed_at, internal.taipei(r.pushed_at) AS pushed_local,
    round(epoch(r.pushed_at - g.posted_at) / 60)::INTEGER AS minutes_after, r.is_author, r.first_seen_at, r.removed_at, s.score,
    coalesce(a.voters, 0) AS voters, internal.approval(a.theta) AS approval,
    internal.approval(a.theta - 1.96 * a.se) AS approval_low, internal.approval(a.theta + 1.96 * a.se) AS approval_high
FROM rows AS r
JOIN given AS g ON g.b = r.board AND g.id = r.post_id
ASOF LEFT JOIN running AS a ON a.board = r.board AND a.post_id = r.post_id AND a.known_at <= r.known_at
LEFT JOIN internal.active_scores AS s ON s.board = r.board AND s.post_id = r.post_id AND s.floor = r.floor
ORDER BY r.board, r.floor;
