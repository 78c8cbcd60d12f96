-- Stocks by session for the report: the most discussed ones.
WITH lately AS (
    SELECT s.* FROM stock_sentiment AS s
    WHERE ($board IS NULL OR s.board = $board) AND ($since IS NULL OR s.session_on >= $since::DATE)
), most AS (
    SELECT l.symbol, sum(l.comments) AS comments FROM lately AS l GROUP BY l.symbol ORDER BY comments DESC, l.symbol LIMIT 60
)
SELECT l.symbol, (SELECT any_value(m.name) FROM mentions AS m WHERE m.symbol = l.symbol) AS name,
    l.session_on::VARCHAR AS day, l.comments, l.mood, l.mood_low, l.mood_high
FROM lately AS l
JOIN most AS t ON t.symbol = l.symbol
ORDER BY t.comments DESC, l.symbol, l.session_on;
