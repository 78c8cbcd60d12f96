CREATE OR REPLACE VIEW news_sentiment AS
WITH parts AS (
    SELECT
        n.board, n.post_id, n.posted_at, internal.taipei(n.posted_at) AS posted_local, n.session_on, n.title, n.headline,
        n.url, n.source_domain, p.push_count, p.boo_count, p.arrow_count,
        CASE WHEN p.push_count + p.boo_count > 0 THEN p.push_count / (p.push_count + p.boo_count) END AS vote_ratio,
        coalesce(t.voters, 0) AS voters,
        CASE WHEN t.voters > 0 THEN internal.unit(t.approval) END AS approval,
        CASE WHEN t.voters > 0 THEN internal.unit(t.approval_low) END AS approval_low,
        CASE WHEN t.voters > 0 THEN internal.unit(t.approval_high) END AS approval_high,
        CASE WHEN t.voters > 0 THEN internal.approval_variance(t.approval, t.se) END AS approval_variance,
        internal.unit(tone.news_tone) AS news_tone, internal.unit(c.crowd_mood) AS crowd_mood,
        c.crowd_variance, coalesce(c.comments_scored, 0) AS comments_scored,
        coalesce(m.symbols, []) AS symbols, s.story_id, e.engine, e.version AS engine_version,
        coalesce(n.posted_on BETWEEN d.trained_from AND d.trained_until, FALSE) AS in_sample, n.deleted_at
    FROM internal.news_posts AS n
    JOIN posts AS p ON p.board = n.board AND p.post_id = n.post_id
    LEFT JOIN thread_effects AS t ON t.board = n.board AND t.post_id = n.post_id
    LEFT JOIN internal.thread_moods AS c ON c.board = n.board AND c.post_id = n.post_id
    LEFT JOIN internal.news_tones AS tone ON tone.board = n.board AND tone.post_id = n.post_id
    LEFT JOIN internal.post_symbols AS m ON m.board = n.board AND m.post_id = n.post_id
    LEFT JOIN internal.stories AS s ON s.board = n.board AND s.post_id = n.post_id
    LEFT JOIN internal.active_engine AS e ON TRUE
    LEFT JOIN internal.training_days AS d ON TRUE
), combined AS (
    SELECT
        q.*, internal.unit(internal.pooled(q.approval, q.approval_variance, q.crowd_mood, q.crowd_variance)) AS mood,
        sqrt(internal.pooled_variance(q.approval_variance, q.crowd_variance)) AS mood_se
    FROM parts AS q
)
SELECT
    c.board, c.post_id, c.posted_at, c.posted_local, c.session_on, c.title, c.headline, c.url, c.source_domain,
    c.push_count, c.boo_count, c.arrow_count, c.vote_ratio, c.voters, c.approval, c.approval_low, c.approval_high,
    c.news_tone, c.crowd_mood, sqrt(c.crowd_variance) AS crowd_mood_se, c.comments_scored,
    c.mood, internal.unit(c.mood - 1.96 * c.mood_se) AS mood_low, internal.unit(c.mood + 1.96 * c.mood_se) AS mood_high,
    c.mood - c.news_tone AS disagreement, c.symbols, c.story_id, c.engine, c.engine_version, c.in_sample, c.deleted_at
FROM combined AS c;
