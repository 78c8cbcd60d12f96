FROM post_scores
ORDER BY ALL
