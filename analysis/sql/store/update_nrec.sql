UPDATE posts SET nrec = listed.nrec
FROM (SELECT * FROM internal.listings SEMI JOIN temp.store_touched USING (board, post_id)) AS listed
WHERE posts.board = listed.board AND posts.post_id = listed.post_id AND posts.nrec IS DISTINCT FROM listed.nrec
