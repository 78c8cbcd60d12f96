-- Threads of the batch whose news tone another version gave: theirs stays until a new one is activated.
DELETE FROM batch WHERE EXISTS (
    SELECT 1 FROM post_scores AS s
    WHERE s.board = batch.board AND s.post_id = batch.post_id AND s.engine = 'stance' AND s.version <> $version
);
