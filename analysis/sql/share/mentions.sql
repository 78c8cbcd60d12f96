SELECT board, post_id, part, floor, symbol, name
FROM mentions
ORDER BY ALL
