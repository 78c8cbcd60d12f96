INSERT INTO internal.listings BY NAME SELECT * FROM store_batch
