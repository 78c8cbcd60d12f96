INSERT INTO linked_pages BY NAME
SELECT DISTINCT * FROM store_batch ANTI JOIN linked_pages USING (board, post_id, source_url, fetched_at)
