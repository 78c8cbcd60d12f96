-- Parts of the batch's posts that are judged by themselves. The headline of a news post is its own, else the title
-- without its prefixes; a body counts as a whole where it is no news post of the template.
SELECT t.board, t.post_id, t.part, t.text
FROM (
    SELECT p.board, p.post_id, unnest([
        {part: 'headline', text: coalesce(
            n.headline, regexp_replace(p.title, '^\s*((Re|Fw):\s*)*[\[［【][^\]］】]*[\]］】]\s*', '', 'i'))},
        {part: 'article', text: n.article},
        {part: 'comment', text: n.comment},
        {part: 'body', text: CASE WHEN n.article IS NULL THEN nullif(p.body, '') END}
    ], recursive := TRUE)
    FROM posts AS p
    SEMI JOIN batch AS b ON b.board = p.board AND b.post_id = p.post_id
    LEFT JOIN news AS n ON n.board = p.board AND n.post_id = p.post_id
) AS t
WHERE t.text IS NOT NULL
ORDER BY t.board, t.post_id, t.part;
