-- Thread effects as of a moment, by the same formulas as analysis/votes (docs/method.md, Votes), which a test compares.

-- Prior spread of θ, analysis.votes.effects.TAU.
CREATE OR REPLACE MACRO internal.tau() AS 1.2;

-- Half-life of the recent habit, analysis.votes.derive.FADE_DAYS; 10 and 5 below are FADE_WEIGHT and PRIOR_WEIGHT there.
CREATE OR REPLACE MACRO internal.fade_days() AS 14.0;

CREATE OR REPLACE MACRO internal.chance(habit, theta) AS 1 / (1 + exp(-(habit + theta)));

-- θ that maximises Σ [y log q + (1 - y) log(1 - q)] - θ²/2τ², by Newton steps from 0; votes are {y, habit = logit p_user}.
CREATE OR REPLACE MACRO internal.fit(votes) AS list_reduce(
    list_transform(range(20), lambda step: 0.0::DOUBLE),
    lambda theta, step: theta + greatest(-2, least(2,
        (list_sum(list_transform(votes, lambda v: v.y - internal.chance(v.habit, theta))) - theta / internal.tau() ** 2)
        / (
            list_sum(list_transform(votes, lambda v: internal.chance(v.habit, theta) * (1 - internal.chance(v.habit, theta))))
            + 1 / internal.tau() ** 2
        )
    ))
);

CREATE OR REPLACE MACRO internal.fit_se(votes, theta) AS 1 / sqrt(
    list_sum(list_transform(votes, lambda v: internal.chance(v.habit, theta) * (1 - internal.chance(v.habit, theta))))
    + 1 / internal.tau() ** 2
);

-- One vote a user and thread, the last that is not →, the author's left out. Habits are table votes' own: they go by
-- what came before the thread. A voter who has since taken the vote back has no row there, so it is reckoned here.
CREATE OR REPLACE MACRO internal.known_votes(known_until, known_strict, known_since) AS TABLE
WITH cast_votes AS (
    SELECT
        p.board, p.post_id, p.user_key,
        arg_max(p.vote, {'at': coalesce(p.pushed_at, '-infinity'::TIMESTAMPTZ), 'floor': p.floor}) AS vote
    FROM internal.known_pushes(known_until, known_strict, known_since) AS p
    WHERE p.vote <> 0 AND NOT p.is_author AND p.user_key <> ''
    GROUP BY p.board, p.post_id, p.user_key
), paired AS (
    SELECT v.board, v.post_id, v.user_key, v.vote, h.p_user
    FROM cast_votes AS v
    LEFT JOIN (
        SELECT w.board, w.post_id, lower(w.user_id) AS user_key, w.p_user
        FROM votes AS w
        SEMI JOIN cast_votes AS t ON t.board = w.board AND t.post_id = w.post_id
    ) AS h ON h.board = v.board AND h.post_id = v.post_id AND h.user_key = v.user_key
), orphans AS (
    SELECT q.board, q.post_id, q.user_key, t.posted_at
    FROM paired AS q
    JOIN posts AS t ON t.board = q.board AND t.post_id = q.post_id
    WHERE q.p_user IS NULL
), earlier AS (
    SELECT
        o.board, o.post_id, o.user_key, o.posted_at, p.post_id AS other_id, p.floor, (p.vote = 1)::INTEGER AS y,
        greatest(p.pushed_at, t.posted_at) AS moment
    FROM orphans AS o
    JOIN pushes AS p ON p.board = o.board AND lower(p.user_id) = o.user_key
    JOIN posts AS t ON t.board = p.board AND t.post_id = p.post_id
    WHERE p.vote <> 0 AND NOT p.is_author AND p.removed_at IS NULL AND greatest(p.pushed_at, t.posted_at) < o.posted_at
), changes AS (
    SELECT
        e.board, e.post_id, e.user_key, (lag(e.y) OVER thread IS NULL)::INTEGER AS dn,
        e.y - coalesce(lag(e.y) OVER thread, 0) AS ds,
        power(2, (epoch(e.moment) - epoch(e.posted_at)) / (86400 * internal.fade_days())) AS fading
    FROM earlier AS e
    WINDOW thread AS (PARTITION BY e.board, e.post_id, e.user_key, e.other_id ORDER BY e.moment, e.floor)
), summed AS (
    SELECT
        c.board, c.post_id, c.user_key, sum(c.dn) AS n, sum(c.ds) AS s,
        sum(c.dn * c.fading) AS recent_n, sum(c.ds * c.fading) AS recent_s
    FROM changes AS c
    GROUP BY c.board, c.post_id, c.user_key
), reckoned AS (
    SELECT
        o.board, o.post_id, o.user_key,
        round(
            (least(greatest(coalesce(e.recent_s, 0), 0), coalesce(e.recent_n, 0))
             + 10 * (coalesce(e.s, 0) + 5 * r.rate) / (coalesce(e.n, 0) + 5))
            / (coalesce(e.recent_n, 0) + 10),
            6
        ) AS p_user
    FROM orphans AS o
    JOIN internal.board_rates AS r ON r.board = o.board AND r.day = internal.taipei(o.posted_at)::DATE
    LEFT JOIN summed AS e ON e.board = o.board AND e.post_id = o.post_id AND e.user_key = o.user_key
)
SELECT
    q.board, q.post_id, q.user_key, (q.vote = 1)::INTEGER AS y,
    ln(coalesce(q.p_user, o.p_user) / (1 - coalesce(q.p_user, o.p_user))) AS habit
FROM paired AS q
LEFT JOIN reckoned AS o ON o.board = q.board AND o.post_id = q.post_id AND o.user_key = q.user_key
WHERE coalesce(q.p_user, o.p_user) IS NOT NULL;

CREATE OR REPLACE MACRO internal.known_thread_effects(known_until, known_strict, known_since) AS TABLE
WITH gathered AS (
    SELECT v.board, v.post_id, count(*) AS voters, list({'y': v.y, 'habit': v.habit}) AS votes
    FROM internal.known_votes(known_until, known_strict, known_since) AS v
    GROUP BY v.board, v.post_id
), fitted AS (
    SELECT g.board, g.post_id, g.voters, g.votes, internal.fit(g.votes) AS theta FROM gathered AS g
), judged AS (
    SELECT f.board, f.post_id, f.voters, f.theta, internal.fit_se(f.votes, f.theta) AS se FROM fitted AS f
)
SELECT
    j.board, j.post_id, j.voters, j.theta, j.se, internal.approval(j.theta) AS approval,
    internal.approval(j.theta - 1.96 * j.se) AS approval_low, internal.approval(j.theta + 1.96 * j.se) AS approval_high
FROM judged AS j;
