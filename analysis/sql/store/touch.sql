CREATE OR REPLACE TEMP TABLE store_touched AS SELECT DISTINCT board, post_id FROM store_batch
