-- Closing prices beside what the board had said about the stock by 08:45 of that day, since the close before. What came
-- later is left out, so that nothing on the right was written with the left in view. It claims no prediction.
CREATE OR REPLACE VIEW price_sentiment AS
WITH priced AS (
    SELECT
        p.symbol, p.day, p.close, p.close / nullif(lag(p.close) OVER (PARTITION BY p.symbol ORDER BY p.day), 0) - 1 AS change,
        p.day::TIMESTAMP + INTERVAL 525 MINUTE AS known_until
    FROM prices AS p
), about AS (
    SELECT m.symbol, m.board, m.post_id, m.part, m.floor, m.name
    FROM mentions AS m
    SEMI JOIN priced AS p ON p.symbol = m.symbol
), pushed AS (
    SELECT
        q.board, q.post_id, q.floor, q.vote, lower(q.user_id) AS user_key, q.is_author, q.session_on,
        (q.user_id IS NULL OR lower(q.user_id) IS DISTINCT FROM lag(lower(q.user_id)) OVER session)::INTEGER AS turns
    FROM pushes AS q
    SEMI JOIN about AS a ON a.board = q.board AND a.post_id = q.post_id
    WHERE internal.taipei(q.pushed_at) < q.session_on::TIMESTAMP + INTERVAL 525 MINUTE
        AND (q.removed_at IS NULL OR internal.taipei(q.removed_at) >= q.session_on::TIMESTAMP + INTERVAL 525 MINUTE)
    WINDOW session AS (PARTITION BY q.board, q.post_id, q.session_on ORDER BY q.floor)
), numbered AS (
    SELECT q.*, sum(q.turns) OVER (PARTITION BY q.board, q.post_id, q.session_on ORDER BY q.floor) AS run FROM pushed AS q
), scored AS (
    SELECT n.*, coalesce(last_value(t.score) OVER comment, s.score) AS score
    FROM numbered AS n
    LEFT JOIN internal.active_scores AS s ON s.board = n.board AND s.post_id = n.post_id AND s.floor = n.floor
    LEFT JOIN internal.active_partial_scores AS t ON t.board = n.board AND t.post_id = n.post_id AND t.floor = n.floor
    WINDOW comment AS (
        PARTITION BY n.board, n.post_id, n.session_on, n.run ORDER BY n.floor
        ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
    )
), said AS (
    SELECT a.symbol, s.board, s.post_id, s.floor, s.vote, s.user_key, s.is_author, s.session_on, s.score
    FROM scored AS s
    JOIN about AS a ON a.board = s.board AND a.post_id = s.post_id
    WHERE a.part = 'title' OR (a.part = 'comment' AND a.floor = s.floor)
    GROUP BY ALL
), users AS (
    SELECT s.symbol, s.session_on, s.user_key, avg(s.score) AS score
    FROM said AS s
    WHERE s.user_key IS NOT NULL AND NOT s.is_author AND s.score IS NOT NULL
    GROUP BY s.symbol, s.session_on, s.user_key
), crowd AS (
    SELECT
        u.symbol, u.session_on, avg(u.score) AS crowd_mood,
        sqrt(internal.mean_variance(count(*), stddev_samp(u.score))) AS crowd_mood_se
    FROM users AS u
    GROUP BY u.symbol, u.session_on
), counted AS (
    SELECT
        s.symbol, s.session_on, count(*) AS comments, count(DISTINCT s.user_key) AS users,
        count(*) FILTER (WHERE s.vote = 1) AS push_count, count(*) FILTER (WHERE s.vote = -1) AS boo_count
    FROM said AS s
    GROUP BY s.symbol, s.session_on
), news AS (
    SELECT p.symbol, p.day, count(*) AS news_posts, avg(t.news_tone) AS news_tone
    FROM priced AS p
    JOIN (SELECT DISTINCT a.symbol, a.board, a.post_id FROM about AS a WHERE a.part IN ('title', 'body')) AS a
        ON a.symbol = p.symbol
    JOIN internal.news_posts AS n
        ON n.board = a.board AND n.post_id = a.post_id AND n.session_on = p.day
        AND internal.taipei(n.posted_at) < p.known_until
    LEFT JOIN internal.news_tones AS t ON t.board = n.board AND t.post_id = n.post_id
    GROUP BY p.symbol, p.day
), names AS (
    SELECT a.symbol, min(a.name) AS name FROM about AS a GROUP BY a.symbol
)
SELECT
    p.symbol, names.name, p.day, p.close, p.change, coalesce(n.news_posts, 0) AS news_posts,
    internal.unit(n.news_tone) AS news_tone, coalesce(c.comments, 0) AS comments, coalesce(c.users, 0) AS users,
    coalesce(c.push_count, 0) AS push_count, coalesce(c.boo_count, 0) AS boo_count,
    internal.unit(d.crowd_mood) AS crowd_mood, d.crowd_mood_se
FROM priced AS p
LEFT JOIN names ON names.symbol = p.symbol
LEFT JOIN counted AS c ON c.symbol = p.symbol AND c.session_on = p.day
LEFT JOIN crowd AS d ON d.symbol = p.symbol AND d.session_on = p.day
LEFT JOIN news AS n ON n.symbol = p.symbol AND n.day = p.day;
