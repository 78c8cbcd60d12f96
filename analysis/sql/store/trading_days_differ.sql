SELECT count(*) > 0
FROM trading_days AS known FULL JOIN store_days AS given USING (day)
WHERE known.day IS NULL OR given.day IS NULL
