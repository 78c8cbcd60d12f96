FROM stock_sentiment
ORDER BY ALL
