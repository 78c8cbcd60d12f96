SELECT t.board, t.post_id, t.digest, t.text
FROM internal.texts AS t
WHERE starts_with(t.text, '{') AND regexp_matches(t.text, $pattern)
    AND EXISTS (
        SELECT 1 FROM internal.observations AS o
        WHERE o.board = t.board AND o.post_id = t.post_id AND o.header_digest = t.digest
    )
