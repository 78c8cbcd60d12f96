-- Posts that were missed before a moment and that still have something to lose.
CREATE OR REPLACE TEMP TABLE posts_down AS
SELECT p.board, p.post_id FROM posts AS p
WHERE p.deleted_at < $before AND ($again OR p.body <> '' OR p.title IS NOT NULL)
