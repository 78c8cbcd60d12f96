-- The same for the parts of posts. News tone is kept in one version a post.
DELETE FROM post_scores AS s USING batch AS b
WHERE s.board = b.board AND s.post_id = b.post_id AND (
    (s.engine = $engine AND s.version = $version)
    OR ($others AND NOT list_contains($kept::VARCHAR[], s.engine || '@' || s.version) AND s.engine <> 'stance')
);
