SELECT datediff('day', DATE '1970-01-01', day)::BIGINT AS day FROM trading_days ORDER BY day
