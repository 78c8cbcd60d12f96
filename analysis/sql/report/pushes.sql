-- Comments of the report's threads as they stand, with what each voter's habit was. Users are numbered, never named.
SELECT
    q.board, q.post_id, q.floor, q.vote,
    dense_rank() OVER (PARTITION BY q.board, q.post_id ORDER BY lower(q.user_id)) AS user_number,
    q.text, epoch(q.pushed_at - p.posted_at) / 60 AS minutes, q.is_author,
    CASE WHEN NOT q.is_author THEN v.p_user END AS p_user, round(s.score, 2) AS score
FROM pushes AS q
JOIN wanted AS w ON w.board = q.board AND w.post_id = q.post_id
JOIN posts AS p ON p.board = q.board AND p.post_id = q.post_id
LEFT JOIN votes AS v ON v.board = q.board AND v.post_id = q.post_id AND lower(v.user_id) = lower(q.user_id)
LEFT JOIN engines AS e ON e.active AND e.engine <> 'stance'
LEFT JOIN push_scores AS s
    ON s.board = q.board AND s.post_id = q.post_id AND s.floor = q.floor
    AND s.engine = e.engine AND s.version = e.version
WHERE q.removed_at IS NULL
ORDER BY q.board, q.post_id, q.floor;
