INSERT INTO internal.failures BY NAME
SELECT DISTINCT * FROM store_batch ANTI JOIN internal.failures USING (board, post_id, failed_at, reason)
