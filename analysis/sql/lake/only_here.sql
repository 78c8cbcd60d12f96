-- A board of $boards with a response in this folder that neither the lake has nor lake_kept names; an empty name for
-- closing prices, where $boards has it.
(
    SELECT o.board
    FROM ptt.internal.observations AS o
    ANTI JOIN lake.internal.observations USING (board, post_id, digest)
    ANTI JOIN lake_kept USING (board, post_id, digest)
    WHERE list_contains($boards::VARCHAR[], o.board)
    LIMIT 1
)
UNION ALL
(
    SELECT '' AS board
    FROM ptt.prices
    ANTI JOIN lake.prices USING (symbol, day)
    ANTI JOIN lake_kept_prices USING (symbol, day)
    WHERE list_contains($boards::VARCHAR[], '')
    LIMIT 1
)
