-- Comments that may stand for a thread: no removed ones, none of the author's, one a user, long enough to say something.
-- $ids are threads of $board.
SELECT q.post_id, q.floor, q.tag, q.text, s.score
FROM pushes AS q
JOIN posts AS p ON p.board = q.board AND p.post_id = q.post_id
LEFT JOIN internal.active_engine AS e ON TRUE
LEFT JOIN push_scores AS s
    ON s.board = q.board AND s.post_id = q.post_id AND s.floor = q.floor AND s.engine = e.engine AND s.version = e.version
WHERE q.board = $board AND list_contains($ids, q.post_id) AND p.deleted_at IS NULL AND q.removed_at IS NULL
    AND q.pushed_at < $cut AND NOT q.is_author AND length(q.text) BETWEEN 6 AND 30 AND NOT contains(q.text, 'http')
QUALIFY row_number() OVER (PARTITION BY q.post_id, lower(q.user_id) ORDER BY q.floor) = 1
ORDER BY q.post_id, q.floor;
