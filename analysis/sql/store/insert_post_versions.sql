INSERT INTO post_versions BY NAME SELECT * FROM store_batch
