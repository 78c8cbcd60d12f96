-- Push scores of the batch that stand no longer: those about to be written, and with $others those of engines that are
-- neither in use nor shown, which would grow stale unseen.
DELETE FROM push_scores AS s USING batch AS b
WHERE s.board = b.board AND s.post_id = b.post_id AND (
    (s.engine = $engine AND s.version = $version)
    OR ($others AND NOT list_contains($kept::VARCHAR[], s.engine || '@' || s.version))
);
