-- Per [新聞] post: tone, stocks and whether a model was trained on its time. None of it depends on votes or comments.
CREATE OR REPLACE VIEW internal.news_tones AS
SELECT s.board, s.post_id, avg(s.score) AS news_tone
FROM post_scores AS s
WHERE s.engine = 'stance' AND s.part IN ('headline', 'article')
GROUP BY s.board, s.post_id;

CREATE OR REPLACE VIEW internal.post_symbols AS
SELECT m.board, m.post_id, list_sort(list(DISTINCT m.symbol)) AS symbols
FROM mentions AS m
WHERE m.part IN ('title', 'body')
GROUP BY m.board, m.post_id;

-- Days that the engine in use, or the one that gives news_tone, was trained on.
CREATE OR REPLACE VIEW internal.training_days AS
SELECT min(e.trained_from) AS trained_from, max(e.trained_until) AS trained_until
FROM engines AS e
WHERE e.active OR e.engine = 'stance';
