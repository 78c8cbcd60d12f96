INSERT INTO internal.dirty BY NAME
SELECT DISTINCT * FROM store_batch ANTI JOIN internal.dirty USING (board, post_id, step)
