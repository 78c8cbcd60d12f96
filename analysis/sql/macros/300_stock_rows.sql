-- stock_sentiment as of a moment, of one symbol or of all (wanted null). A post is about a stock that its title or body
-- names; a comment that names it itself, or stands under a post whose title does.
CREATE OR REPLACE MACRO internal.stock_rows(wanted, known_until, known_strict, known_since) AS TABLE
WITH sessions AS (
    SELECT d.day, row_number() OVER (ORDER BY d.day) AS number FROM trading_days AS d
), about AS (
    SELECT m.symbol, m.board, m.post_id, m.part, m.floor, m.name
    FROM mentions AS m
    WHERE wanted IS NULL OR m.symbol = wanted
), known_posts AS (
    SELECT p.board, p.post_id, p.posted_at, p.session_on, p.category = '新聞' AND NOT p.is_reply AS is_news
    FROM posts AS p
    WHERE p.posted_at < known_until AND p.posted_at >= known_since AND (NOT known_strict OR p.first_seen_at < known_until)
), about_posts AS (
    SELECT a.symbol, a.board, a.post_id, p.posted_at, p.session_on, p.is_news, bool_or(a.part = 'title') AS in_title
    FROM about AS a
    JOIN known_posts AS p ON p.board = a.board AND p.post_id = a.post_id
    WHERE a.part IN ('title', 'body')
    GROUP BY ALL
), about_comments AS (
    SELECT a.symbol, q.board, q.post_id, q.floor, q.vote, q.user_key, q.is_author, q.pushed_at, q.session_on
    FROM about_posts AS a
    JOIN internal.known_pushes(known_until, known_strict, known_since) AS q ON q.board = a.board AND q.post_id = a.post_id
    WHERE a.in_title
    UNION
    SELECT a.symbol, q.board, q.post_id, q.floor, q.vote, q.user_key, q.is_author, q.pushed_at, q.session_on
    FROM about AS a
    JOIN internal.known_pushes(known_until, known_strict, known_since) AS q
        ON q.board = a.board AND q.post_id = a.post_id AND q.floor = a.floor
    WHERE a.part = 'comment'
), reach AS (
    -- What is left of the newest session when the data end: earlier sessions are cut by the same time for comparison.
    SELECT u.board, s.day, greatest(internal.close_of(s.day) - internal.taipei(u.until), INTERVAL 0 SECOND) AS left_over
    FROM (
        SELECT b.board, max(b.until) AS until
        FROM (
            SELECT p.board, max(p.posted_at) AS until
            FROM posts AS p
            WHERE p.posted_at < known_until AND p.posted_at >= known_since
            GROUP BY p.board
            UNION ALL
            SELECT q.board, max(q.pushed_at)
            FROM pushes AS q
            WHERE q.pushed_at < known_until AND q.pushed_at >= known_since
            GROUP BY q.board
        ) AS b
        GROUP BY b.board
    ) AS u
    ASOF JOIN trading_days AS s ON internal.close_of(s.day) >= internal.taipei(u.until)
), volumes AS (
    SELECT
        c.symbol, c.board, c.session_on, count(*) AS comments, count(DISTINCT c.user_key) AS users,
        count(*) FILTER (WHERE c.vote = 1) AS push_count, count(*) FILTER (WHERE c.vote = -1) AS boo_count,
        count(*) FILTER (WHERE c.vote = 0) AS arrow_count,
        count(*) FILTER (
            WHERE internal.taipei(c.pushed_at) <= internal.close_of(c.session_on) - r.left_over
        ) AS comments_at_age
    FROM about_comments AS c
    JOIN reach AS r ON r.board = c.board
    WHERE c.session_on IS NOT NULL
    GROUP BY c.symbol, c.board, c.session_on
), row_scores AS (
    SELECT s.board, s.post_id, s.floor, s.score
    FROM internal.active_scores AS s
    WHERE known_until = 'infinity'::TIMESTAMPTZ
    UNION ALL
    SELECT s.board, s.post_id, s.floor, s.score
    FROM internal.known_row_scores(known_until, known_strict, known_since) AS s
    WHERE known_until < 'infinity'::TIMESTAMPTZ
), said AS (
    SELECT c.symbol, c.board, c.session_on, c.user_key, avg(s.score) AS score
    FROM about_comments AS c
    JOIN row_scores AS s ON s.board = c.board AND s.post_id = c.post_id AND s.floor = c.floor
    WHERE c.session_on IS NOT NULL AND c.user_key IS NOT NULL AND NOT c.is_author
    GROUP BY c.symbol, c.board, c.session_on, c.user_key
), crowd AS (
    SELECT
        u.symbol, u.board, u.session_on, avg(u.score) AS crowd_mood,
        internal.mean_variance(count(*), stddev_samp(u.score)) AS crowd_variance
    FROM said AS u
    GROUP BY u.symbol, u.board, u.session_on
), effects AS (
    SELECT t.board, t.post_id, t.voters, t.approval FROM thread_effects AS t WHERE known_until = 'infinity'::TIMESTAMPTZ
    UNION ALL
    SELECT t.board, t.post_id, t.voters, t.approval
    FROM internal.known_thread_effects(known_until, known_strict, known_since) AS t
    WHERE known_until < 'infinity'::TIMESTAMPTZ
), approvals AS (
    SELECT
        a.symbol, a.board, a.session_on, internal.weighted_mean(t.voters / (t.voters + 10), t.approval) AS approval,
        internal.weighted_variance(t.voters / (t.voters + 10), t.approval) AS approval_variance
    FROM about_posts AS a
    JOIN effects AS t ON t.board = a.board AND t.post_id = a.post_id
    WHERE a.in_title AND t.voters > 0 AND t.approval IS NOT NULL
    GROUP BY a.symbol, a.board, a.session_on
), written AS (
    SELECT
        a.symbol, a.board, a.session_on, count(*) AS posts, count(*) FILTER (WHERE a.is_news) AS news_posts,
        avg(t.news_tone) FILTER (WHERE a.is_news) AS news_tone
    FROM about_posts AS a
    LEFT JOIN internal.news_tones AS t ON t.board = a.board AND t.post_id = a.post_id
    WHERE a.session_on IS NOT NULL
    GROUP BY a.symbol, a.board, a.session_on
), cells AS (
    SELECT w.symbol, w.board, w.session_on FROM written AS w
    UNION
    SELECT v.symbol, v.board, v.session_on FROM volumes AS v
), counted AS (
    SELECT
        x.symbol, x.board, x.session_on, coalesce(s.number, 0) AS number, x.session_on = r.day AND r.left_over > INTERVAL 0 SECOND AS running,
        coalesce(w.posts, 0) AS posts, coalesce(w.news_posts, 0) AS news_posts, w.news_tone,
        coalesce(v.comments, 0) AS comments, coalesce(v.users, 0) AS users, coalesce(v.push_count, 0) AS push_count,
        coalesce(v.boo_count, 0) AS boo_count, coalesce(v.arrow_count, 0) AS arrow_count,
        coalesce(v.comments_at_age, 0) AS comments_at_age
    FROM cells AS x
    LEFT JOIN sessions AS s ON s.day = x.session_on
    LEFT JOIN reach AS r ON r.board = x.board
    LEFT JOIN written AS w ON w.symbol = x.symbol AND w.board = x.board AND w.session_on = x.session_on
    LEFT JOIN volumes AS v ON v.symbol = x.symbol AND v.board = x.board AND v.session_on = x.session_on
), beginnings AS (
    SELECT p.board, min(s.number) AS number
    FROM known_posts AS p
    JOIN sessions AS s ON s.day = p.session_on
    GROUP BY p.board
), compared AS (
    SELECT
        c.*,
        CASE
            WHEN c.number - 5 < f.number THEN NULL -- the board's data do not reach back that far
            WHEN c.running THEN sum(c.comments_at_age) OVER week_before / 5
            ELSE sum(c.comments) OVER week_before / 5
        END AS comments_week_before
    FROM counted AS c
    JOIN beginnings AS f ON f.board = c.board
    WINDOW week_before AS (
        PARTITION BY c.symbol, c.board ORDER BY c.number RANGE BETWEEN 5 PRECEDING AND 1 PRECEDING
    )
), names AS (
    SELECT a.symbol, min(a.name) AS name FROM about AS a GROUP BY a.symbol
), combined AS (
    SELECT
        q.*, names.name, internal.unit(a.approval) AS approval, a.approval_variance,
        internal.unit(d.crowd_mood) AS crowd_mood, d.crowd_variance,
        internal.unit(internal.pooled(a.approval, a.approval_variance, d.crowd_mood, d.crowd_variance)) AS mood,
        1.96 * sqrt(internal.pooled_variance(a.approval_variance, d.crowd_variance)) AS mood_half
    FROM compared AS q
    JOIN names ON names.symbol = q.symbol
    LEFT JOIN approvals AS a ON a.symbol = q.symbol AND a.board = q.board AND a.session_on = q.session_on
    LEFT JOIN crowd AS d ON d.symbol = q.symbol AND d.board = q.board AND d.session_on = q.session_on
)
SELECT
    z.symbol, z.name, z.board, z.session_on, z.posts, z.news_posts, z.comments, z.users, z.push_count, z.boo_count,
    z.arrow_count, z.comments_week_before, internal.change(z.comments, z.comments_week_before) AS volume_change,
    z.approval, internal.unit(z.approval - 1.96 * sqrt(z.approval_variance)) AS approval_low,
    internal.unit(z.approval + 1.96 * sqrt(z.approval_variance)) AS approval_high,
    z.crowd_mood, internal.unit(z.crowd_mood - 1.96 * sqrt(z.crowd_variance)) AS crowd_mood_low,
    internal.unit(z.crowd_mood + 1.96 * sqrt(z.crowd_variance)) AS crowd_mood_high,
    z.mood, internal.unit(z.mood - z.mood_half) AS mood_low, internal.unit(z.mood + z.mood_half) AS mood_high,
    internal.unit(z.news_tone) AS news_tone, z.mood - z.news_tone AS disagreement,
    z.number > 0 AS is_trading_day, coalesce(z.running, FALSE) AS is_partial
FROM combined AS z;
