-- What table internal.stories holds, worked out anew.
-- Posts of one story: each points to the earliest post of the 72 hours before it with the same source or a near-equal
-- headline, and shares that post's story. Only earlier posts matter, so a story's id never changes afterwards.
-- News on different companies is never one story, however alike its words: two titles that name stocks must have one in
-- common, and near-equal headlines name either no stock or a common one. A source is an address that has an id in it;
-- everything else is a page that shows other news tomorrow.
CREATE OR REPLACE VIEW internal.stories_now AS
WITH RECURSIVE normal AS (
    SELECT
        p.board, p.post_id, p.posted_at, coalesce(m.symbols, []) AS symbols,
        regexp_replace(lower(p.source_url), '^https?://(www\.|m\.)?|#.*$|[?&](utm_|fbclid|from=)[^&]*|/$', '', 'g') AS source,
        regexp_replace(translate(lower(p.headline), '０１２３４５６７８９％', '0123456789%'), '[^\p{L}\p{N}%]', '', 'g') AS words
    FROM internal.news_posts AS p
    LEFT JOIN (
        SELECT t.board, t.post_id, list(DISTINCT t.symbol) AS symbols
        FROM mentions AS t
        WHERE t.part = 'title'
        GROUP BY t.board, t.post_id
    ) AS m ON m.board = p.board AND m.post_id = p.post_id
), keyed AS (
    -- Near-equal headlines share their beginning or their end; the join below checks the rest.
    SELECT n.board, n.post_id, n.posted_at, n.words, n.symbols, 'source ' || n.source AS key
    FROM normal AS n WHERE regexp_matches(n.source, '[0-9]{5}|/[^/?]{20,}$')
    UNION ALL
    SELECT n.board, n.post_id, n.posted_at, n.words, n.symbols, 'begins ' || left(n.words, 8)
    FROM normal AS n WHERE length(n.words) >= 8
    UNION ALL
    SELECT n.board, n.post_id, n.posted_at, n.words, n.symbols, 'ends ' || right(n.words, 8)
    FROM normal AS n WHERE length(n.words) >= 8
), links AS (
    SELECT
        later.board, later.post_id,
        arg_min(earlier.post_id, {'at': earlier.posted_at, 'id': earlier.post_id}) AS earlier_id
    FROM keyed AS later
    JOIN keyed AS earlier
        ON earlier.board = later.board AND earlier.key = later.key
        AND earlier.posted_at <= later.posted_at AND earlier.posted_at >= later.posted_at - INTERVAL 72 HOUR
        AND (earlier.posted_at < later.posted_at OR earlier.post_id < later.post_id)
        AND (
            list_has_any(earlier.symbols, later.symbols)
            OR (earlier.symbols = [] AND later.symbols = [])
            OR (later.key LIKE 'source %' AND (earlier.symbols = [] OR later.symbols = []))
        )
        AND (
            later.key LIKE 'source %' OR earlier.words = later.words
            -- levenshtein counts bytes, and so does strlen
            OR levenshtein(earlier.words, later.words) <= 0.25 * greatest(strlen(earlier.words), strlen(later.words))
        )
    GROUP BY later.board, later.post_id
), followed AS (
    SELECT n.board, n.post_id, n.post_id AS story_id
    FROM normal AS n
    ANTI JOIN links AS l ON l.board = n.board AND l.post_id = n.post_id
    UNION ALL
    SELECT l.board, l.post_id, f.story_id
    FROM followed AS f
    JOIN links AS l ON l.board = f.board AND l.earlier_id = f.post_id
)
SELECT f.board, f.post_id, f.story_id FROM followed AS f;
