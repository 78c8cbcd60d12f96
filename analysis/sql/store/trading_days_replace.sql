DELETE FROM trading_days;
INSERT INTO trading_days SELECT day FROM store_days ORDER BY day;
