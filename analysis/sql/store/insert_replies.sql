INSERT INTO replies BY NAME SELECT * FROM store_batch
