FROM push_scores
ORDER BY ALL
