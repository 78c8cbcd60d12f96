-- Mood by calendar period: unit is 'day' or 'week' (Monday to Sunday, ISO), in Taipei's time.
CREATE OR REPLACE MACRO internal.period_sentiment(unit) AS TABLE
WITH reach AS (
    -- The newest period may still be running; the one before is then counted to the same age.
    SELECT
        u.board, date_trunc(unit, internal.taipei(u.until))::DATE AS period,
        internal.taipei(u.until) - date_trunc(unit, internal.taipei(u.until)) AS age
    FROM internal.board_until AS u
), comments AS (
    SELECT c.* FROM internal.periods AS c WHERE c.span = unit
), aged AS (
    SELECT q.board, count(*) AS comments
    FROM reach AS r
    JOIN pushes AS q
        ON q.board = r.board AND q.pushed_at >= (r.period - 7)::TIMESTAMP AT TIME ZONE 'Asia/Taipei'
        AND q.pushed_at <= ((r.period - 7)::TIMESTAMP + r.age) AT TIME ZONE 'Asia/Taipei'
    WHERE q.removed_at IS NULL
    GROUP BY q.board
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
        CASE WHEN x.period = r.period AND b.period IS NOT NULL THEN coalesce(g.comments, 0) ELSE b.comments END
            AS comments_before,
        internal.unit(a.approval) AS approval, a.approval_variance,
        internal.unit(c.crowd_mood) AS crowd_mood, c.crowd_variance, internal.unit(t.news_tone) AS news_tone,
        v.listed, v.fetched, v.failed, v.complete
    FROM periods AS x
    JOIN reach AS r ON r.board = x.board
    LEFT JOIN written AS w ON w.board = x.board AND w.period = x.period
    LEFT JOIN comments AS c ON c.board = x.board AND c.period = x.period
    LEFT JOIN comments AS b ON b.board = x.board AND b.period = x.period - 7
    LEFT JOIN aged AS g ON g.board = x.board
    LEFT JOIN approvals AS a ON a.board = x.board AND a.period = x.period
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
