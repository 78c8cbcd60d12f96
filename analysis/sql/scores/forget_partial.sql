-- As forget_pushes, for internal.partial_scores.
DELETE FROM internal.partial_scores AS s USING batch AS b
WHERE s.board = b.board AND s.post_id = b.post_id AND (
    (s.engine = $engine AND s.version = $version)
    OR ($others AND NOT list_contains($kept::VARCHAR[], s.engine || '@' || s.version))
);
