-- Thread effects as of a moment, by the same formula as table thread_effects (docs/method.md, Votes).

-- Prior spread of θ, fitted on training threads.
CREATE OR REPLACE MACRO internal.tau() AS 1.2;

CREATE OR REPLACE MACRO internal.chance(habit, theta) AS 1 / (1 + exp(-(habit + theta)));

-- θ that maximises Σ [y log q + (1 - y) log(1 - q)] - θ²/2τ², by Newton steps from 0; votes are {y, habit = logit p_user}.
CREATE OR REPLACE MACRO internal.fit(votes) AS list_reduce(
    list_transform(range(16), lambda step: 0.0::DOUBLE),
    lambda theta, step: theta
        + (list_sum(list_transform(votes, lambda v: v.y - internal.chance(v.habit, theta))) - theta / internal.tau() ** 2)
        / (
            list_sum(list_transform(votes, lambda v: internal.chance(v.habit, theta) * (1 - internal.chance(v.habit, theta))))
            + 1 / internal.tau() ** 2
        )
);

CREATE OR REPLACE MACRO internal.fit_se(votes, theta) AS 1 / sqrt(
    list_sum(list_transform(votes, lambda v: internal.chance(v.habit, theta) * (1 - internal.chance(v.habit, theta))))
    + 1 / internal.tau() ** 2
);

-- One vote a user and thread, the last that is not →, the author's left out.
CREATE OR REPLACE MACRO internal.known_votes(known_until, known_strict, known_since) AS TABLE
SELECT v.board, v.post_id, v.user_key, (v.vote = 1)::INTEGER AS y, ln(h.p_user / (1 - h.p_user)) AS habit
FROM (
    SELECT p.board, p.post_id, p.user_key, arg_max(p.vote, p.floor) AS vote
    FROM internal.known_pushes(known_until, known_strict, known_since) AS p
    WHERE p.vote <> 0 AND NOT p.is_author AND p.user_key IS NOT NULL
    GROUP BY p.board, p.post_id, p.user_key
) AS v
JOIN votes AS h ON h.board = v.board AND h.post_id = v.post_id AND lower(h.user_id) = v.user_key;

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
