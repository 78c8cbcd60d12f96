-- name: word-trend
-- question: How often do comments use a word, day by day?
-- param: word = "台積電"
SELECT (pushed_at AT TIME ZONE 'Asia/Taipei')::DATE AS day, count(*) AS comments, count(*) FILTER (WHERE contains(lower(text), lower($word))) AS with_word
FROM pushes
WHERE removed_at IS NULL AND pushed_at IS NOT NULL
GROUP BY day
ORDER BY day
