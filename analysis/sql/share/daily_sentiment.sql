FROM daily_sentiment
ORDER BY ALL
