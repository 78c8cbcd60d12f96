-- Mood by calendar period: unit is 'day' or 'week' (Monday to Sunday, ISO), in Taipei's time.
CREATE OR REPLACE MACRO internal.period_sentiment(unit) AS TABLE
WITH pushed AS (
    SELECT
        q.board, q.post_id, q.floor, q.vote, lower(q.user_id) AS user_key, q.pushed_at,
        date_trunc(unit, internal.taipei(q.pushed_at))::DATE AS period
    FROM pushes AS q
    WHERE q.removed_at IS NULL AND q.pushed_at IS NOT NULL
), reach AS (
    -- The newest period may still be running; the one before is then counted to the same age.
    SELECT
        u.board, date_trunc(unit, internal.taipei(u.until))::DATE AS period,
        internal.taipei(u.until) - date_trunc(unit, internal.taipei(u.until)) AS age
    FROM internal.board_until AS u
), comments AS (
    SELECT
        c.board, c.period, count(*) AS comments, count(DISTINCT c.user_key) AS users,
        count(*) FILTER (WHERE c.vote = 1) AS pushes, count(*) FILTER (WHERE c.vote = -1) AS boos,
        count(*) FILTER (WHERE c.vote = 0) AS arrows,
        count(*) FILTER (WHERE internal.taipei(c.pushed_at) - c.period::TIMESTAMP <= r.age) AS comments_at_age
    FROM pushed AS c
    JOIN reach AS r ON r.board = c.board
    GROUP BY c.board, c.period
), written AS (
    SELECT
        p.board, date_trunc(unit, p.posted_on)::DATE AS period, count(*) AS posts,
        count(*) FILTER (WHERE p.category = '新聞' AND NOT p.is_reply) AS news_posts
    FROM posts AS p
    GROUP BY 1, 2
), approvals AS (
    SELECT
        t.board, date_trunc(unit, t.posted_on)::DATE AS period, internal.weighted_mean(t.weight, t.approval) AS approval,
        internal.weighted_variance(t.weight, t.approval) AS approval_variance
    FROM internal.thread_approvals AS t
    GROUP BY 1, 2
), said AS (
    SELECT s.board, date_trunc(unit, internal.taipei(s.pushed_at))::DATE AS period, s.user_key, avg(s.score) AS score
    FROM internal.comment_scores AS s
    WHERE s.pushed_at IS NOT NULL
    GROUP BY 1, 2, 3
), crowd AS (
    SELECT
        u.board, u.period, count(*) AS users_scored, avg(u.score) AS crowd_mood,
        internal.mean_variance(count(*), stddev_samp(u.score)) AS crowd_variance
    FROM said AS u
    GROUP BY u.board, u.period
), tones AS (
    SELECT n.board, date_trunc(unit, n.posted_on)::DATE AS period, avg(t.news_tone) AS news_tone
    FROM internal.news_posts AS n
    JOIN internal.news_tones AS t ON t.board = n.board AND t.post_id = n.post_id
    GROUP BY 1, 2
), cover AS (
    SELECT
        c.board, date_trunc(unit, c.day)::DATE AS period, sum(c.listed)::BIGINT AS listed,
        sum(c.fetched)::BIGINT AS fetched, sum(c.failed)::BIGINT AS failed, bool_and(c.complete) AS complete
    FROM coverage AS c
    GROUP BY 1, 2
), periods AS (
    SELECT w.board, w.period FROM written AS w
    UNION
    SELECT c.board, c.period FROM comments AS c
), parts AS (
    SELECT
        x.board, x.period, x.period = r.period AS running, coalesce(w.posts, 0) AS posts,
        coalesce(w.news_posts, 0) AS news_posts, coalesce(c.comments, 0) AS comments, coalesce(c.users, 0) AS users,
        coalesce(c.pushes, 0) AS pushes, coalesce(c.boos, 0) AS boos, coalesce(c.arrows, 0) AS arrows,
        CASE WHEN x.period = r.period THEN b.comments_at_age ELSE b.comments END AS comments_before,
        internal.unit(a.approval) AS approval, a.approval_variance,
        internal.unit(d.crowd_mood) AS crowd_mood, d.crowd_variance, internal.unit(t.news_tone) AS news_tone,
        v.listed, v.fetched, v.failed, v.complete
    FROM periods AS x
    JOIN reach AS r ON r.board = x.board
    LEFT JOIN written AS w ON w.board = x.board AND w.period = x.period
    LEFT JOIN comments AS c ON c.board = x.board AND c.period = x.period
    LEFT JOIN comments AS b ON b.board = x.board AND b.period = x.period - 7
    LEFT JOIN approvals AS a ON a.board = x.board AND a.period = x.period
    LEFT JOIN crowd AS d ON d.board = x.board AND d.period = x.period
    LEFT JOIN tones AS t ON t.board = x.board AND t.period = x.period
    LEFT JOIN cover AS v ON v.board = x.board AND v.period = x.period
), combined AS (
    SELECT
        q.*, internal.unit(internal.pooled(q.approval, q.approval_variance, q.crowd_mood, q.crowd_variance)) AS mood,
        1.96 * sqrt(internal.pooled_variance(q.approval_variance, q.crowd_variance)) AS mood_half
    FROM parts AS q
)
SELECT
    z.board, z.period, z.running, z.posts, z.news_posts, z.comments, z.users, z.pushes, z.boos, z.arrows,
    z.comments_before, internal.change(z.comments, z.comments_before) AS volume_change,
    z.approval, internal.unit(z.approval - 1.96 * sqrt(z.approval_variance)) AS approval_low,
    internal.unit(z.approval + 1.96 * sqrt(z.approval_variance)) AS approval_high,
    z.crowd_mood, internal.unit(z.crowd_mood - 1.96 * sqrt(z.crowd_variance)) AS crowd_mood_low,
    internal.unit(z.crowd_mood + 1.96 * sqrt(z.crowd_variance)) AS crowd_mood_high,
    z.mood, internal.unit(z.mood - z.mood_half) AS mood_low, internal.unit(z.mood + z.mood_half) AS mood_high,
    z.news_tone, z.mood - z.news_tone AS disagreement, z.listed, z.fetched, z.failed, z.complete
FROM combined AS z;
