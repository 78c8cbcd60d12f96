-- news_sentiment as of a moment; known_until = 'infinity' is now, and reads the tables that are kept up to date instead
-- of working everything out again. Both ways run through the same formulas from here on.
CREATE OR REPLACE MACRO internal.news_rows(known_until, known_strict, known_since) AS TABLE
WITH wanted AS (
    SELECT n.*
    FROM internal.news_posts AS n
    WHERE n.posted_at < known_until AND n.posted_at >= known_since AND (NOT known_strict OR n.first_seen_at < known_until)
), counts AS (
    SELECT
        p.board, p.post_id, count(*) FILTER (WHERE p.vote = 1) AS push_count,
        count(*) FILTER (WHERE p.vote = -1) AS boo_count, count(*) FILTER (WHERE p.vote = 0) AS arrow_count
    FROM internal.known_pushes(known_until, known_strict, known_since) AS p
    WHERE known_until < 'infinity'::TIMESTAMPTZ
    GROUP BY p.board, p.post_id
), effects AS (
    SELECT t.board, t.post_id, t.voters, t.se, t.approval, t.approval_low, t.approval_high
    FROM thread_effects AS t
    WHERE known_until = 'infinity'::TIMESTAMPTZ
    UNION ALL
    SELECT t.board, t.post_id, t.voters, t.se, t.approval, t.approval_low, t.approval_high
    FROM internal.known_thread_effects(known_until, known_strict, known_since) AS t
    WHERE known_until < 'infinity'::TIMESTAMPTZ
), moods AS (
    SELECT c.board, c.post_id, c.crowd_mood, c.crowd_variance, c.comments_scored
    FROM internal.thread_moods AS c
    WHERE known_until = 'infinity'::TIMESTAMPTZ
    UNION ALL
    SELECT c.board, c.post_id, c.crowd_mood, c.crowd_variance, c.comments_scored
    FROM internal.known_thread_moods(known_until, known_strict, known_since) AS c
    WHERE known_until < 'infinity'::TIMESTAMPTZ
), parts AS (
    SELECT
        n.board, n.post_id, n.posted_at, n.posted_on, n.session_on, n.title, n.headline, n.url, n.source_domain,
        CASE WHEN n.deleted_at < known_until THEN n.deleted_at END AS deleted_at,
        CASE WHEN known_until = 'infinity'::TIMESTAMPTZ THEN n.push_count ELSE coalesce(v.push_count, 0) END AS push_count,
        CASE WHEN known_until = 'infinity'::TIMESTAMPTZ THEN n.boo_count ELSE coalesce(v.boo_count, 0) END AS boo_count,
        CASE WHEN known_until = 'infinity'::TIMESTAMPTZ THEN n.arrow_count ELSE coalesce(v.arrow_count, 0) END AS arrow_count,
        coalesce(t.voters, 0) AS voters,
        CASE WHEN t.voters > 0 THEN internal.unit(t.approval) END AS approval,
        CASE WHEN t.voters > 0 THEN internal.unit(t.approval_low) END AS approval_low,
        CASE WHEN t.voters > 0 THEN internal.unit(t.approval_high) END AS approval_high,
        CASE WHEN t.voters > 0 THEN internal.approval_variance(t.approval, t.se) END AS approval_variance,
        internal.unit(tone.news_tone) AS news_tone, internal.unit(c.crowd_mood) AS crowd_mood, c.crowd_variance,
        coalesce(c.comments_scored, 0) AS comments_scored, coalesce(m.symbols, []) AS symbols, s.story_id
    FROM wanted AS n
    LEFT JOIN counts AS v ON v.board = n.board AND v.post_id = n.post_id
    LEFT JOIN effects AS t ON t.board = n.board AND t.post_id = n.post_id
    LEFT JOIN moods AS c ON c.board = n.board AND c.post_id = n.post_id
    LEFT JOIN internal.news_tones AS tone ON tone.board = n.board AND tone.post_id = n.post_id
    LEFT JOIN internal.post_symbols AS m ON m.board = n.board AND m.post_id = n.post_id
    LEFT JOIN internal.stories AS s ON s.board = n.board AND s.post_id = n.post_id
), combined AS (
    SELECT
        q.*, internal.unit(internal.pooled(q.approval, q.approval_variance, q.crowd_mood, q.crowd_variance)) AS mood,
        sqrt(internal.pooled_variance(q.approval_variance, q.crowd_variance)) AS mood_se
    FROM parts AS q
)
SELECT
    c.board, c.post_id, c.posted_at, internal.taipei(c.posted_at) AS posted_local, c.session_on, c.title, c.headline,
    c.url, c.source_domain, c.push_count, c.boo_count, c.arrow_count,
    CASE WHEN c.push_count + c.boo_count > 0 THEN c.push_count / (c.push_count + c.boo_count) END AS vote_ratio,
    c.voters, c.approval, c.approval_low, c.approval_high, c.news_tone, c.crowd_mood,
    sqrt(c.crowd_variance) AS crowd_mood_se, c.comments_scored, c.mood,
    internal.unit(c.mood - 1.96 * c.mood_se) AS mood_low, internal.unit(c.mood + 1.96 * c.mood_se) AS mood_high,
    c.mood - c.news_tone AS disagreement, c.symbols, c.story_id, e.engine, e.version AS engine_version,
    coalesce(c.posted_on BETWEEN d.trained_from AND d.trained_until, FALSE) AS in_sample, c.deleted_at
FROM combined AS c
LEFT JOIN internal.active_engine AS e ON TRUE
LEFT JOIN internal.training_days AS d ON TRUE;
