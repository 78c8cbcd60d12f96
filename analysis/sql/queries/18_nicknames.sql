-- name: nicknames
-- question: What does the board call its stocks?
-- param: n = 50
SELECT symbol, any_value(name) AS name, matched, count(*) AS times
FROM mentions
GROUP BY symbol, matched
ORDER BY times DESC, symbol, matched
LIMIT $n
