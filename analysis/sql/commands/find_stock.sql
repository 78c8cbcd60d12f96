-- Symbol and name of what a user typed: a code, a name or a nickname, the most used first.
SELECT symbol, any_value(name) AS name
FROM mentions
WHERE lower(symbol) = lower($word) OR lower(name) = lower($word) OR lower(matched) = lower($word)
GROUP BY symbol
ORDER BY lower(symbol) = lower($word) DESC, count(*) DESC, symbol
LIMIT 1
