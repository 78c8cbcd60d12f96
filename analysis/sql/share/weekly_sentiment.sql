FROM weekly_sentiment
ORDER BY ALL
