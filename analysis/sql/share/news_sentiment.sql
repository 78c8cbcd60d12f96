SELECT * EXCLUDE (posted_local, title, headline, url)
FROM news_sentiment
ORDER BY ALL
