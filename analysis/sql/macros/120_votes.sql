-- Thread effects as of a moment, by the same formulas as analysis/votes (docs/method.md, Votes), which a test compares.

-- Prior spread of θ, analysis.votes.effects.TAU.
CREATE OR REPLACE MACRO internal.tau() AS 1.2;

-- Half-life of the recent habit, and of that by kind of thread and by author: FADE_DAYS, SLOW_DAYS of analysis.votes.derive.
CREATE OR REPLACE MACRO internal.fade_days() AS 14.0;
CREATE OR REPLACE MACRO internal.slow_days() AS 60.0;

-- What habits go by: the category with Re: before it in replies, and the author's id.
CREATE OR REPLACE MACRO internal.kind(category, is_reply) AS CASE WHEN is_reply THEN 'Re: ' ELSE '' END || coalesce(category, '');
CREATE OR REPLACE MACRO internal.same_author(author) AS lower(coalesce(author, ''));

-- Taipei's date of a moment and its days since 1970, by arithmetic: over millions of votes, AT TIME ZONE and differences
-- as intervals take several times as long.
CREATE OR REPLACE MACRO internal.day_number(t) AS (epoch_us(t) + 28800000000) // 86400000000;
CREATE OR REPLACE MACRO internal.taipei_day(t) AS DATE '1970-01-01' + internal.day_number(t)::INTEGER;
CREATE OR REPLACE MACRO internal.days_between(a, b) AS (epoch_us(b) - epoch_us(a)) / 86400000000.0;

-- Rate of s in n votes, shrunk to what was thought before by so many votes. A sum over rows may stray from 0 or n by a
-- rounding, no more: a vote's rows all fade since it was first cast.
CREATE OR REPLACE MACRO internal.shrunk(n, s, weight, before) AS (least(greatest(s, 0), n) + weight * before) / (n + weight);

-- p_user from a board's rate and the user's votes before a thread: all, those of late, of its kind, of its author's threads
-- (PRIOR_WEIGHT, FADE_WEIGHT, KIND_WEIGHT, AUTHOR_WEIGHT). No habit is surer than SUREST. Six places: sums in another
-- order are the same.
CREATE OR REPLACE MACRO internal.habit(rate, n, s, recent_n, recent_s, kind_n, kind_s, author_n, author_s) AS round(
    greatest(0.005, least(0.995, internal.shrunk(author_n, author_s, 8, internal.shrunk(kind_n, kind_s, 25,
        internal.shrunk(recent_n, recent_s, 10, internal.shrunk(n, s, 5, rate)))))), 6
);

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
    SELECT
        q.board, q.post_id, q.user_key, t.posted_at, internal.kind(t.category, t.is_reply) AS kind,
        internal.same_author(t.author) AS author
    FROM paired AS q
    JOIN posts AS t ON t.board = q.board AND t.post_id = q.post_id
    WHERE q.p_user IS NULL
), past AS (
    SELECT
        o.*, c.dn, c.ds, coalesce(c.kind = o.kind, FALSE) AS same_kind, coalesce(c.author = o.author, FALSE) AS same_author,
        power(2, internal.days_between(o.posted_at, c.first_at) / internal.fade_days()) AS fast,
        power(2, internal.days_between(o.posted_at, c.first_at) / internal.slow_days()) AS slow
    FROM orphans AS o
    LEFT JOIN internal.vote_changes AS c ON c.board = o.board AND c.voter = o.user_key AND c.moment < o.posted_at
), summed AS (
    SELECT
        e.board, e.post_id, e.user_key, e.posted_at, coalesce(sum(e.dn), 0) AS n, coalesce(sum(e.ds), 0) AS s,
        coalesce(sum(e.dn * e.fast), 0) AS recent_n, coalesce(sum(e.ds * e.fast), 0) AS recent_s,
        coalesce(sum(e.dn * e.slow) FILTER (WHERE e.same_kind), 0) AS kind_n,
        coalesce(sum(e.ds * e.slow) FILTER (WHERE e.same_kind), 0) AS kind_s,
        coalesce(sum(e.dn * e.slow) FILTER (WHERE e.same_author), 0) AS author_n,
        coalesce(sum(e.ds * e.slow) FILTER (WHERE e.same_author), 0) AS author_s
    FROM past AS e
    GROUP BY e.board, e.post_id, e.user_key, e.posted_at
), reckoned AS (
    SELECT
        e.board, e.post_id, e.user_key,
        internal.habit(
            r.rate, e.n, e.s, e.recent_n, e.recent_s, e.kind_n, e.kind_s, e.author_n, e.author_s
        ) AS p_user
    FROM summed AS e
    JOIN internal.board_rates AS r ON r.board = e.board AND r.day = internal.taipei_day(e.posted_at)
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
