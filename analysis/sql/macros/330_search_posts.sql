-- Posts with the word in title or body, newest first. Substring search without regard to case: full-text indexes do not
-- know where Chinese words end.
CREATE OR REPLACE MACRO search_posts(word, board := NULL) AS TABLE
SELECT
    p.board, p.post_id, p.posted_at, internal.taipei(p.posted_at) AS posted_local, p.category, p.title, p.author, p.url,
    p.push_count, p.boo_count, p.arrow_count, contains(lower(p.title), lower(word)) AS in_title,
    CASE WHEN contains(lower(p.body), lower(word)) THEN replace(
        substr(p.body, greatest(1, instr(lower(p.body), lower(word)) - 30)::BIGINT, 60 + length(word)), chr(10), ' '
    ) END AS excerpt,
    p.deleted_at
FROM posts AS p
WHERE (contains(lower(p.title), lower(word)) OR contains(lower(p.body), lower(word))) AND (board IS NULL OR p.board = board)
ORDER BY p.posted_at DESC, p.board, p.post_id;
