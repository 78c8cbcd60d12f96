SELECT board, post_id, source_domain, published_at, sha256(headline) AS headline_sha256, sha256(article) AS article_sha256
FROM news
ORDER BY ALL
