-- Growths that still wait for their base, in threads where the user of table forget_ids may stand in them.
SELECT o.board, o.post_id, o.digest, o.pending, f.id
FROM internal.observations AS o
JOIN forget_ids AS f USING (board, post_id)
WHERE o.pending IS NOT NULL AND contains(lower(o.pending), f.id)
