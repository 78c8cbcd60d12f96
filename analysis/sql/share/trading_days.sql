FROM trading_days
ORDER BY ALL
