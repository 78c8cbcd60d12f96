INSERT INTO internal.texts BY NAME SELECT * FROM store_batch
