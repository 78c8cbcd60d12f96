INSERT INTO internal.observations BY NAME SELECT * FROM store_batch
