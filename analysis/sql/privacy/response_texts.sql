SELECT t.board, t.post_id, t.digest, t.text, EXISTS (
    SELECT 1 FROM internal.observations AS o
    WHERE o.board = t.board AND o.post_id = t.post_id AND o.header_digest = t.digest
) AS is_header
FROM internal.texts AS t
SEMI JOIN posts_down AS d ON d.board = t.board AND d.post_id = t.post_id
