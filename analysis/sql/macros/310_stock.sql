CREATE OR REPLACE MACRO stock(symbol, days := 30, board := NULL) AS TABLE
SELECT s.*
-- Twelve more days for the comparison with the five sessions before.
FROM internal.stock_rows(
    symbol::VARCHAR, 'infinity'::TIMESTAMPTZ, FALSE, (SELECT i.data_until - to_days(days + 12) FROM store_info AS i)
) AS s
WHERE s.session_on >= (SELECT internal.taipei(i.data_until)::DATE - days FROM store_info AS i)
    AND (board IS NULL OR s.board = board)
ORDER BY s.session_on DESC, s.board;

CREATE OR REPLACE MACRO stock_as_of(symbol, ts, strict := FALSE, days := NULL, board := NULL) AS TABLE
SELECT s.*
FROM internal.stock_rows(
    symbol::VARCHAR, internal.moment(ts), strict,
    coalesce(internal.moment(ts) - to_days(days + 12), '-infinity'::TIMESTAMPTZ)
) AS s
WHERE (days IS NULL OR s.session_on >= internal.taipei(internal.moment(ts))::DATE - days)
    AND (board IS NULL OR s.board = board)
ORDER BY s.session_on DESC, s.board;
