SELECT board, post_id, body FROM posts SEMI JOIN temp.store_touched USING (board, post_id)
UNION ALL
SELECT board, post_id, body FROM post_versions SEMI JOIN temp.store_touched USING (board, post_id)
