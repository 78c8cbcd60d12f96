-- A board of $boards with a response in this folder that neither the lake has nor lake_kept names.
SELECT o.board
FROM ptt.internal.observations AS o
ANTI JOIN lake.internal.observations USING (board, post_id, digest)
ANTI JOIN lake_kept USING (board, post_id, digest)
WHERE list_contains($boards::VARCHAR[], o.board)
LIMIT 1
