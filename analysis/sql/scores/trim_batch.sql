-- Cuts the batch where its comments would be too many for the memory; a single thread always stays.
DELETE FROM batch WHERE (batch.board, batch.post_id) IN (
    SELECT (c.board, c.post_id)
    FROM (
        SELECT b.board, b.post_id, sum(p.push_count + p.boo_count + p.arrow_count) OVER (
            ORDER BY b.posted_at NULLS FIRST, b.board, b.post_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS comments, row_number() OVER (ORDER BY b.posted_at NULLS FIRST, b.board, b.post_id) AS place
        FROM batch AS b JOIN posts AS p ON p.board = b.board AND p.post_id = b.post_id
    ) AS c
    WHERE c.comments > $comments AND c.place > 1
);
